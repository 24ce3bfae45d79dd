internal import CPQ
internal import Glibc
internal import TrawlStore

/// A connection to a PostgreSQL server.
///
/// Statements are queued and sent together: ``flush(timeout:)`` is one round trip, however many they are. Nothing is set in the
/// session, so that a pooler may hand each transaction to another server process.
// @unchecked because a connection has one owner, and only the owner's thread uses it; it may be handed on to another thread between two
// uses.
final class PostgresConnection: @unchecked Sendable {
    /// How a transaction is begun.
    enum Mode {
        /// All reads see the same state. It may take as long as it likes.
        case read
        /// A transaction that writes, with the most milliseconds for a statement, for waiting for a lock, and for the time between
        /// two statements; 0 for any.
        case write(statement: Int, lock: Int, idle: Int)

        /// What is right where no page is on its way.
        static let write = Mode.write(statement: 120_000, lock: 10_000, idle: 60_000)
    }

    private let url: PostgresURL
    private var pointer: OpaquePointer?
    /// What was queued since the last flush, in order: whether its result is handed over.
    private var queued: [Bool] = []
    /// The statements that were met, by their text with `{schema}` in it.
    private var statements: [String: Statement] = [:]
    /// Those of them that are prepared on the way of the next flush.
    private var fresh: [String] = []
    private var preparedCount = 0
    /// What has ended the transaction; the rest of it must not be carried out on its own.
    private var failed: PostgresFailure?
    /// Whether a statement stays prepared: not behind a pooler, where each transaction may meet another server process.
    private let preparesStatements: Bool
    private var cursors = 0
    /// What was read of runners' signs of life by this connection.
    var beats = BeatJudge()
    /// Whether rows were handed over one by one since the transaction began.
    var hasHandedOver = false

    /// The process at the other end, which `pg_stat_activity` knows.
    let serverProcess: Int64
    /// Such as 150018.
    let serverVersion: Int32

    private struct Statement {
        let text: String
        /// The name under which the server has it; nil where it has it not.
        var name: String?
    }

    /// The oldest server that is supported.
    private static let oldestVersion: Int32 = 150_000
    /// How many statements a server process keeps for a connection.
    private static let mostPrepared = 300

    /// Connects.
    ///
    /// - Parameter writes: whether only a server will do that can be written to, where several are named.
    /// - Throws: `PostgresFailure`, or `StoreError`.
    init(_ url: PostgresURL, writes: Bool) throws {
        self.url = url
        let pointer = try PostgresConnection.connect(url, writes: writes)
        self.pointer = pointer
        serverVersion = PQserverVersion(pointer)
        // A pooler tells a process number of its own.
        let told = Int64(PQbackendPID(pointer))
        guard let answer = PQexec(pointer, "SELECT pg_backend_pid()::text") else {
            PQfinish(pointer)
            throw PostgresFailure(state: nil, "no memory")
        }
        let process = PQntuples(answer) == 1 ? Int64(String(cString: PQgetvalue(answer, 0, 0))) : nil
        let failure = process == nil ? PostgresConnection.failure(of: answer, pointer) : nil
        PQclear(answer)
        serverProcess = process ?? told
        preparesStatements = told == process
        // From here on the connection is ended by `deinit`, also where this throws.
        if let failure { throw failure }
        guard serverVersion >= PostgresConnection.oldestVersion else {
            throw StoreError(
                .older,
                "\(url.description) is a server of PostgreSQL \(serverVersion / 10_000); trawl needs 15 or newer"
            )
        }
        PQsetnonblocking(pointer, 1)
        PQenterPipelineMode(pointer)
    }

    deinit { PQfinish(pointer) }

    /// Whether it can still be used.
    var isOpen: Bool { pointer.map { PQstatus($0) == CONNECTION_OK } ?? false }

    /// Ends it; nothing is sent from then on.
    func close() {
        PQfinish(pointer)
        pointer = nil
        queued = []
    }

    // MARK: Queueing

    /// Begins a transaction.
    func begin(_ mode: Mode) throws {
        failed = nil
        hasHandedOver = false
        switch mode {
        case .read: try queue("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [], isWanted: false)
        case .write(let statement, let lock, let idle):
            try queue("BEGIN", [], isWanted: false)
            try queue(
                """
                SELECT set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
                    set_config('idle_in_transaction_session_timeout', $3, true)
                """, [.text("\(statement)"), .text("\(lock)"), .text("\(idle)")], isWanted: false)
        }
    }

    /// Queues a statement; its result is among those of the next flush.
    ///
    /// - Parameters:
    ///   - sql: one statement, in which `{schema}` stands for the schema, and `$1` for the first value.
    ///   - isPrepared: whether it is worth keeping at the server, because it comes again.
    func send(_ sql: String, _ values: [PostgresValue] = [], isPrepared: Bool = true) throws {
        try queue(sql, values, isWanted: true, isPrepared: isPrepared)
    }

    /// Ends the transaction.
    func commit() throws { try queue("COMMIT", [], isWanted: false) }

    private func queue(
        _ sql: String, _ values: [PostgresValue], isWanted: Bool, isPrepared: Bool = true
    ) throws {
        if let failed { throw failed }
        guard let pointer else { throw PostgresConnection.lost }
        let parameters = PostgresParameters(values)
        let statement = try statement(sql, parameters, isPrepared: isPrepared && preparesStatements, pointer)
        let isSent = parameters.bytes.withUnsafeBytes { bytes in
            // Without bytes there may be no address, which would be NULL.
            let start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            let places = parameters.places.map { place in
                place.map { start?.advanced(by: $0.lowerBound).assumingMemoryBound(to: CChar.self) } ?? nil
            }
            let lengths = parameters.places.map { Int32($0?.count ?? 0) }
            let formats = [Int32](repeating: 1, count: places.count)
            guard let name = statement.name else {
                return PQsendQueryParams(
                    pointer, statement.text, Int32(places.count), parameters.types, places, lengths, formats,
                    1)
            }
            return PQsendQueryPrepared(pointer, name, Int32(places.count), places, lengths, formats, 1)
        }
        guard isSent == 1 else { throw broken(pointer) }
        queued.append(isWanted)
        // The server reads while more is queued.
        guard PQflush(pointer) >= 0 else { throw broken(pointer) }
    }

    /// The statement of a text, which is prepared on the way where that is worth while.
    private func statement(
        _ sql: String, _ parameters: PostgresParameters, isPrepared: Bool, _ pointer: OpaquePointer
    ) throws -> Statement {
        var statement = statements[sql] ?? Statement(text: sql.replacing("{schema}", with: url.quotedSchema))
        if isPrepared, statement.name == nil, preparedCount < PostgresConnection.mostPrepared {
            let name = "t\(preparedCount)"
            preparedCount += 1
            guard
                PQsendPrepare(pointer, name, statement.text, Int32(parameters.types.count), parameters.types)
                    == 1
            else { throw broken(pointer) }
            queued.append(false)
            fresh.append(sql)
            statement.name = name
        }
        if isPrepared || statements.count < PostgresConnection.mostPrepared { statements[sql] = statement }
        return isPrepared ? statement : Statement(text: statement.text)
    }

    // MARK: A round trip

    /// Sends what is queued, and waits for all of its results.
    ///
    /// Where a statement fails, those behind it are not carried out, and a transaction that was begun is rolled back.
    ///
    /// - Parameter timeout: the most milliseconds in which nothing may be heard of the server; nil for any. After that the connection
    ///   is closed.
    /// - Returns: the results of what was sent, in order.
    /// - Throws: `PostgresFailure`.
    @discardableResult
    func flush(timeout: Int32? = nil) throws -> [PostgresResult] {
        guard let pointer else { throw PostgresConnection.lost }
        let wanted = queued
        queued = []
        defer { fresh = [] }
        guard PQpipelineSync(pointer) == 1 else { throw broken(pointer) }
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for isWanted in wanted {
            while let answer = try nextResult(pointer, timeout) {
                switch PQresultStatus(answer) {
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                    let result = PostgresResult(answer)
                    if isWanted { results.append(result) }
                default:
                    if failure == nil { failure = PostgresConnection.failure(of: answer, pointer) }
                    PQclear(answer)
                }
                if PQstatus(pointer) != CONNECTION_OK { break }
            }
            guard PQstatus(pointer) == CONNECTION_OK else {
                let failure = failure
                let words = PostgresConnection.words(pointer)
                close()
                throw failure ?? PostgresFailure(state: nil, words)
            }
        }
        // The answer to the sync, which is not followed by a NULL.
        if let answer = try nextResult(pointer, timeout) { PQclear(answer) }
        guard let failure else { return results }
        // A statement that was to be prepared with the others may not have been.
        for sql in fresh { statements[sql]?.name = nil }
        if failure.isConnectionLost { close() } else { try rollBack() }
        failed = failure
        throw failure
    }

    /// Ends a transaction that has not been committed, where there is one. Statements that are queued are dropped with it.
    func rollBack() throws {
        guard let pointer else { return }
        if !queued.isEmpty {
            // What is in libpq's hands cannot be taken back; it is carried out within the transaction.
            queued = queued.map { _ in false }
            _ = try? flush()
            guard self.pointer != nil else { return }
        }
        failed = nil
        guard [PQTRANS_INTRANS, PQTRANS_INERROR].contains(PQtransactionStatus(pointer)) else { return }
        try queue("ROLLBACK", [], isWanted: false, isPrepared: false)
        try flush()
    }

    /// Runs a script of several statements, in which `{schema}` stands for the schema.
    ///
    /// - Precondition: nothing is queued.
    func execute(script: String) throws {
        guard let pointer else { throw PostgresConnection.lost }
        // A pipeline takes one statement at a time.
        guard PQexitPipelineMode(pointer) == 1 else { throw broken(pointer) }
        defer { if let pointer = self.pointer { PQenterPipelineMode(pointer) } }
        guard let answer = PQexec(pointer, script.replacing("{schema}", with: url.quotedSchema)) else {
            throw broken(pointer)
        }
        defer { PQclear(answer) }
        guard PQresultStatus(answer) == PGRES_COMMAND_OK || PQresultStatus(answer) == PGRES_TUPLES_OK else {
            throw PostgresConnection.failure(of: answer, pointer)
        }
    }

    private func nextResult(_ pointer: OpaquePointer, _ timeout: Int32?) throws -> OpaquePointer? {
        while true {
            let unsent = PQflush(pointer)
            guard unsent >= 0 else { throw broken(pointer) }
            if PQisBusy(pointer) == 0 { return PQgetResult(pointer) }
            var descriptor = pollfd(
                fd: PQsocket(pointer), events: Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0), revents: 0)
            let ready = poll(&descriptor, 1, timeout ?? -1)
            guard ready != 0 else {
                close()
                throw PostgresFailure(state: nil, "no answer within \((timeout ?? 0) / 1_000) s")
            }
            if ready < 0 {
                guard errno == EINTR else { throw broken(pointer) }
                continue
            }
            if descriptor.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0, PQconsumeInput(pointer) == 0 {
                throw broken(pointer)
            }
        }
    }

    // MARK: Failures

    private static let lost = PostgresFailure(state: nil, "the connection is closed")

    private func broken(_ pointer: OpaquePointer) -> PostgresFailure {
        let words = PostgresConnection.words(pointer)
        close()
        return PostgresFailure(state: nil, words)
    }

    private static func failure(of result: OpaquePointer, _ connection: OpaquePointer) -> PostgresFailure {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // PG_DIAG_SQLSTATE, PG_DIAG_MESSAGE_PRIMARY, PG_DIAG_MESSAGE_DETAIL
        let words = [field("M") ?? words(connection), field("D")].compactMap { $0 }.joined(separator: ": ")
        return PostgresFailure(state: field("C"), oneLine(words))
    }

    private static func words(_ connection: OpaquePointer) -> String {
        oneLine(String(cString: PQerrorMessage(connection)))
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The name of a cursor that the transaction has not.
    func nextCursorName() -> String {
        cursors += 1
        return "trawl_\(cursors)"
    }
}

// MARK: Connecting

extension PostgresConnection {
    /// What is set where the URL does not: a connection that is dead is noticed within half a minute.
    private static let defaults = [
        ("connect_timeout", "10"), ("keepalives_idle", "10"), ("keepalives_interval", "5"),
        ("keepalives_count", "3"), ("tcp_user_timeout", "15000"), ("fallback_application_name", "trawl"),
        ("client_encoding", "UTF8"),
    ]

    private static func connect(_ url: PostgresURL, writes: Bool) throws -> OpaquePointer {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url.libpq, &message) else {
            let words = message.map { String(cString: $0) } ?? "no memory"
            PQfreemem(message)
            throw StoreError(
                .other,
                "\(url.description) is no URL of a PostgreSQL database: \(hidingSecrets(oneLine(words), of: url))"
            )
        }
        var given: [(String, String)] = []
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                given.append((String(cString: keyword), String(cString: value)))
            }
            option += 1
        }
        PQconninfoFree(options)
        var values = defaults
        if getenv("PGCONNECT_TIMEOUT") != nil { values.removeAll { $0.0 == "connect_timeout" } }
        let hosts = given.last { $0.0 == "host" }?.1 ?? getenv("PGHOST").map { String(cString: $0) } ?? ""
        // Of several servers one may be a copy that can only be read.
        if writes, hosts.contains(","), getenv("PGTARGETSESSIONATTRS") == nil {
            values.append(("target_session_attrs", "read-write"))
        }
        values += given
        return try open(values)
    }

    /// What libpq says of a URL that it cannot read, without what it quotes that is not shown of the URL: it may be the password.
    private static func hidingSecrets(_ words: String, of url: PostgresURL) -> String {
        let parts = words.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count.isMultiple(of: 2) == false else { return String(parts[0]) + "…" }
        return parts.enumerated().map { index, part in
            index.isMultiple(of: 2) || url.description.contains(part) ? String(part) : "…"
        }.joined(separator: "\"")
    }

    private static func open(_ values: [(String, String)]) throws -> OpaquePointer {
        let words = values.flatMap { [strdup($0.0), strdup($0.1)] }
        defer { words.forEach { free($0) } }
        func column(_ first: Int) -> [UnsafePointer<CChar>?] {
            stride(from: first, to: words.count, by: 2).map { words[$0].map { UnsafePointer($0) } } + [nil]
        }
        guard let pointer = PQconnectdbParams(column(0), column(1), 0) else {
            throw PostgresFailure(state: nil, "no memory")
        }
        guard PQstatus(pointer) == CONNECTION_OK else {
            let message = PostgresConnection.words(pointer)
            PQfinish(pointer)
            throw PostgresFailure(state: state(ofMessage: message), message)
        }
        return pointer
    }

    /// What the words of a connection that could not be made mean: libpq gives no code for it.
    private static func state(ofMessage message: String) -> String? {
        let words = [
            ("too many clients", "53300"), ("too many connections", "53300"),
            ("password authentication failed", "28P01"), ("no pg_hba.conf entry", "28000"),
            ("no password supplied", "28P01"), ("authentication failed", "28000"), ("role \"", "28000"),
            ("starting up", "57P03"), ("shutting down", "57P03"), ("remaining connection slots", "53300"),
            ("no more connections allowed", "53300"),
            ("session is read-only", "25006"), ("permission denied for database", "42501"),
            ("database \"", "3D000"), ("no such database", "3D000"),
        ]
        return words.first { message.contains($0.0) }?.1
    }
}
