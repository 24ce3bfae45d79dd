internal import GRDB

/// The schema's versions, in order. The SQL is the text of `migrations/sqlite/NNNN_name.sql`, embedded in the binary.
///
/// `PRAGMA user_version` holds the number of migrations applied, so that any SQLite tool can see it. (GRDB's own
/// migrator looks up what is applied outside the migration's transaction, so that two processes that open a new
/// file at once collide.)
enum Migrations {
    /// What `PRAGMA application_id` says of a database of trawl's: "traw".
    static let applicationID = 0x7472_6177
    /// What it says of a database of a development version before 0.2.0: "trwl". Those schemas are not carried over.
    static let unreleasedApplicationID = 0x7472_776c

    /// Every migration: number n brings a database from `user_version` n − 1 to n.
    static let all: [[UInt8]] = [
        PackageResources._001_init_sql
    ]

    static var latest: Int { all.count }

    /// Applies what is missing, each migration in a transaction of its own.
    static func apply(_ database: Database) throws {
        while try version(database) < latest {
            try database.inTransaction(.immediate) {
                // Another process may have been here in the meantime.
                let current = try version(database)
                guard current < latest else { return .rollback }
                try database.execute(sql: String(decoding: all[current], as: UTF8.self))
                try database.execute(
                    sql: "PRAGMA user_version = \(current + 1); PRAGMA application_id = \(applicationID)")
                return .commit
            }
        }
    }

    static func version(_ database: Database) throws -> Int {
        try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }
}
