internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// A row that the run has of a URL.
struct FoundRow {
    let id: Int64
    /// Whether it is the same URL, and not another one with the same key.
    let isSame: Bool
    let depth: Int
    let state: String
    let isCheck: Bool

    /// - Parameter row: its columns are id, url, depth, state, kind.
    init(_ row: RawRow, isSame: Bool) {
        self.isSame = isSame
        id = row.integer(0)
        depth = Int(row.integer(2))
        state = row.text(3) ?? ""
        isCheck = row.text(4) == PageKind.check.rawValue
    }

    var isSkipped: Bool { state == "skipped" }
}

extension DiscoveredURL {
    /// The method that it is asked for with first.
    var method: String { kind == .check && !readsPlaces ? "HEAD" : "GET" }
}

/// What is only checked, and turns out to be wanted for more.
extension DiscoveryImporter {
    /// Has a check asked for with GET: a link names a place in it.
    mutating func askForPlaces(
        _ found: FoundRow, _ url: DiscoveredURL, _ growth: inout Growth, _ transaction: StoreTransaction
    ) throws {
        // One that has failed is not there. One that is done may be any kind of file, of which only HTML has places.
        try transaction.database.cachedStatement(
            sql: """
                UPDATE pages SET method = 'GET', state = 'pending', in_range = NULL, attempts = 0, not_before = 0,
                    error_kind = NULL, error = NULL
                WHERE id = ? AND method = 'HEAD' AND (state = 'pending'
                    OR state = 'done' AND error_kind IS NULL AND lower(content_type) LIKE '%html%')
                """
        ).execute(arguments: [found.id])
        guard transaction.database.changesCount == 1, found.state == "done" else { return }
        try reopen(found, url, &growth, transaction)
        growth.progress.done -= 1
    }

    /// Makes a page of a check: a link that is followed leads there.
    mutating func promote(
        _ found: FoundRow, to url: DiscoveredURL, from page: PageID?, _ growth: inout Growth,
        _ transaction: StoreTransaction
    ) throws {
        let host = try self.host(url.hostKey, in: transaction)
        try transaction.database.cachedStatement(
            sql: """
                UPDATE pages SET kind = ?, method = 'GET', state = 'pending', in_range = NULL, attempts = 0, not_before = 0,
                    skip_reason = NULL, error_kind = NULL, error = NULL, host_id = ?, depth = ?, rank = ?, referrer_id = ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                url.kind == .page ? nil : url.kind.rawValue, host.rawValue, url.depth, url.rank, page?.rawValue,
                found.id,
            ])
        switch found.state {
        case "done": growth.progress.done -= 1
        case "failed": growth.progress.failed -= 1
        default: return
        }
        try reopen(found, url, &growth, transaction)
    }

    /// A page that was settled waits again.
    private mutating func reopen(
        _ found: FoundRow, _ url: DiscoveredURL, _ growth: inout Growth, _ transaction: StoreTransaction
    ) throws {
        growth.note(found.id)
        growth.progress.pending += 1
        growth.hosts.insert(try host(url.hostKey, in: transaction))
    }
}

extension StoreTransaction {
    /// Whether a check that is under way is no longer what is wanted of its page.
    ///
    /// - Parameter asksWithHEAD: how it was asked for.
    func isOvertaken(_ page: PageID, asksWithHEAD: Bool) throws -> Bool {
        let find = try RawStatement(database, "SELECT kind, method FROM pages WHERE id = ?")
        find.bind(1, page.rawValue)
        return try find.firstRow { row in
            row.text(0) != PageKind.check.rawValue || asksWithHEAD && row.text(1) == "GET"
        } ?? false
    }
}
