internal import CrawlCore
internal import TrawlStore

/// The jobs that a daemon runs now, and those that it may not start again yet.
///
/// It is a value that reads no clock and starts nothing; ``JobLauncher`` starts runs.
struct RunningJobs {
    /// A job that is being run.
    struct Run {
        let job: JobRecord
        let interruption: Interruption
        let since: MonotonicInstant
    }

    /// Until when a job may not start again after a failure.
    private struct Rest {
        /// The job's spec at the failure. Another spec ends the rest.
        let spec: String
        /// When the rest ends by itself; nil for never.
        let until: MonotonicInstant?
    }

    /// How many may run at once.
    let capacity: Int
    private(set) var runs: [JobID: Run] = [:]
    /// Jobs whose unfinished run has met a limit, and waits for the next due time.
    private(set) var limited: Set<JobID> = []
    private var resting: [JobID: Rest] = [:]

    /// How long a job rests after an error that may pass, such as a full disk.
    static let rest: Duration = .seconds(30)

    init(capacity: Int) { self.capacity = capacity }

    /// Whether no other job may start now.
    var isFull: Bool { runs.count >= capacity }

    /// Whether a job neither runs nor rests.
    func isReady(_ job: JobRecord, now: MonotonicInstant) -> Bool {
        guard runs[job.id] == nil else { return false }
        guard let rest = resting[job.id], rest.spec == job.spec else { return true }
        return rest.until.map { now >= $0 } ?? false
    }

    mutating func begin(_ job: JobRecord, _ interruption: Interruption, now: MonotonicInstant) {
        limited.remove(job.id)
        resting[job.id] = nil
        runs[job.id] = Run(job: job, interruption: interruption, since: now)
    }

    /// Takes out a run that is over, and decides when its job may run again.
    ///
    /// - Returns: the run; nil where the job did not run.
    mutating func end(
        _ id: JobID, _ result: Result<ExitStatus, CommandFailure>, now: MonotonicInstant
    ) -> Run? {
        guard let run = runs.removeValue(forKey: id) else { return nil }
        switch result {
        case .success(.limitReached):
            limited.insert(id)
        case .success:
            break
        case .failure(let failure):
            // A mistake in the job stays until the job is changed. Other errors may pass.
            resting[id] = Rest(
                spec: run.job.spec, until: failure.status == .usage ? nil : now + RunningJobs.rest)
            if failure.status == .limitReached { limited.insert(id) }
        }
        return run
    }

    /// Lets jobs that rest run again.
    mutating func wake() { resting = [:] }
}
