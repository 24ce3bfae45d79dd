import Testing
import TrawlStore
import TrawlTestSupport

@testable import TrawlPostgres

/// A connection to a real server.
@Suite(.timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere, "PostgreSQL is not installed"))
struct PostgresConnectionTests {
    private func connect() throws -> PostgresConnection {
        try PostgresConnection(try PostgresURL(try PostgresServer.shared().newURL()), writes: true)
    }

    @Test func `values come back as they were sent`() throws {
        let connection = try connect()
        let row = try #require(
            try connection.run(
                "SELECT $1::bigint, $2::float8, $3::bool, $4::text, $5::bytea, $6::bigint, $7::text",
                [
                    .int(-5_000_000_000), .real(1.5), .bool(true), .text("ä\u{0}b"), .bytes([0, 255]),
                    .int(nil),
                    .text(""),
                ]
            ).first)

        #expect(row.int(0) == -5_000_000_000)
        #expect(row.real(1) == 1.5)
        #expect(row.bool(2))
        #expect(row.text(3) == "ä\u{fffd}b")
        #expect(row.bytes(4) == [0, 255])
        #expect(row.optionalInt(5) == nil)
        #expect(row.optionalText(6) == "")
    }

    @Test func `arrays are unnested with their nulls`() throws {
        let rows = try connect().run(
            "SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::float8[], $5::bool[])",
            [
                .ints([1, nil]), .texts(["a", nil]), .blobs([[1], nil]), .reals([nil, 0.5]),
                .bools([nil, false]),
            ]
        ).rows

        #expect(rows.map { $0.optionalInt(0) } == [1, nil])
        #expect(rows.map { $0.optionalText(1) } == ["a", nil])
        #expect(rows.map { $0.optionalBytes(2) } == [[1], nil])
        #expect(rows.map { $0.optionalReal(3) } == [nil, 0.5])
        #expect(rows.map { $0.isNull(4) } == [true, false])
        #expect(try connect().run("SELECT count(*) FROM unnest($1::text[])", [.texts([])]).first?.int(0) == 0)
    }

    @Test func `small whole numbers are read with their sign`() throws {
        let row = try #require(try connect().run("SELECT -3::smallint, 70000::int, -1::bigint").first)

        #expect([row.int(0), row.int(1), row.int(2)] == [-3, 70_000, -1])
    }

    @Test func `statements are sent together, and give their results in order`() throws {
        let connection = try connect()
        try connection.begin(.write)
        for number in 0..<2_000 {
            try connection.send("SELECT $1::bigint, repeat('x', 1000)", [.int(Int64(number))])
        }
        try connection.commit()

        let results = try connection.flush()

        #expect(results.compactMap { $0.first?.int(0) } == Array(0..<2_000))
    }

    @Test func `a failure keeps its code, and the connection can be used on`() throws {
        let connection = try connect()
        try connection.begin(.write)
        try connection.send("CREATE TABLE pg_temp.a (x bigint)")
        try connection.send("SELECT 1 / 0")
        try connection.send("SELECT 2")

        let failure = #expect(throws: PostgresFailure.self) { try connection.flush() }

        #expect(failure?.state == "22012")
        // The rest of the transaction must not be carried out on its own.
        #expect(throws: PostgresFailure.self) { try connection.run("SELECT 1") }
        try connection.begin(.write)
        #expect(try connection.run("SELECT to_regclass('pg_temp.a') IS NULL").first?.bool(0) == true)
        #expect(try connection.run("SELECT 2").first?.int(0) == 2)
    }

    @Test func `rows are read some hundreds at a time, with other statements in between`() throws {
        let connection = try connect()
        try connection.begin(.read)
        var sum: Int64 = 0
        try connection.forEachRow("SELECT n FROM generate_series(1::bigint, $1) AS n", [.int(1_200)]) { row in
            if row.int(0) % 500 == 0 { sum += try connection.run("SELECT 1").first?.int(0) ?? 0 }
            sum += row.int(0)
            return row.int(0) < 1_100
        }

        #expect(sum == 1_100 * 1_101 / 2 + 2)
        try connection.commit()
        try connection.flush()
    }

    @Test(
        .disabled(if: PostgresServer.hasPooler, "a pooler hides which process of the server a connection has")
    )
    func `a connection that was ended says so`() throws {
        let connection = try connect()
        _ = try connect().run("SELECT pg_terminate_backend($1::int)", [.int(connection.serverProcess)])

        let failure = #expect(throws: PostgresFailure.self) { try connection.run("SELECT 1") }

        #expect(failure?.isConnectionLost == true)
        #expect(!connection.isOpen)
    }

    @Test func `nothing is waited for longer than allowed`() throws {
        let connection = try connect()
        try connection.send("SELECT pg_sleep(20)")

        #expect(throws: PostgresFailure.self) { try connection.flush(timeout: 50) }
        #expect(!connection.isOpen)
    }

    @Test(
        arguments: [
            ("postgresql://trawl@{host}/none", StoreError.Kind.missing),
            ("postgresql://nobody@{host}/trawl", .readOnly),
            ("postgresql://trawl@127.0.0.1:1/trawl", .unreachable),
            ("postgresql://trawl@{host}/trawl?search_path=x", .other),
        ])
    func `a database that cannot be had is one clear error`(url: String, kind: StoreError.Kind) throws {
        let server = try PostgresServer.shared()
        let url = url.replacing("{host}", with: "127.0.0.1:\(server.port)")

        let error = #expect(throws: StoreError.self) {
            try PostgresStore(try PostgresURL(url), access: .readWrite)
        }

        #expect(error?.kind == kind)
        #expect(error?.description.contains("\n") == false)
    }
}
