internal import TrawlStore

/// The schema's versions, in order. The SQL is the text of `migrations/postgresql/NNNN_name.sql`, embedded in the binary, in which
/// `{schema}` stands for the schema.
///
/// The table `schema_version` has a row for each migration that was applied.
struct PostgresMigrations {
    let connection: PostgresConnection
    let url: PostgresURL
    /// Every migration: number n brings a schema from version n − 1 to n.
    var scripts: [[UInt8]] = [PackageResources._001_init_sql]

    /// How far a schema has come.
    enum State: Equatable {
        /// There is no such schema, or it is empty.
        case absent(hasSchema: Bool)
        /// It has tables that are not trawl's.
        case foreign
        case version(Int)
    }

    var latest: Int { scripts.count }

    /// Milliseconds that another process may take for its migration.
    private static let patience = 120_000
    /// What tells the lock from those of other programs: "traw".
    private static let lock: Int64 = 0x7472_6177

    /// Reads how far the schema has come. Within a transaction.
    func state() throws -> State {
        guard
            let row = try connection.run(
                """
                SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1),
                    EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                        WHERE nspname = $1 AND relname = 'schema_version'),
                    EXISTS (SELECT 1 FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = $1)
                """, [.text(url.schema)], isPrepared: false
            ).first
        else { return .foreign }
        guard row.bool(1) else { return row.bool(2) ? .foreign : .absent(hasSchema: row.bool(0)) }
        let version = try connection.run(
            "SELECT max(version) FROM {schema}.schema_version", isPrepared: false
        ).first?.optionalInt(0)
        return version.map { .version(Int($0)) } ?? .foreign
    }

    /// Applies what is missing, in one transaction, one process at a time. A schema that this program must not touch stays as it is.
    func apply() throws {
        try connection.begin(
            .write(statement: 0, lock: PostgresMigrations.patience, idle: PostgresMigrations.patience))
        do {
            // The lock ends with the transaction, so that none can be left behind.
            _ = try connection.run(
                "SELECT pg_advisory_xact_lock($1::int, hashtext($2))",
                [.int(PostgresMigrations.lock), .text(url.schema)], isPrepared: false)
            // Another process may have been here in the meantime.
            let state = try state()
            try check(state, access: .readWrite)
            let applied: Int
            switch state {
            case .absent(let hasSchema):
                if !hasSchema { try connection.execute(script: "CREATE SCHEMA {schema}") }
                try connection.execute(
                    script: """
                        CREATE TABLE {schema}.schema_version (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())
                        """)
                applied = 0
            case .version(let version): applied = version
            case .foreign: return
            }
            for number in applied..<latest {
                try connection.execute(script: String(decoding: scripts[number], as: UTF8.self))
                try connection.execute(
                    script: "INSERT INTO {schema}.schema_version (version) VALUES (\(number + 1))")
            }
            try connection.commit()
            try connection.flush()
        } catch {
            try? connection.rollBack()
            throw error
        }
    }

    /// Refuses a schema that is not there, not trawl's, or not of a version that this program knows.
    func check(_ state: State, access: DatabaseAccess) throws(StoreError) {
        let name = url.description
        switch state {
        case .foreign:
            throw StoreError(
                .notADatabase,
                "\(name): the schema \(url.schema) has tables that are not trawl's; name another with schema= in the URL"
            )
        case .absent:
            guard access != .readWrite else { return }
            throw StoreError(
                .missing,
                "\(name) has no trawl database in the schema \(url.schema); run a job first, or name the schema with schema= in the URL"
            )
        case .version(let version) where version > latest:
            throw StoreError(
                .newer,
                "\(name) was written by a newer trawl (schema \(version), this one knows \(latest)); it is left as it is: "
                    + "use the newer trawl")
        case .version(let version) where version < latest && access == .readOnly:
            throw StoreError(
                .older,
                "\(name) has schema \(version), this trawl needs \(latest); run `trawl db migrate` once")
        case .version: break
        }
    }
}
