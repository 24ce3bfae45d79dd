internal import CrawlCore

/// Whether a process does its work.
enum Health {
    /// How long the daemon's loop may stand still.
    private static let patience: Duration = .seconds(60)

    /// What is wrong, in a sentence; nil where all is well.
    static func trouble(_ values: LiveState.Values) -> String? {
        if let turnedAt = values.turnedAt, turnedAt + patience < .now { return "the daemon stands still" }
        if let job = values.stuck.first { return "the run of \(job) stands still" }
        return values.databaseFault
    }
}
