internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// Writes the links of pages, in the transactions that record those pages.
///
/// One importer serves one run, transaction after transaction. It remembers the rows that it has met lately, as a site's pages repeat
/// the same menu; what it remembers is bounded. `StoreTransaction.forgetLinks` deletes none of them while a run is under way.
struct LinkImporter {
    private var targets = RecentRows()
    private var elements = RecentRows()

    /// Writes the links of a page that has been read.
    mutating func add(_ references: PageLinks, of page: PageID, in transaction: StoreTransaction) throws {
        let insert = try RawStatement(
            transaction.database,
            "INSERT OR REPLACE INTO link_rows (page_id, element_id, line, count) VALUES (?, ?, ?, ?)")
        for reference in references.list {
            let target = try target(of: reference, in: transaction)
            insert.bind(1, page.rawValue)
            insert.bind(2, try element(of: reference, target, in: transaction))
            insert.bind(3, Int64(reference.line))
            insert.bind(4, Int64(reference.count))
            try insert.run()
        }
        if let places = references.places { try transaction.save(places, of: page) }
    }

    /// Writes the links of a page that has not changed since an earlier run read it.
    func copy(from previous: PageID, to page: PageID, in transaction: StoreTransaction) throws {
        let rows = try RawStatement(
            transaction.database,
            """
            INSERT OR REPLACE INTO link_rows (page_id, element_id, line, count)
            SELECT ?1, element_id, line, count FROM link_rows WHERE page_id = ?2
            """)
        rows.bind(1, page.rawValue)
        rows.bind(2, previous.rawValue)
        try rows.run()
        let places = try RawStatement(
            transaction.database,
            """
            INSERT OR REPLACE INTO page_places (page_id, hashes, is_cut)
            SELECT ?1, hashes, is_cut FROM page_places WHERE page_id = ?2
            """)
        places.bind(1, page.rawValue)
        places.bind(2, previous.rawValue)
        try places.run()
    }

    private mutating func target(of reference: Link, in transaction: StoreTransaction) throws -> Int64 {
        let hash = reference.url.hashValue
        if let id = targets.row(hash) { return id }
        let find = try RawStatement(transaction.database, "SELECT id FROM link_targets WHERE url = ?")
        find.bind(1, reference.url)
        let id: Int64
        if let found = try find.firstRow({ $0.integer(0) }) {
            id = found
        } else {
            let insert = try RawStatement(
                transaction.database, "INSERT INTO link_targets (url, url_key) VALUES (?, ?)")
            insert.bind(1, reference.url)
            insert.bind(
                2, reference.hasPage ? URLKey(method: "GET", url: reference.url).rawValue : nil)
            id = try insert.insert()
        }
        targets.remember(hash, row: id)
        return id
    }

    private mutating func element(
        of reference: Link, _ target: Int64, in transaction: StoreTransaction
    ) throws -> Int64 {
        let digest = reference.digest
        var hasher = Hasher()
        hasher.combine(target)
        hasher.combine(digest)
        let hash = hasher.finalize()
        if let id = elements.row(hash) { return id }
        let find = try RawStatement(
            transaction.database, "SELECT id FROM link_elements WHERE target_id = ? AND digest = ?")
        find.bind(1, target)
        find.bind(2, digest)
        let id: Int64
        if let found = try find.firstRow({ $0.integer(0) }) {
            id = found
        } else {
            let insert = try RawStatement(
                transaction.database,
                """
                INSERT INTO link_elements (target_id, digest, element, attribute, rel, text, fragment, reason)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """)
            insert.bind(1, target)
            insert.bind(2, digest)
            insert.bind(3, reference.element)
            insert.bind(4, reference.attribute)
            insert.bind(5, reference.rel)
            insert.bind(6, reference.text)
            insert.bind(7, reference.fragment)
            insert.bind(8, reference.reason?.rawValue)
            id = try insert.insert()
        }
        elements.remember(hash, row: id)
        return id
    }
}
