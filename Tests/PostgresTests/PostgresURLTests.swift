import Testing
import TrawlStore

@testable import TrawlPostgres

struct PostgresURLTests {
    @Test func `the schema is taken out of the URL`() throws {
        let url = try PostgresURL("postgresql://u@h1,h2/db?schema=crawl&sslmode=require")

        #expect(url.schema == "crawl")
        #expect(url.libpq == "postgresql://u@h1,h2/db?sslmode=require")
        #expect(try PostgresURL("postgres://h/db?schema=%63rawl").libpq == "postgres://h/db")
        #expect(try PostgresURL("postgres://").schema == "trawl")
    }

    @Test(arguments: ["", "1a", "pg_x", "a b", "a\"b", "a;b", "é", String(repeating: "a", count: 64)])
    func `what is no name of a schema is refused`(name: String) {
        #expect(throws: StoreError.self) { try PostgresURL("postgresql://h/db?schema=\(name)") }
    }

    @Test func `two schemas are refused`() {
        #expect(throws: StoreError.self) { try PostgresURL("postgresql://h/db?schema=a&schema=b") }
    }

    @Test(
        arguments: [
            ("postgresql://u:secret@h/db", "postgresql://u:***@h/db"),
            ("postgresql://u:s:e@h:5432/db?x=1", "postgresql://u:***@h:5432/db?x=1"),
            ("postgresql://h/db?user=u&password=secret&x=1", "postgresql://h/db?user=u&password=***&x=1"),
            ("postgresql://h/db?sslpassword=secret", "postgresql://h/db?sslpassword=***"),
            ("postgresql:///db?host=/a:b@c", "postgresql:///db?host=/a:b@c"), ("trawl.db", "trawl.db"),
        ])
    func `a password is not shown`(url: String, shown: String) {
        #expect(PostgresURL.masked(url) == shown)
    }
}
