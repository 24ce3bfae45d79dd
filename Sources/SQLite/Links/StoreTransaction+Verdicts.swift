internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// What is found out about the pages that links lead to.
extension StoreTransaction {
    /// Keeps the verdict on a page that an outcome settles; nothing of one that is to be tried again.
    ///
    /// - Parameter former: the job's runs before; nil for none.
    func saveVerdict(of outcome: borrowing PageOutcome, former: FormerRuns?) throws {
        let page = outcome.page.id
        guard let (verdict, reason) = outcome.linkVerdict else {
            if outcome.verdict == .skipped(.duplicate) || outcome.isCheckedElsewhere {
                try saveVerdict(ofDuplicate: page)
            }
            return
        }
        let isTrouble = verdict == .broken || verdict == .unsure && reason?.isPassing == true
        let save = try RawStatement(
            database,
            """
            INSERT OR REPLACE INTO verdicts (page_id, verdict, reason, broken_since_at, checked_at)
            VALUES (?, ?, ?, ?, ?)
            """)
        save.bind(1, page.rawValue)
        save.bind(2, verdict.rawValue)
        save.bind(3, reason?.rawValue)
        save.bind(
            4, isTrouble ? try former.flatMap { try brokenSince(page, $0.latest) } ?? outcome.finishedAt : nil
        )
        save.bind(5, verdict == .notChecked ? nil : outcome.finishedAt)
        try save.run()
        try passOnVerdict(of: page)
    }

    /// Since when a page is broken, by what an earlier run says of the same request; nil where it was not broken then.
    private func brokenSince(_ page: PageID, _ run: RunID) throws -> Int64? {
        try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT broken_since_at FROM pages
                    JOIN page_keys ON page_keys.run_id = ?2 AND page_keys.url_key = pages.url_key
                    JOIN verdicts ON verdicts.page_id = page_keys.page_id
                    WHERE pages.id = ?1
                    """), arguments: [page.rawValue, run.rawValue])
    }

    /// The verdict on a page in a run; nil where it has none.
    func verdict(
        onKey key: Int64, in run: RunID
    ) throws -> (verdict: LinkVerdict, reason: LinkReason?)? {
        let find = try RawStatement(
            database,
            """
            SELECT verdict, reason FROM page_keys JOIN verdicts ON verdicts.page_id = page_keys.page_id
            WHERE page_keys.run_id = ? AND page_keys.url_key = ?
            """)
        find.bind(1, run.rawValue)
        find.bind(2, key)
        return try find.firstRow { row in
            row.text(0).flatMap(LinkVerdict.init(rawValue:)).map { verdict in
                (verdict, row.text(1).flatMap(LinkReason.init(rawValue:)))
            }
        } ?? nil
    }

    /// Gives a page the verdict and the places that an earlier run has found of the same request.
    func copyFindings(onKey key: Int64, of run: RunID, to page: PageID) throws {
        for sql in [
            """
            INSERT OR REPLACE INTO verdicts (page_id, verdict, reason, broken_since_at, checked_at)
            SELECT ?1, verdict, reason, broken_since_at, checked_at
            FROM page_keys JOIN verdicts ON verdicts.page_id = page_keys.page_id
            WHERE page_keys.run_id = ?2 AND page_keys.url_key = ?3
            """,
            """
            INSERT OR REPLACE INTO page_places (page_id, hashes, is_cut) SELECT ?1, hashes, is_cut
            FROM page_keys JOIN page_places ON page_places.page_id = page_keys.page_id
            WHERE page_keys.run_id = ?2 AND page_keys.url_key = ?3
            """,
        ] {
            try database.cachedStatement(sql: sql).execute(arguments: [page.rawValue, run.rawValue, key])
        }
    }

    // MARK: Pages that redirect to another page of the run

    private func saveVerdict(ofDuplicate page: PageID) throws {
        guard let target = try keptLinks(of: page).last, target != page.rawValue else { return }
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO verdicts (page_id, same_as) VALUES (?, ?)"
        ).execute(arguments: [page.rawValue, target])
        try passOnVerdict(of: PageID(rawValue: target))
    }

    /// Gives the pages that redirect to a page its verdict, once it has one, and those that redirect to them.
    private func passOnVerdict(of page: PageID) throws {
        let pass = try RawStatement(
            database,
            """
            UPDATE verdicts SET
                verdict = CASE WHEN known.verdict NOT IN ('ok', 'redirected') THEN known.verdict
                    WHEN EXISTS (SELECT 1 FROM redirects
                        WHERE redirects.page_id = verdicts.page_id AND redirects.status_code IN (301, 308))
                    THEN 'redirected' ELSE 'ok' END,
                reason = known.reason, broken_since_at = known.broken_since_at, checked_at = known.checked_at
            FROM (SELECT verdict, reason, broken_since_at, checked_at FROM verdicts WHERE page_id = ?1) AS known
            WHERE verdicts.same_as = ?1 AND verdicts.verdict IS NULL AND known.verdict IS NOT NULL
            RETURNING page_id
            """)
        var settled = [page.rawValue]
        while let next = settled.popLast() {
            pass.bind(1, next)
            try pass.forEachRow { row in
                settled.append(row.integer(0))
                return true
            }
        }
    }
}
