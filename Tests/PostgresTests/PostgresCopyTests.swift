import CrawlCore
import Foundation
import GRDB
import Testing
import TrawlDatabase
import TrawlSQLite
import TrawlStore
import TrawlTestSupport

@testable import TrawlPostgres

/// A database that moves to a server and back.
@Suite(.timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere, "PostgreSQL is not installed"))
struct PostgresCopyTests {
    private let folder: TestFolder
    private let file: DatabaseName
    private let server: DatabaseName

    /// A file with several crawls of every kind.
    init() throws {
        folder = try TestFolder()
        file = DatabaseName(folder.path + "/from.db")
        server = DatabaseName(try PostgresServer.shared().newURL())
        let fixture = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../TrawlTests/Database/Fixtures/0001.sql")
        let sql = try String(contentsOf: fixture, encoding: .utf8)
        try DatabaseQueue(path: file.text).inDatabase { database in
            try database.execute(sql: sql)
            // The fixture's crawls have no items.
            try database.execute(
                sql: """
                    INSERT INTO item_rows (page_id, position, key, value)
                    SELECT id, 1, 'k', '{"a":1}' FROM pages WHERE state = 'done' ORDER BY id LIMIT 2;
                    INSERT INTO page_chains (page_id, first_page_id, number, first_url, restarts, items_before)
                    SELECT max(page_id), min(page_id), 2, 'http://a.test/', 0, 1 FROM item_rows;
                    """)
        }
    }

    /// The rows of a query on a file, each value as text.
    private func rows(of file: DatabaseName, _ sql: String) throws -> [[String?]] {
        try DatabaseQueue(path: file.text).read { database in
            try Row.fetchAll(database, sql: sql).map { row in
                row.databaseValues.map { value in value.storage.value.map { Self.plain("\($0)") } }
            }
        }
    }

    private func columns(of query: String) throws -> [String] {
        try DatabaseQueue(path: file.text).read { try $0.makeStatement(sql: query).columnNames }
    }

    /// The rows of a query on the server, each value as text.
    private func rows(_ sql: String) throws -> [[String?]] {
        Self.rows(try PostgresConnection(try PostgresURL(server.text), writes: false).run(sql))
    }

    private static func rows(_ result: PostgresResult) -> [[String?]] {
        result.rows.map { row in (0..<result.columns).map { row.optionalText($0).map(Self.plain) } }
    }

    /// The databases write whole numbers in two ways, and give fractions 15 or 17 digits.
    private static func plain(_ text: String) -> String {
        guard text.contains("."), let number = Double(text) else { return text }
        return number == number.rounded() ? "\(Int(number))" : "\((number * 1e9).rounded() / 1e9)"
    }

    private static func sorted(_ rows: [[String?]]) -> [[String?]] {
        rows.sorted { "\($0)" < "\($1)" }
    }

    @Test func `each view shows the same rows on a server as in a file`() throws {
        try file.copy(to: server) { _, _ in }

        let views = try rows(of: file, "SELECT name FROM sqlite_schema WHERE type = 'view'").compactMap(
            \.first)
        #expect(views.count > 15)
        for case let view? in views {
            let columns = try rows(of: file, "SELECT name FROM pragma_table_info('\(view)')").compactMap {
                $0[0]
            }
            let list = columns.map { "CAST(\"\($0)\" AS TEXT)" }.joined(separator: ", ")
            let inFile = try rows(of: file, "SELECT \(list) FROM \(view)")
            let onServer = try rows("SELECT \(list) FROM {schema}.\(view)")

            #expect(Self.sorted(onServer) == Self.sorted(inFile), "\(view)")
            let named = try rows(
                """
                SELECT attname::text FROM pg_attribute WHERE attrelid = '{schema}.\(view)'::regclass AND attnum > 0 ORDER BY attnum
                """)
            #expect(named.map { $0[0] } == columns, "\(view)")
        }
    }

    @Test func `there and back a database is what it was`() throws {
        let back = DatabaseName(folder.path + "/back.db")
        try file.copy(to: server) { _, _ in }
        try server.copy(to: back) { _, _ in }

        for table in CopiedTable.all.map({
            ($0.name, $0.columns.map { "\"\($0.name)\"" }.joined(separator: ", "))
        })
            + [("page_keys", "*")]
        {
            let sql = "SELECT \(table.1) FROM \(table.0)"
            #expect(
                Self.sorted(try rows(of: back, sql)) == Self.sorted(try rows(of: file, sql)), "\(table.0)")
        }
        #expect(try back.open(.existing).check() == [])
        #expect(try server.open(.existing).check() == [])
        // What is made from now on must not have the number of what is there.
        let job = try server.open(.existing).write { writer in
            try writer.saveJob(name: "another", spec: "{}", now: 0)
        }
        #expect(
            try rows("SELECT id::text FROM {schema}.jobs WHERE name = 'another'") == [["\(job.rawValue)"]])
        #expect(
            try rows("SELECT nextval(pg_get_serial_sequence('{schema}.item_rows', 'id'))::text") == [["3"]])
    }

    /// The queries of a page of the documentation, but for those of an SQLite file's own tables.
    private static func queries(of page: String) throws -> [String] {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/\(page)")
        let text = try String(contentsOf: path, encoding: .utf8)
        let blocks = text.matches(of: /\n```sql\n((?s:.*?))```/).map { String($0.1) }
        let commands = text.matches(of: /sqlite3 trawl\.db "((?s:.*?))"/).map { String($0.1) }
        return (blocks + commands).filter { !$0.contains("link_rows") }
    }

    @Test(arguments: [("cookbook.md", 41, 44), ("link-questions.md", 13, 6)])
    func `each query of a page has the same answer on a server as in a file`(
        page: String, queries least: Int, answers: Int
    ) throws {
        try file.copy(to: server) { _, _ in }
        let connection = try PostgresConnection(try PostgresURL(server.text), writes: false)
        let jobs = try rows(of: file, "SELECT name FROM jobs").compactMap { $0[0] }
        let queries = try Self.queries(of: page)

        #expect(queries.count >= least)
        var answered = 0
        for query in queries {
            for job in jobs {
                let query = query.replacing("'docs'", with: "'\(job)'").replacing(";", with: "")
                let columns = try columns(of: query).map { "CAST(\"\($0)\" AS TEXT)" }
                let asked = "SELECT \(columns.joined(separator: ", ")) FROM (\(query)) AS query"
                let expected = try rows(of: file, asked)
                #expect(throws: Never.self, "\(query)") {
                    // One transaction, since a pooler keeps nothing that is set for a session.
                    try connection.send("BEGIN")
                    try connection.send("SET LOCAL search_path TO {schema}")
                    try connection.send(asked)
                    try connection.send("COMMIT")
                    let found = Self.rows(try connection.flush()[2])
                    #expect(Self.sorted(found) == Self.sorted(expected), "\(query)")
                }
                if !expected.isEmpty { answered += 1 }
            }
        }
        // Some are answered for more than one job, and some have no rows.
        #expect(answered >= answers)
    }

    @Test func `a copy that is cut short leaves nothing`() throws {
        struct Cut: Error {}
        let source = try #require(try file.open(.readOnly) as? SQLiteStore)
        let target = try PostgresStore(try PostgresURL(server.text), access: .readWrite)
        let newFile = try NewSQLiteFile(folder.path + "/new.db")

        for target: any CopyTarget in [target, newFile] {
            #expect(throws: StoreError.self) {
                try source.copying { reader in
                    try target.receiving { writer in
                        for table in CopiedTable.all.prefix(9) {
                            try reader.forEachRow(of: table) { try writer.insert([$0], into: table) }
                        }
                        throw Cut()
                    }
                }
            }
        }

        for table in CopiedTable.all {
            #expect(try rows("SELECT 1::text FROM {schema}.\(table.name) LIMIT 1") == [], "\(table.name)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("new") }
                == [])
    }

    @Test(arguments: ["nonsense = 1", "status_code = $1", "1 = 1); SELECT (1", "status_code / 0 = 1 AND"])
    func `a condition that is no SQL is the user's mistake`(condition: String) throws {
        let store = try server.open(.readWrite)

        let error = #expect(throws: StoreError.self) { try store.read { try $0.check(condition: condition) } }

        #expect(error?.kind == .condition)
        #expect(throws: Never.self) { try store.read { try $0.check(condition: "status_code = 404") } }
    }

    @Test func `what is there is not written over`() throws {
        try file.copy(to: server) { _, _ in }

        #expect(throws: StoreError.self) { try file.copy(to: server) { _, _ in } }
        #expect(throws: StoreError.self) { try server.copy(to: file) { _, _ in } }
    }

    @Test func `old runs are pruned on a server as in a file`() throws {
        try file.copy(to: server) { _, _ in }
        let databases = [try file.open(.existing), try server.open(.existing)]

        let reports = try databases.map { database in
            try database.read { try $0.jobs() }.map { try database.prune($0.id, keeping: 1) }
        }
        try databases.forEach { try $0.pruneBodies() }

        #expect(reports[0] == reports[1])
        #expect(reports[0].reduce(0) { $0 + $1.pages } > 0)
        for table in [
            "runs", "pages", "bodies", "link_rows", "link_elements", "link_targets", "unread_pages",
        ] {
            #expect(
                try rows("SELECT count(*)::text FROM {schema}.\(table)")
                    == rows(of: file, "SELECT count(*) FROM \(table)"), "\(table)")
        }
        #expect(try databases.map { try $0.check() } == [[], []])
    }
}
