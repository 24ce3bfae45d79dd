internal import CrawlCore

/// When a daemon last looked at its jobs, what it saw, and whether it is time to look again.
struct LastLook {
    var at: MonotonicInstant = .now
    /// When the next start comes, in unix milliseconds; nil where nothing is scheduled.
    var nextStartAt: Int64?
    /// When each job starts next, by name.
    var nextStarts: [(job: String, at: Int64)] = []
    /// The last `PRAGMA data_version`. It changes when another program changes the database.
    var dataVersion: Int64 = -1
    /// Whether something has changed since the look.
    var isStale = true

    /// How long a look is good for. A process that was killed changes nothing in the database, so looking again is the only way to see it.
    static let duration: Duration = .seconds(5)

    mutating func note(dataVersion version: Int64) {
        guard version != dataVersion else { return }
        dataVersion = version
        isStale = true
    }

    /// Whether it is time to look again.
    ///
    /// - Parameter wallClock: unix milliseconds.
    func isOver(_ now: MonotonicInstant, wallClock: Int64) -> Bool {
        isStale || nextStartAt.map { $0 <= wallClock } ?? false || at + LastLook.duration <= now
    }
}
