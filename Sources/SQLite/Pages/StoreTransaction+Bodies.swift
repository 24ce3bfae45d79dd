package import CrawlCore
internal import GRDB
internal import TrawlStore

extension StoreTransaction {
    /// The row of an outcome's body, made where the same is not kept yet; nil where none is kept.
    ///
    /// Bodies with the same digest are compared, because two different ones can be made on purpose.
    func bodyID(of outcome: borrowing PageOutcome) throws -> Int64? {
        if outcome.response.isNotModified, let previous = outcome.page.previous {
            return try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT body_id FROM pages WHERE id = ?"),
                arguments: [previous.id.rawValue])
        }
        guard let body = outcome.body, let digest = outcome.response.contentDigest else { return nil }
        let find = try RawStatement(database, "SELECT id, data FROM bodies WHERE digest = ? AND size = ?")
        find.bind(1, digest)
        find.bind(2, Int64(body.size))
        var id: Int64?
        try find.forEachRow { row in
            if row.bytes(1) == body.data { id = row.integer(0) }
            return id == nil
        }
        if let id { return id }
        let insert = try RawStatement(database, "INSERT INTO bodies (digest, size, data) VALUES (?, ?, ?)")
        insert.bind(1, digest)
        insert.bind(2, Int64(body.size))
        insert.bind(3, bytes: body.data)
        try insert.run()
        return database.lastInsertedRowID
    }

    /// The body that is kept of a page; nil for none.
    package func body(of page: PageID) throws -> PageBody? {
        let statement = try database.cachedStatement(sql: "SELECT body_id FROM pages WHERE id = ?")
        return try Int64.fetchOne(statement, arguments: [page.rawValue]).flatMap { try body($0) }
    }

    /// A body that is kept.
    func body(_ id: Int64) throws -> PageBody? {
        let statement = try RawStatement(database, "SELECT size, data FROM bodies WHERE id = ?")
        statement.bind(1, id)
        var body: PageBody?
        try statement.forEachRow { row in
            body = PageBody(size: Int(row.integer(0)), data: row.bytes(1) ?? [])
            return false
        }
        return body
    }

    /// Deletes those bodies that no page has, of so many.
    ///
    /// - Parameter start: the body to go on behind.
    /// - Returns: the last one looked at; nil at the end.
    func pruneBodies(after start: Int64, limit: Int) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: "SELECT id FROM bodies WHERE id > ? ORDER BY id LIMIT ?")
        let bodies = try Int64.fetchAll(statement, arguments: [start, limit])
        try deleteUnused(Set(bodies))
        return bodies.last
    }

    /// Deletes those bodies that no page has any more.
    func deleteUnused(_ bodies: Set<Int64>) throws {
        for body in bodies {
            try database.cachedStatement(
                sql:
                    "DELETE FROM bodies WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM pages WHERE body_id = ?1)"
            ).execute(arguments: [body])
        }
    }
}
