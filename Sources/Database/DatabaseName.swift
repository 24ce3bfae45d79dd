internal import Glibc
internal import TrawlPostgres
internal import TrawlSQLite
package import TrawlStore

/// What names a database, as `--db` takes it: the path of a SQLite file, or the URL of a PostgreSQL database.
///
/// This is the one place that says which database a name means.
package struct DatabaseName: Sendable, Equatable, CustomStringConvertible {
    /// As it was given; a URL may have a password in it.
    package let text: String

    /// A name; nothing is looked up.
    package init(_ text: String) {
        self.text = text
    }

    /// The path of the file; nil for a URL.
    package var file: String? { isServer ? nil : text }

    /// Whether the database is on a server.
    package var isServer: Bool { PostgresURL.isOne(text) }

    /// The schema of a database on a server; nil for a file.
    package var schema: String? { isServer ? (try? PostgresURL(text))?.schema : nil }

    /// The name for people: without a password.
    package var description: String { PostgresURL.masked(text) }

    /// Opens the database.
    ///
    /// - Throws: `StoreError`; what is not trawl's, or of a newer trawl, is left untouched.
    package func open(_ access: DatabaseAccess) throws(StoreError) -> any CrawlDatabase {
        if let mistake { throw mistake }
        return isServer
            ? try PostgresStore(try PostgresURL(text), access: access)
            : try SQLiteStore(.file(text), access: access)
    }

    /// Opens a database that may not be there yet, for reading.
    ///
    /// - Returns: nil where there is none, or nothing in it.
    package func openIfThere(_ access: DatabaseAccess = .readOnly) throws(StoreError) -> (any CrawlDatabase)?
    {
        if let mistake { throw mistake }
        guard isServer else { return hasFile ? try open(access) : nil }
        do throws(StoreError) {
            return try open(access)
        } catch {
            guard error.kind == .missing else { throw error }
            return nil
        }
    }

    /// A database that keeps nothing: it is gone with the value.
    package static func temporary() throws(StoreError) -> any CrawlDatabase {
        try SQLiteStore(.temporary, access: .readWrite)
    }

    /// The libraries of all databases with their versions: `SQLite/3.40.1`, `libpq/15.18`.
    package static var libraries: [String] {
        ["SQLite/\(SQLiteStore.libraryVersion)", "libpq/\(PostgresStore.libraryVersion)"]
    }

    /// What is wrong with a name that was meant as a server's, and is none; nil for other names.
    private var mistake: StoreError? {
        guard !isServer, PostgresURL.looksLikeOne(text) else { return nil }
        return StoreError(
            .other,
            "\(description) is neither the path of a file nor the URL of a PostgreSQL database, which begins with postgresql://, as in "
                + "postgresql://user@host/name?schema=crawl; for a file of that name write ./ before it")
    }

    private var hasFile: Bool {
        var info = stat()
        return stat(text, &info) == 0 && info.st_size > 0
    }
}
