internal import GRDB
internal import TrawlStore

/// Links that no page has any more.
extension SQLiteStore {
    /// Rows looked at in one transaction: a few milliseconds' worth.
    private static let linkStep = 2_000

    /// Deletes what is known of links that no page has any more, in small steps. Blocks.
    ///
    /// Nothing is deleted while a run is under way, in this process or another: `LinkImporter` remembers rows from one transaction to
    /// the next.
    func forgetLinks() throws(StoreError) {
        for table in UnusedLinks.allCases {
            var last: Int64? = 0
            while let start = last {
                last = try inTurn { try $0.forget(table, after: start, limit: SQLiteStore.linkStep) }
            }
        }
    }
}

/// What may be there for nothing: first what links say, then where they lead.
private enum UnusedLinks: CaseIterable {
    case elements
    case targets

    var table: String { self == .elements ? "link_elements" : "link_targets" }

    var isUsed: String {
        switch self {
        case .elements: "SELECT 1 FROM link_rows WHERE element_id = link_elements.id"
        case .targets: "SELECT 1 FROM link_elements WHERE target_id = link_targets.id"
        }
    }
}

extension StoreTransaction {
    /// Deletes some rows that nothing refers to.
    ///
    /// - Returns: the last row that was looked at; nil at the end, or where a run is under way.
    fileprivate func forget(_ links: UnusedLinks, after start: Int64, limit: Int) throws -> Int64? {
        guard try Bool.fetchOne(database, sql: "SELECT 1 FROM runs WHERE state <> 'finished' LIMIT 1") == nil
        else { return nil }
        let end = try Int64.fetchOne(
            database.cachedStatement(
                sql: "SELECT max(id) FROM (SELECT id FROM \(links.table) WHERE id > ? ORDER BY id LIMIT ?)"),
            arguments: [start, limit])
        guard let end else { return nil }
        try database.cachedStatement(
            sql: "DELETE FROM \(links.table) WHERE id > ? AND id <= ? AND NOT EXISTS (\(links.isUsed))"
        ).execute(arguments: [start, end])
        return end
    }
}
