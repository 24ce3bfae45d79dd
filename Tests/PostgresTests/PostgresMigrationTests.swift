import Synchronization
import Testing
import TrawlStore
import TrawlTestSupport

@testable import TrawlPostgres

/// How the tables come to be.
@Suite(.timeLimit(.minutes(15)), .enabled(if: PostgresServer.isHere, "PostgreSQL is not installed"))
struct PostgresMigrationTests {
    private func url() throws -> PostgresURL { try PostgresURL(try PostgresServer.shared().newURL()) }

    private func failure(_ url: PostgresURL, _ access: DatabaseAccess) -> StoreError.Kind? {
        do throws(StoreError) {
            _ = try PostgresStore(url, access: access)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func `of twenty that begin at once one makes the tables`() async throws {
        let url = try url()
        await withTaskGroup(of: StoreError.Kind?.self) { group in
            for _ in 0..<20 { group.addTask { failure(url, .readWrite) } }
            for await kind in group { #expect(kind == nil) }
        }

        let versions = try PostgresConnection(url, writes: true).run(
            "SELECT version FROM {schema}.schema_version")
        #expect(versions.rows.map { $0.int(0) } == [1])
    }

    @Test func `to read takes tables that are there`() throws {
        let url = try url()

        #expect(failure(url, .readOnly) == .missing)
        #expect(failure(url, .existing) == .missing)
        #expect(failure(url, .readWrite) == nil)
        #expect(failure(url, .readOnly) == nil)
        #expect(failure(url, .existing) == nil)
    }

    @Test func `a newer schema and somebody else's are left as they are`() throws {
        let (newer, foreign) = (try url(), try url())
        _ = try PostgresStore(newer, access: .readWrite)
        _ = try PostgresConnection(newer, writes: true).run("INSERT INTO {schema}.schema_version VALUES (99)")
        let connection = try PostgresConnection(foreign, writes: true)
        try connection.execute(script: "CREATE SCHEMA {schema}; CREATE TABLE {schema}.jobs (x bigint)")

        #expect(failure(newer, .readWrite) == .newer)
        #expect(failure(newer, .readOnly) == .newer)
        #expect(failure(foreign, .readWrite) == .notADatabase)
    }

    @Test func `a migration that fails leaves nothing`() throws {
        let url = try url()
        let connection = try PostgresConnection(url, writes: true)
        var migrations = PostgresMigrations(connection: connection, url: url)
        migrations.scripts.append(Array("CREATE TABLE {schema}.more (x bigint); SELECT 1 / 0".utf8))

        #expect(throws: PostgresFailure.self) { try migrations.apply() }
        try connection.begin(.read)
        #expect(try migrations.state() == .absent(hasSchema: false))
    }
}
