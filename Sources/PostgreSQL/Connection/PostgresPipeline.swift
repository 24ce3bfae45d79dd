/// Statements on their way to the server, each with what is to be done with its result.
///
/// ``flush()`` is one round trip. Results are handed over in the order in which the statements were queued.
final class PostgresPipeline {
    let connection: PostgresConnection
    private var takers: [(PostgresResult) throws -> Void] = []

    init(_ connection: PostgresConnection) {
        self.connection = connection
    }

    func begin(_ mode: PostgresConnection.Mode) throws { try connection.begin(mode) }

    func commit() throws { try connection.commit() }

    /// Queues a statement.
    ///
    /// - Parameter take: what is done with its result.
    func send(
        _ sql: String, _ values: [PostgresValue] = [],
        _ take: @escaping (PostgresResult) throws -> Void = { _ in }
    ) throws {
        try connection.send(sql, values)
        takers.append(take)
    }

    /// Sends what is queued, waits for the results, and has them taken.
    func flush() throws {
        let takers = takers
        self.takers = []
        let results = try connection.flush()
        for (take, result) in zip(takers, results) { try take(result) }
    }

    /// Whether nothing is queued that has a result.
    var isEmpty: Bool { takers.isEmpty }
}
