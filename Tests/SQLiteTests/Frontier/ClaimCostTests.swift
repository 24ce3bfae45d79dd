import CrawlCore
@testable import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// What finding work costs, counted in the steps of SQLite's virtual machine: they are the same on every machine.
@Suite struct ClaimCostTests {
    private let temporary: TemporaryStore
    private let run: RunID
    private var store: SQLiteStore { temporary.store }

    init() throws {
        temporary = try TemporaryStore()
        run = try temporary.begin((0..<20).map { "http://a/\($0)" })
        try temporary.begin((0..<50).map { "http://a/\($0)" }, job: "other")
    }

    /// The statements that an operation runs, with their values.
    private func statements(_ body: (StoreTransaction) throws -> Void) throws -> [String] {
        var statements: [String] = []
        try store.reading { transaction in
            transaction.database.trace { statements.append("\($0.expandedDescription)") }
            try body(transaction)
            transaction.database.trace()
        }
        return statements.filter { $0.contains("pages") }
    }

    /// How SQLite goes about a statement.
    private func plan(_ sql: String) throws -> String {
        try temporary.query("EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }.joined(
            separator: "; ")
    }

    /// The steps that an operation takes.
    private func steps(_ body: (StoreTransaction) throws -> Void) throws -> Int {
        try store.reading { transaction in
            let sum =
                "SELECT sum(nstep) FROM sqlite_stmt WHERE sql LIKE '%pages%' AND sql NOT LIKE '%sqlite_stmt%'"
            let before = try Int.fetchOne(transaction.database, sql: sum) ?? 0
            try body(transaction)
            return try (Int.fetchOne(transaction.database, sql: sum) ?? 0) - before
        }
    }

    private func claim(
        _ transaction: StoreTransaction, now: Int64 = 0, claimed: Set<PageID> = [],
        from start: FrontierPosition? = nil
    ) throws {
        var position = start
        let pages = try transaction.claim(
            HostID(rawValue: 1), of: run, now: now, limit: 5, claimed: claimed, batch: BatchID(rawValue: 1),
            from: &position)
        #expect(pages.count == 5)
    }

    /// Adds pending pages, due and not, to the host and to others.
    private func grow() throws {
        try temporary.add((1_000..<9_000).map { "http://a/\($0)" }, to: run)
        try temporary.add((0..<2_000).map { "http://h\($0)/" }, to: run)
        try temporary.execute("UPDATE pages SET not_before = 1000 WHERE id % 3 = 0 AND id > 100")
    }

    @Test func `a claim is one search of the index of pending pages, and sorts nothing`() throws {
        let statements = try statements { try claim($0) }

        #expect(statements.count == 1)
        #expect(
            try plan(statements[0])
                == "SEARCH pages USING INDEX pages_pending (run_id=? AND host_id=? AND not_before>? AND not_before<?)"
        )
    }

    @Test func `a look for hosts seeks the index of pending pages once a host`() throws {
        let statements = try statements { _ = try $0.waitingHosts(of: run, after: nil, limit: 10) }

        #expect(statements.count == 2, "the host, and that there is no other")
        #expect(
            try plan(statements[0])
                == "SEARCH pages USING INDEX pages_pending (run_id=? AND host_id>?)")
    }

    @Test func `whether pages are pending, and when the next is due, are seeks`() throws {
        let statements = try statements {
            _ = try $0.hasPending(run)
            _ = try $0.nextRetry(of: HostID(rawValue: 1), run: run, after: 0)
        }

        #expect(
            try statements.map(plan) == [
                "SEARCH pages USING INDEX pages_pending (run_id=?)",
                "SEARCH pages USING INDEX pages_pending (run_id=? AND host_id=? AND not_before>?)",
            ])
    }

    @Test(.enabled(if: SQLiteBuild.countsSteps, "skipped: this SQLite has no sqlite_stmt"))
    func `what finding work costs does not grow with the number of pending pages`() throws {
        func cost() throws -> [Int] {
            [
                try steps { try claim($0) },
                try steps { try claim($0, now: 2_000) },
                try steps { _ = try $0.waitingHosts(of: run, after: nil, limit: 1) },
                try steps { _ = try $0.hasPending(run) },
            ]
        }
        let few = try cost()

        try grow()

        #expect(few.allSatisfy { $0 > 0 })
        #expect(try cost() == few)
    }

    @Test(.enabled(if: SQLiteBuild.countsSteps, "skipped: this SQLite has no sqlite_stmt"))
    func `a claim costs as much more as there are pages claimed already`() throws {
        try grow()
        let ids = Set((1...15).map { PageID(rawValue: $0) })

        let none = try steps { try claim($0) }
        let some = try steps {
            try claim($0, claimed: ids, from: FrontierPosition(notBefore: 0, rank: 0, id: 15))
        }

        // A few steps of the index for each of fifteen, and no page of theirs is read.
        #expect(some > none)
        #expect(some < none + 15 * 10)
    }

    @Test(.enabled(if: SQLiteBuild.countsSteps, "skipped: this SQLite has no sqlite_stmt"))
    func `what recording an outcome costs does not grow with the number of pages`() throws {
        func cost() throws -> Int {
            let page = try #require(try temporary.claim("http://a", of: run, limit: 1).first)
            return try store.writing { transaction in
                let sum = "SELECT sum(nstep) FROM sqlite_stmt WHERE sql LIKE 'UPDATE%'"
                let before = try Int.fetchOne(transaction.database, sql: sum) ?? 0
                _ = try transaction.record([[outcome(page)]], of: run, elapsed: 0, now: 0)
                return try (Int.fetchOne(transaction.database, sql: sum) ?? 0) - before
            }
        }
        let few = try cost()

        try grow()

        #expect(few > 0)
        #expect(try cost() == few)
    }
}

/// What the SQLite in use was built with.
enum SQLiteBuild {
    /// Whether it tells the steps of its statements (<https://sqlite.org/stmt.html>).
    static let countsSteps =
        (try? DatabaseQueue().read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_stmt") }) != nil
}
