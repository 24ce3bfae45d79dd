package import CrawlCore

/// A row of `runs`.
package struct RunRecord: Sendable {
    /// The run's row.
    package let id: RunID
    /// The job that it is a run of.
    package let job: JobID
    /// 1 for a job's first run.
    package let number: Int
    /// The job file as JSON, as it was when the run began.
    package let spec: String
    /// How far it has come.
    package let state: State
    /// Unix milliseconds when it began.
    package let startedAt: Int64
    /// Unix milliseconds when it was finished; nil while it is not.
    package var finishedAt: Int64?
    /// Its counters.
    package var progress = RunProgress()
    /// The runner that works on it, or worked on it when it was killed; nil for none.
    package var runner: RunnerID?
    /// The pid of the process at work on it, where there is one.
    package var runnerPID: Int32?
    /// Whether URLs of it carry user names and passwords, which are not stored.
    package var hasCredentials = false
    /// Whether pages of it are more than a GET of their URL.
    package var hasRequests = false
    /// Whether lines of its list say more of pages than trawl knows.
    package var hasInputs = false
    /// What its requests refer to that is not stored.
    package var secrets: [TextReference] = []
    /// The largest values that the runs before it have had (``Since``), a JSON object by the names of requests; nil for none.
    package var marks: String?
    /// The last page of its own list, or of that list's sitemaps; nil where it has none.
    package var lastNamed: PageID?

    /// A run that nobody works on and that has no pages yet.
    package init(
        id: RunID, job: JobID, number: Int, spec: String, state: State, startedAt: Int64
    ) {
        self.id = id
        self.job = job
        self.number = number
        self.spec = spec
        self.state = state
        self.startedAt = startedAt
    }

    /// The run, as nobody's where its runner is gone.
    package func without(_ gone: [RunnerID]) -> RunRecord {
        guard let runner, gone.contains(runner) else { return self }
        var run = self
        run.runnerPID = nil
        return run
    }

    /// How far a run has come; the raw values are stored.
    package enum State: String, Sendable {
        /// Its pages are still being read in; a run that was killed here starts over.
        case importing
        /// It has all its pages.
        case active
        case finished
    }
}
