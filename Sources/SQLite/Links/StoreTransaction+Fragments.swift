internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// The places in pages that fragments name.
extension StoreTransaction {
    /// Keeps the places of a page, in the transaction that records it.
    func save(_ places: FragmentPlaces, of page: PageID) throws {
        let save = try RawStatement(
            database, "INSERT OR REPLACE INTO page_places (page_id, hashes, is_cut) VALUES (?, ?, ?)")
        save.bind(1, page.rawValue)
        save.bind(2, bytes: places.littleEndian)
        save.bind(3, places.isCut ? 1 : 0)
        try save.run()
    }

    /// The fragments that links of any run give to some of a run's pages, and that name no place there.
    ///
    /// - Parameters:
    ///   - start: the page to go on behind; 0 begins with the first.
    ///   - limit: how many pages are looked at.
    /// - Returns: the faults, and the last page that was looked at; nil at the end.
    func fragmentFaults(of run: RunID, after start: Int64, limit: Int) throws -> ([FragmentFault], Int64?) {
        let pages = try RawStatement(
            database,
            """
            SELECT page_places.page_id, pages.url, page_places.hashes, page_places.is_cut FROM runs
            JOIN page_places ON page_places.page_id BETWEEN max(runs.first_page_id, ?2 + 1) AND runs.last_page_id
            JOIN pages ON pages.id = page_places.page_id AND +pages.run_id = runs.id
            WHERE runs.id = ?1 ORDER BY page_places.page_id LIMIT ?3
            """)
        pages.bind(1, run.rawValue)
        pages.bind(2, start)
        pages.bind(3, Int64(limit))
        var read: [(id: Int64, url: String, places: FragmentPlaces)] = []
        var count = 0
        try pages.forEachRow { row in
            let places = FragmentPlaces(littleEndian: row.bytes(2) ?? [], isCut: row.integer(3) == 1)
            read.append((row.integer(0), row.text(1) ?? "", places))
            count += places.hashes.count
            return count < Self.placesAtOnce
        }
        var faults: [FragmentFault] = []
        for page in read {
            try judge(page.places, of: page.id, at: page.url, &faults)
            for other in try pagesLeading(to: page.id) {
                try judge(page.places, of: other.id, at: other.url, &faults)
            }
        }
        return (faults, read.last?.id)
    }

    /// How many places are in memory at once, but for those of the last page.
    private static let placesAtOnce = 500_000

    private func judge(
        _ places: FragmentPlaces, of page: Int64, at url: String, _ faults: inout [FragmentFault]
    ) throws {
        let fragments = try RawStatement(
            database,
            """
            SELECT DISTINCT fragment FROM link_targets JOIN link_elements ON target_id = link_targets.id
            WHERE link_targets.url = ? AND fragment IS NOT NULL
            """)
        fragments.bind(1, url)
        try fragments.forEachRow { row in
            if let fragment = row.text(0), let (verdict, reason) = places.fault(of: fragment) {
                faults.append(FragmentFault(page: page, fragment: fragment, verdict: verdict, reason: reason))
            }
            return true
        }
    }

    /// The pages that redirect to a page.
    private func pagesLeading(to page: Int64) throws -> [(id: Int64, url: String)] {
        let find = try RawStatement(
            database,
            "SELECT pages.id, pages.url FROM verdicts JOIN pages ON pages.id = verdicts.page_id WHERE same_as = ?"
        )
        find.bind(1, page)
        var pages: [(Int64, String)] = []
        try find.forEachRow { row in
            pages.append((row.integer(0), row.text(1) ?? ""))
            return true
        }
        return pages
    }

    /// Keeps the faults that were found in some of a run's pages, in place of those that were found before.
    func save(_ faults: [FragmentFault]) throws {
        let save = try RawStatement(
            database,
            "INSERT OR REPLACE INTO fragment_faults (page_id, fragment, verdict, reason) VALUES (?, ?, ?, ?)")
        for fault in faults {
            save.bind(1, fault.page)
            save.bind(2, fault.fragment)
            save.bind(3, fault.verdict.rawValue)
            save.bind(4, fault.reason.rawValue)
            try save.run()
        }
    }
}

extension SQLiteStore {
    /// Pages whose fragments are judged in one go.
    private static let fragmentStep = 500

    /// Finds the fragments of links that name no place of their page, and notes them. It can be done again at any time: a page that a
    /// run has read does not change any more. Blocks.
    ///
    /// - Parameter progressed: called after each step.
    func judgeFragments(of run: RunID, progressed: () throws -> Void) throws {
        var cursor: Int64? = 0
        while let start = cursor {
            let (faults, last) = try reading {
                try $0.fragmentFaults(of: run, after: start, limit: SQLiteStore.fragmentStep)
            }
            if !faults.isEmpty { try writing { try $0.save(faults) } }
            cursor = last
            try progressed()
        }
    }
}
