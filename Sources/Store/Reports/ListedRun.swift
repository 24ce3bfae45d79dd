package import CrawlCore

/// A run as a list of runs shows it: without its job file, which may be large.
package struct ListedRun: Sendable, Equatable {
    /// The run's row.
    package let id: RunID
    /// The name of its job.
    package let job: String
    /// 1 for a job's first run.
    package let number: Int
    /// How far it has come.
    package let state: RunRecord.State
    /// Unix milliseconds when it began.
    package let startedAt: Int64
    /// Unix milliseconds when it was finished; nil while it is not.
    package let finishedAt: Int64?
    /// The runner that works on it, or worked on it when it was killed; nil for none.
    package let runner: RunnerID?
    /// Its counters.
    package var progress = RunProgress()

    /// A run without pages.
    package init(
        id: RunID, job: String, number: Int, state: RunRecord.State, startedAt: Int64, finishedAt: Int64?,
        runner: RunnerID?
    ) {
        self.id = id
        self.job = job
        self.number = number
        self.state = state
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.runner = runner
    }
}

/// A job as a list of jobs shows it.
package struct ListedJob: Sendable, Equatable {
    /// The name it is known by.
    package let name: String
    /// Whether runners leave it alone.
    package let isPaused: Bool

    /// What it says.
    package init(name: String, isPaused: Bool) {
        self.name = name
        self.isPaused = isPaused
    }
}
