/// A rate of starts as job files write it.
enum StartRate {
    /// Reads a rate such as `60/min`, `10/s` or `1000/h`, as the least time between two starts.
    static func read(_ cursor: Cursor) throws(JobFileError) -> Duration {
        let parts = try cursor.text().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count),
            let seconds = seconds(in: parts[1])
        else {
            throw cursor.failure(
                "\(cursor.found) is not a rate; write \(ValueHint.rate)")
        }
        return .seconds(seconds) / count
    }

    private static func seconds(in unit: Substring) -> Int? {
        switch unit {
        case "s", "sec", "second": 1
        case "m", "min", "minute": 60
        case "h", "hour": 3600
        case "d", "day": 86_400
        default: nil
        }
    }
}
