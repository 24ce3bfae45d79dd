internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlSQLite
internal import TrawlStore
internal import Logging

/// Runs jobs as they become due, until it is told to stop. It lives on a thread of its own, which may block on the database.
///
/// ``Agenda`` decides which jobs are to run, ``RunningJobs`` which of them may, ``JobLauncher`` starts them. What the crawls share is
/// the total of requests.
final class Daemon: @unchecked Sendable {
    // @unchecked because the state is touched only by the daemon's thread; others reach the inbox.

    enum Message: Sendable {
        /// Start nothing more, let runs drain, end.
        case stop
        /// The same, without waiting for requests under way.
        case abort
        /// Read the job files again, and try what did not work.
        case reload
        /// Log what is going on.
        case describe
        /// The address of --listen could not be had.
        case listenFailed
        /// A run is over, and its runner could not give back what it holds.
        case leftBehind(RunnerID)
        /// A run is over.
        case ended(JobID, Result<ExitStatus, CommandFailure>)
    }

    private enum Phase {
        case working
        /// - Parameter hasFailed: whether it ends because it cannot do its work here.
        case stopping(since: MonotonicInstant, hasFailed: Bool)
    }

    let inbox: Mailbox<Message>
    private let store: SQLiteStore
    private let files: DaemonFiles
    private let state: DaemonState
    private let environment = FetchEnvironment.system
    private let processes = LinuxProcessTable()

    private var phase = Phase.working
    private var agenda = Agenda()
    private var look = LastLook()
    private var jobs: RunningJobs
    private var launcher: JobLauncher
    /// Runners of runs that are over, with what they still hold.
    private var leftBehind: [RunnerID] = []
    private var log: DaemonLog
    private var signs: LifeSigns

    /// How often the database is asked whether another program changed it, in milliseconds.
    private static let interval: Int64 = 1_000

    init(
        store: SQLiteStore, options: CrawlOptions, capacity: Int, output: OutputOptions, logger: Logger,
        state: DaemonState, files: DaemonFiles
    ) {
        self.store = store
        self.state = state
        self.files = files
        // A daemon has no live line and no summary; its log says what matters.
        var quiet = output
        quiet.quiet = true
        let inbox = Mailbox<Message>()
        self.inbox = inbox
        jobs = RunningJobs(capacity: capacity)
        launcher = JobLauncher(
            store: store, options: options, output: quiet, logger: logger, state: state, inbox: inbox)
        log = DaemonLog(logger)
        signs = LifeSigns(state)
    }

    /// Works until it is told to stop. Blocks.
    ///
    /// - Throws: `CommandFailure` where the job files or the database cannot be read at the start.
    func work() throws {
        launcher.documents = try files.load(into: store)
        look.dataVersion = try dataVersion()
        review()
        signs.ready()
        log.ready(jobs: state.current.jobCount)
        while !isOver {
            for message in inbox.takeAll(waitingAtMost: waitMilliseconds) { receive(message) }
            turn()
        }
        log.stopped()
        // Who asked to be watched is not left unwatched.
        if case .stopping(_, hasFailed: true) = phase { throw ExitStatus.io }
    }

    // MARK: The loop

    private var isStopping: Bool {
        if case .stopping = phase { true } else { false }
    }

    /// Whether it was told to stop and nothing is under way. Lists that have not come to their end in time do not count: nothing
    /// was requested yet, and whoever runs the job next reads its list anew.
    private var isOver: Bool {
        guard case .stopping(let since, _) = phase else { return false }
        let isLate = since + Interruption.patience <= .now
        return jobs.runs.values.allSatisfy { isLate && $0.interruption.isReading }
    }

    private var waitMilliseconds: Int64 {
        let interval = min(Daemon.interval, max(10, signs.interval.wholeMilliseconds))
        guard let nextStartAt = look.nextStartAt, !isStopping else { return interval }
        return max(0, min(interval, nextStartAt - environment.wallClock()))
    }

    private func turn() {
        let now = MonotonicInstant.now
        if !isStopping {
            do throws(StoreError) {
                try store.checkFile()
            } catch {
                // Whoever starts it anew finds the file that is there now.
                log.databaseFailed(error)
                fail(now)
                receive(.abort)
            }
        }
        if !isStopping {
            if let version = try? dataVersion() { look.note(dataVersion: version) }
            if look.isOver(now, wallClock: environment.wallClock()) { review() }
        }
        let inFlight = launcher.options.permits?.inFlight ?? 0
        signs.turned(
            jobs.runs.values,
            isStopping
                ? "stopping once requests under way are done"
                : "\(jobs.runs.count) of \(state.current.jobCount) jobs running, \(inFlight) requests in flight",
            now: now)
    }

    private func dataVersion() throws -> Int64 {
        do throws(StoreError) {
            return try store.read { try $0.dataVersion() }
        } catch {
            throw CommandFailure(error)
        }
    }

    // MARK: Messages

    private func receive(_ message: Message) {
        switch message {
        case .stop:
            guard !isStopping else { return }
            phase = .stopping(since: .now, hasFailed: false)
            signs.stopping()
            log.stopping()
            for run in jobs.runs.values { run.interruption.stop() }
        case .abort:
            if !isStopping { phase = .stopping(since: .now, hasFailed: false) }
            for run in jobs.runs.values { run.interruption.abort() }
        case .listenFailed:
            receive(.stop)
            fail(.now)
        case .leftBehind(let runner):
            leftBehind.append(runner)
        case .reload:
            reload()
        case .describe:
            describe()
        case .ended(let job, let result):
            ended(job, result)
        }
    }

    /// Notes that it ends because it cannot do its work here.
    private func fail(_ now: MonotonicInstant) {
        if case .stopping(let since, _) = phase {
            phase = .stopping(since: since, hasFailed: true)
        } else {
            phase = .stopping(since: now, hasFailed: true)
        }
    }

    private func reload() {
        do {
            launcher.documents = try files.load(into: store)
            log.reloaded()
        } catch {
            log.reloadFailed((error as? CommandFailure)?.message ?? "\(error)")
        }
        jobs.wake()
        look.isStale = true
    }

    private func describe() {
        let runs = jobs.runs.values.map(\.job.name).sorted().map { job in
            (job: job, snapshot: state.current.jobs[job]?.snapshot ?? RunSnapshot())
        }
        log.describe(runs, next: look.nextStarts)
    }

    // MARK: Runs

    /// Looks at all jobs, and starts those that are to run.
    private func review() {
        look.at = .now
        look.isStale = false
        let review: Agenda.Review
        do throws(StoreError) {
            let now = environment.wallClock()
            while let runner = leftBehind.last {
                try store.write { try $0.removeRunner(runner, now: now) }
                leftBehind.removeLast()
            }
            review = try agenda.review(store, processes: processes, limited: jobs.limited, now: now)
        } catch {
            // Such as a full disk: the next look may find room.
            if state.current.databaseFault != error.description { log.databaseFailed(error) }
            state.change { $0.databaseFault = error.description }
            look.nextStartAt = nil
            return
        }
        if state.current.databaseFault != nil {
            log.databaseRecovered()
            state.change { $0.databaseFault = nil }
        }
        look.nextStartAt = review.plan.nextStartAt
        look.nextStarts = review.plan.nextStarts
        log.note(review)
        state.note(review)
        for job in review.jobs where jobs.isReady(job, now: .now) {
            guard !jobs.isFull else {
                // Looks again once one of them is over.
                look.isStale = true
                break
            }
            let interruption = Interruption(launcher.logger)
            jobs.begin(job, interruption, now: .now)
            log.begins(job)
            launcher.start(job, interruption)
        }
    }

    private func ended(_ id: JobID, _ result: Result<ExitStatus, CommandFailure>) {
        guard let run = jobs.end(id, result, now: .now) else { return }
        look.isStale = true
        switch result {
        case .failure(let failure):
            log.ended(run.job, failure)
            _ = state.end(run.job.name, failure.status)
        case .success(let status):
            let progress = state.end(run.job.name, status)
            log.ended(run.job, status, progress, after: MonotonicInstant.now - run.since)
        }
    }
}
