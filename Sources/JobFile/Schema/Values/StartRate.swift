internal import CrawlCore

/// A rate of starts as job files write it.
enum StartRate {
    /// Reads a rate such as `60/min`, `10/s` or `1000/h`, as the least time between two starts.
    static func read(_ cursor: Cursor) throws(JobFileError) -> Duration {
        let (count, seconds) = try parts(cursor)
        return .seconds(seconds) / count
    }

    /// How many starts in how many seconds.
    private static func parts(_ cursor: Cursor) throws(JobFileError) -> (count: Int, seconds: Int) {
        let parts = try cursor.text().split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = Int(parts[0]), (1...1_000_000).contains(count),
            let seconds = seconds(in: parts[1])
        else {
            throw cursor.failure(
                "\(cursor.found) is not a rate; write \(ValueHint.rate)")
        }
        return (count, seconds)
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

    /// The keys of `rate` while they are read.
    struct Draft {
        var perHost: (count: Int, seconds: Int)?
        var total: Duration = .zero
        var burst: Int?
    }

    static let schema = Schema<Draft>(
        [
            Field("per_host", .rate, "how often requests may start at each host") {
                cursor, rate throws(JobFileError) in
                rate.perHost = try parts(cursor)
            },
            Field(
                "burst", .integer(1...1_000_000),
                "how many starts of `per_host` may come at once; the rest is spread, so that there are never more in the time than `per_host` says",
                example: 10
            ) { cursor, rate throws(JobFileError) in
                rate.burst = try cursor.integer(in: 1...1_000_000)
            },
            Field("total", .rate, "how often requests of the whole job may start") {
                cursor, rate throws(JobFileError) in
                rate.total = try read(cursor)
            },
        ], rules: [.needs(["burst"], "per_host")])

    /// Reads a mapping of rates.
    static func readAll(_ cursor: Cursor) throws(JobFileError) -> JobSpec.Rate {
        var draft = Draft()
        try schema.read(cursor, into: &draft)
        var rate = JobSpec.Rate()
        rate.total = draft.total
        if let size = draft.burst {
            guard let (count, seconds) = draft.perHost, size <= count else {
                throw cursor.failure(
                    "burst goes with per_host, and is a part of it; write for example {per_host: 5000/hour, burst: 10}"
                )
            }
            rate.burst = StartBurst(size: size, of: count, in: .seconds(seconds))
        } else if let (count, seconds) = draft.perHost {
            rate.perHost = .seconds(seconds) / count
        }
        return rate
    }
}
