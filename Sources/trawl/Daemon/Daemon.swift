internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import Logging

/// Runs jobs when they are due, until it is told to stop. It has a thread of its own, which may block on the database.
///
/// ``Agenda`` decides which jobs are to run, ``RunningJobs`` which of them may start now, and ``JobLauncher`` starts them. The crawls
/// share the limit on all requests at once (`SharedPermits`), and nothing else.
final class Daemon: @unchecked Sendable {
    // @unchecked because the state is touched only by the daemon's thread; others reach the inbox.

    enum Message: Sendable {
        /// Start no more runs, let requests under way finish, then end.
        case stop
        /// End without waiting for requests under way.
        case abort
        /// Read the job files again, and retry jobs that failed.
        case reload
        /// Log what is going on.
        case describe
        /// A run is over, but its runner's leases could not be released.
        case leftBehind(RunnerID)
        /// What was left untold of runs that have finished is told, or was cut short.
        case delivered
        /// A run is over.
        case ended(JobID, Result<ExitStatus, CommandFailure>)
    }

    private enum Phase {
        case working
        /// - Parameter hasFailed: whether it stops because of an error, not because it was told to.
        case stopping(since: MonotonicInstant, hasFailed: Bool)
    }

    let inbox: Mailbox<Message>
    private let store: any CrawlDatabase
    private let files: DaemonFiles
    private let state: LiveState
    private let environment = FetchEnvironment.system
    private let processes = LinuxProcessTable()

    private var phase = Phase.working
    private var agenda = Agenda()
    private var look = LastLook()
    private var jobs: RunningJobs
    private var launcher: JobLauncher
    /// Tells what processes that were killed have left untold; nil while there is nothing.
    private var deliveries: Interruption?
    /// Runners of runs that are over whose leases are still to be released.
    private var leftBehind: [RunnerID] = []
    private var log: DaemonLog
    private var signs: LifeSigns

    /// How often the database is asked whether another program changed it, in milliseconds.
    private static let interval: Int64 = 1_000

    init(
        store: any CrawlDatabase, options: CrawlOptions, capacity: Int, output: OutputOptions, logger: Logger,
        state: LiveState, files: DaemonFiles
    ) {
        self.store = store
        self.state = state
        self.files = files
        // Its thread hears signals and feeds the watchdog. What fails is tried again with the next look.
        store.waitForServer(atMost: .seconds(2))
        // A daemon shows no live line and no summary. Its log says what matters.
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
        // An exit code that is not 0 lets systemd restart the daemon.
        if case .stopping(_, hasFailed: true) = phase { throw ExitStatus.io }
    }

    // MARK: The loop

    private var isStopping: Bool {
        if case .stopping = phase { true } else { false }
    }

    /// Whether it was told to stop and nothing is under way. A run that still reads its list after ``Interruption/patience`` does not
    /// count: it has requested nothing, and the next runner reads the list anew.
    private var isOver: Bool {
        guard case .stopping(let since, _) = phase else { return false }
        let isLate = since + Interruption.patience <= .now
        return deliveries == nil && jobs.runs.values.allSatisfy { isLate && $0.interruption.isReading }
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
                try store.checkPlace()
            } catch {
                // The file was removed or replaced. After a restart the daemon opens the one that is there then.
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
            deliveries?.stop()
            for run in jobs.runs.values { run.interruption.stop() }
        case .abort:
            if !isStopping { phase = .stopping(since: .now, hasFailed: false) }
            deliveries?.abort()
            for run in jobs.runs.values { run.interruption.abort() }
        case .delivered:
            deliveries = nil
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

    /// Notes that it stops because of an error.
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
            (job: job, snapshot: state.current.jobs[job]?.current?.snapshot ?? RunSnapshot())
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
            if deliveries == nil, try store.read({ try $0.hasUntakenDeliveries() }) {
                let interruption = Interruption(launcher.logger)
                deliveries = interruption
                launcher.deliver(interruption)
            }
        } catch {
            // The error may pass, as a full disk does, so the next look tries again.
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
                // The next look comes once one of them is over.
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
