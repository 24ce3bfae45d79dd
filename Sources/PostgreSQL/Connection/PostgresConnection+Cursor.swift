extension PostgresConnection {
    /// How many rows are read at a time.
    private static let rowsAtATime = 500

    /// Runs one statement, with whatever is queued before it.
    func run(_ sql: String, _ values: [PostgresValue] = [], isPrepared: Bool = true) throws -> PostgresResult
    {
        try send(sql, values, isPrepared: isPrepared)
        guard let result = try flush().last else { throw PostgresFailure(state: "XX000", "no result") }
        return result
    }

    /// Hands over the rows of a query one by one, within a transaction. It reads some hundreds at a time, and other statements may
    /// run in between.
    ///
    /// - Parameter body: false ends it.
    /// - Returns: false where `body` ended it.
    @discardableResult
    func forEachRow(
        _ sql: String, _ values: [PostgresValue] = [], _ body: (PostgresRow) throws -> Bool
    ) throws -> Bool {
        let name = nextCursorName()
        // Its name is another each time, so that it is not prepared.
        try send("DECLARE \(name) NO SCROLL CURSOR FOR \(sql)", values, isPrepared: false)
        let fetch = "FETCH \(PostgresConnection.rowsAtATime) FROM \(name)"
        var result = try run(fetch, isPrepared: false)
        while true {
            hasHandedOver = hasHandedOver || result.count > 0
            for row in result.rows {
                guard try body(row) else {
                    _ = try run("CLOSE \(name)", isPrepared: false)
                    return false
                }
            }
            if result.count < PostgresConnection.rowsAtATime { break }
            result = try run(fetch, isPrepared: false)
        }
        _ = try run("CLOSE \(name)", isPrepared: false)
        return true
    }
}
