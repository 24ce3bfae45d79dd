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

    @Test(arguments: ["u:s@cret@h/db", "u:s/cret@h/db", "u:s/c@ret@h"])
    func `a password that ends elsewhere for libpq is refused`(rest: String) {
        #expect(throws: StoreError.self) { try PostgresURL("postgresql://\(rest)") }
    }

    @Test(arguments: ["u:se%zzcret@h/db", "u:secret@[::1/db"])
    func `what libpq says of a URL does not have its password`(rest: String) throws {
        let url = try PostgresURL("postgresql://\(rest)")
        let error = #expect(throws: StoreError.self) { try PostgresConnection(url, writes: false) }
        #expect(error?.description.contains("cret") == false)
        #expect(error?.description.contains("is no URL of a PostgreSQL database") == true)
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
            ("postgresql://u:s@cret@h/db", "postgresql://u:***@h/db"),
            ("postgresql://u:s/cret@h/db", "postgresql://u:***@h/db"),
            ("postgresql://u:s?cret@h/db", "postgresql://u:***@h/db"),
            ("POSTGRESQL://u:secret@h/db", "POSTGRESQL://u:***@h/db"),
            ("postgresql:/u:secret@h/db", "postgresql:/u:***@h/db"),
            ("host=h password=secret dbname=x", "host=h password=***"),
            ("host=::1 password=secret", "host=::1 password=***"),
            ("postgresql://h/db?%70assword=secret", "postgresql://h/db?%70assword=***"),
            ("./postgresql://x.db", "./postgresql://x.db"), ("/a://b:c@d", "/a://b:c@d"),
            ("postgresql://[::1]:5432/db", "postgresql://[::1]:5432/db"), ("a:b@c.db", "a:b@c.db"),
        ])
    func `a password is not shown`(url: String, shown: String) {
        #expect(PostgresURL.masked(url) == shown)
    }
}
