internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import CrawlStore
internal import TrawlStore
internal import JobFile
internal import Logging

/// Runs jobs as they become due, until it is told to stop. It lives on a thread of its own, which may block on the database.
///
/// Each run is a crawl and a runner of its own, so that a host belongs to one run at a time, whether that is this process's
/// or another's. What the crawls share is the total of requests.
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
        /// A run is over, and what its runner holds could not be given back.
        case leftBehind(RunnerID)
        /// A run is over.
        case ended(JobID, Result<ExitStatus, CommandFailure>)
    }

    /// A job that is being run.
    private struct Run {
        let job: JobRecord
        let interruption: Interruption
        let since: MonotonicInstant
    }

    let inbox = Mailbox<Message>()
    private let store: Store
    private let options: CrawlOptions
    private let output: OutputOptions
    private let logger: Logger
    private let state: DaemonState
    private let systemd: SystemdNotifier
    private let files: DaemonFiles
    /// Runs at once.
    private let capacity: Int
    private let environment = FetchEnvironment.system
    private let processes = LinuxProcessTable()

    private var agenda = Agenda()
    private var running: [JobID: Run] = [:]
    /// Jobs whose unfinished run has met a limit, and waits for the next due time.
    private var limited: Set<JobID> = []
    /// Jobs that could not be run: not again before an instant, or before they are changed.
    private var resting: [JobID: (spec: String, until: MonotonicInstant?)] = [:]
    /// Faults that were logged, by job.
    private var faults: [JobID: String] = [:]
    private var documents: [String: JobDocument] = [:]
    private var dataVersion: Int64 = -1
    private var nextStartAt: Int64?
    private var nextStarts: [(job: String, at: Int64)] = []
    private var needsReview = true
    private var reviewedAt: MonotonicInstant = .now
    private var notifiedAt: MonotonicInstant?
    /// Runners of runs that are over, with what they still hold.
    private var leftBehind: [RunnerID] = []
    private var stoppedAt: MonotonicInstant?
    /// Whether it ends because it cannot do its work here.
    private var hasFailed = false

    /// How often the database is asked whether another program changed it.
    private static let interval: Int64 = 1_000
    /// How often jobs are looked at where nothing seems to have changed: for runs whose process was killed.
    private static let reviewInterval: Duration = .seconds(5)
    /// How long a job rests whose run could not go on: the disk is full, or the like.
    private static let rest: Duration = .seconds(30)

    init(
        store: Store, options: CrawlOptions, capacity: Int, output: OutputOptions, logger: Logger,
        state: DaemonState, files: DaemonFiles
    ) {
        self.store = store
        self.options = options
        self.capacity = capacity
        // A daemon has no live line and no summary; its log says what matters.
        var quiet = output
        quiet.quiet = true
        self.output = quiet
        self.logger = logger
        self.state = state
        self.files = files
        systemd = SystemdNotifier()
    }

    /// Works until it is told to stop. Blocks.
    ///
    /// - Throws: `CommandFailure` where the job files or the database cannot be read at the start.
    func work() throws {
        documents = try files.load(into: store)
        dataVersion = try version()
        review()
        systemd.send("READY=1")
        logger.notice(
            "running jobs on their schedules; \(Wording.count(Int64(agendaSize), "job"))",
            metadata: ["event": "ready"])
        while !isOver {
            for message in inbox.takeAll(waitingAtMost: waitMilliseconds) { receive(message) }
            turn()
        }
        logger.notice("stopped", metadata: ["event": "stopped"])
        // Who asked to be watched is not left unwatched.
        if hasFailed { throw ExitStatus.io }
    }

    /// Whether it was told to stop and nothing is under way, but for lists that have not come to their end in time: nothing was
    /// asked for yet, and who runs the job next reads it anew.
    private var isOver: Bool {
        guard let stoppedAt else { return false }
        let isLate = stoppedAt + Interruption.patience <= .now
        return running.values.allSatisfy { isLate && $0.interruption.isReading }
    }

    private var isStopping: Bool { stoppedAt != nil }

    private var agendaSize: Int { state.current.jobCount }

    private var waitMilliseconds: Int64 {
        let interval = min(Daemon.interval, max(10, signInterval.wholeMilliseconds))
        guard let nextStartAt, !isStopping else { return interval }
        return max(0, min(interval, nextStartAt - environment.wallClock()))
    }

    private func turn() {
        let now = MonotonicInstant.now
        do throws(StoreError) {
            if !isStopping { try store.checkFile() }
        } catch {
            // Whoever starts it anew finds the file that is there now.
            logger.error("\(error.description)", metadata: ["event": "database_failed"])
            hasFailed = true
            receive(.abort)
        }
        if !isStopping {
            if let version = try? version(), version != dataVersion {
                dataVersion = version
                needsReview = true
            }
            let isDue = nextStartAt.map { $0 <= environment.wallClock() } ?? false
            if needsReview || isDue || reviewedAt + Daemon.reviewInterval <= now { review() }
        }
        notify(now)
    }

    private func version() throws -> Int64 {
        do throws(StoreError) {
            return try store.read { try $0.dataVersion() }
        } catch {
            throw CommandFailure(error)
        }
    }

    private func receive(_ message: Message) {
        switch message {
        case .stop:
            guard !isStopping else { return }
            stoppedAt = .now
            systemd.send("STOPPING=1\nSTATUS=stopping once requests under way are done")
            logger.notice(
                "stopping once the requests under way are done; a second signal ends them at once",
                metadata: ["event": "stopping"])
            for run in running.values { run.interruption.stop() }
        case .abort:
            stoppedAt = stoppedAt ?? .now
            for run in running.values { run.interruption.abort() }
        case .listenFailed:
            hasFailed = true
            receive(.stop)
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

    private func reload() {
        do {
            documents = try files.load(into: store)
            logger.notice("reloaded", metadata: ["event": "reloaded"])
        } catch {
            let message = (error as? CommandFailure)?.message ?? "\(error)"
            logger.error("\(message); the jobs stay as they were", metadata: ["event": "reload_failed"])
        }
        resting = [:]
        faults = [:]
        needsReview = true
    }

    private func describe() {
        for run in running.values.sorted(by: { $0.job.name < $1.job.name }) {
            let snapshot = state.current.jobs[run.job.name]?.snapshot ?? RunSnapshot()
            let progress = snapshot.progress
            logger.notice(
                "\(run.job.name): running, \(progress.pages - progress.pending)/\(progress.pages) pages, \(snapshot.inFlight) in flight, \(snapshot.waitingHosts) hosts waiting",
                metadata: [
                    "event": "state", "job": "\(run.job.name)", "pages": .stringConvertible(progress.pages),
                    "pages_pending": .stringConvertible(progress.pending),
                    "in_flight": .stringConvertible(Int64(snapshot.inFlight)),
                    "hosts_waiting": .stringConvertible(Int64(snapshot.waitingHosts)),
                ])
        }
        for (job, at) in nextStarts {
            let instant = Wording.instant(milliseconds: at)
            logger.notice(
                "\(job): next start \(instant)",
                metadata: ["event": "state", "job": "\(job)", "next_start_at": "\(instant)"])
        }
        if running.isEmpty, nextStarts.isEmpty {
            logger.notice("nothing is running or scheduled", metadata: ["event": "state"])
        }
    }

    // MARK: Runs

    private func review() {
        reviewedAt = .now
        needsReview = false
        let review: Agenda.Review
        do throws(StoreError) {
            let now = environment.wallClock()
            while let runner = leftBehind.last {
                try store.write { try $0.removeRunner(runner, now: now) }
                leftBehind.removeLast()
            }
            review = try agenda.review(store, processes: processes, limited: limited, now: now)
        } catch {
            // Such as a full disk: the next look may find room.
            if state.current.databaseFault != error.description {
                logger.error("\(error.description)", metadata: ["event": "database_failed"])
            }
            state.change { $0.databaseFault = error.description }
            nextStartAt = nil
            return
        }
        if state.current.databaseFault != nil {
            logger.notice("the database can be used again", metadata: ["event": "database_recovered"])
            state.change { $0.databaseFault = nil }
        }
        nextStartAt = review.nextStartAt
        nextStarts = review.nextStarts
        note(review)
        for job in review.jobs where running[job.id] == nil && !isResting(job) {
            guard running.count < capacity else {
                // Once one of them is over.
                needsReview = true
                break
            }
            start(job)
        }
    }

    private func note(_ review: Agenda.Review) {
        for job in review.corrected {
            logger.warning(
                "\(job): its due times were settled up to a time hours from now, by a clock that was wrong; they count from now",
                metadata: ["event": "clock_corrected", "job": "\(job)"])
        }
        for (job, message) in review.faults where faults[job.id] != message {
            faults[job.id] = message
            logger.error("\(message)", metadata: ["event": "job_refused", "job": "\(job.name)"])
        }
        for settled in review.settled {
            let due = Wording.instant(milliseconds: settled.due)
            let metadata: Logger.Metadata = [
                "event": "start_\(settled.outcome.rawValue)", "job": "\(settled.job)", "due_at": "\(due)",
                "missed": .stringConvertible(Int64(settled.missed)),
            ]
            switch settled.outcome {
            case .overlapped:
                logger.warning(
                    "\(settled.job): due at \(due), but the run before is not finished", metadata: metadata)
            case .missed:
                logger.warning(
                    "\(settled.job): \(Wording.count(Int64(settled.missed), "start")) missed",
                    metadata: metadata)
            case .started, .failed:
                logger.info("\(settled.job): due at \(due)", metadata: metadata)
            }
        }
        state.change { values in
            values.jobCount = review.names.count
            values.pausedCount = review.pausedCount
            // Of a job that is gone nothing is told any more.
            values.jobs = values.jobs.filter { review.names.contains($0.key) }
            for job in values.jobs.keys { values.jobs[job]?.nextStartAt = nil }
            for (job, at) in review.nextStarts {
                values.jobs[job, default: DaemonState.Job()].nextStartAt = at
            }
            for settled in review.settled {
                values.jobs[settled.job, default: DaemonState.Job()].starts[
                    settled.outcome.rawValue, default: 0] += 1
            }
        }
    }

    private func isResting(_ job: JobRecord) -> Bool {
        guard let rest = resting[job.id] else { return false }
        if rest.spec == job.spec, rest.until.map({ .now < $0 }) ?? true { return true }
        resting[job.id] = nil
        return false
    }

    private func start(_ job: JobRecord) {
        limited.remove(job.id)
        let interruption = Interruption(logger)
        running[job.id] = Run(job: job, interruption: interruption, since: .now)
        logger.notice(
            "\(job.name): run begins", metadata: ["event": "run_started", "job": "\(job.name)"])
        let (store, options, output, logger, inbox) = (store, options, output, logger, inbox)
        let observer = state.observer(of: job.name)
        let document = documents[job.name]
        Task.detached {
            let result: Result<ExitStatus, CommandFailure>
            do {
                result = .success(
                    try await Workplace.with(store, leftBehind: { inbox.send(.leftBehind($0)) }) {
                        runner, processes in
                        let run = JobRun(
                            store: store, runner: runner, processes: processes, options: options,
                            output: output, rows: nil, logger: logger, observer: observer,
                            standardInput: nil)
                        return try await run.run(job, document: document, interruption)
                    })
            } catch {
                result = .failure(error as? CommandFailure ?? CommandFailure(.internalError, "\(error)"))
            }
            inbox.send(.ended(job.id, result))
        }
    }

    private func ended(_ id: JobID, _ result: Result<ExitStatus, CommandFailure>) {
        guard let run = running.removeValue(forKey: id) else { return }
        needsReview = true
        let status: ExitStatus
        switch result {
        case .success(let value):
            status = value
        case .failure(let failure):
            status = failure.status
            // Of what is wrong with the job, nothing is to be expected before it is changed; of the rest, soon.
            let until = status == .usage ? nil : MonotonicInstant.now + Daemon.rest
            resting[id] = (run.job.spec, until)
            logger.error(
                "\(failure.message)",
                metadata: ["event": "run_failed", "job": "\(run.job.name)", "result": "\(status.word)"])
        }
        if status == .limitReached { limited.insert(id) }
        let progress = state.current.jobs[run.job.name]?.snapshot?.progress ?? RunProgress()
        state.change { values in
            values.jobs[run.job.name, default: DaemonState.Job()].snapshot = nil
            values.jobs[run.job.name, default: DaemonState.Job()].runs[status.word, default: 0] += 1
        }
        guard case .success = result else { return }
        let elapsed = (MonotonicInstant.now - run.since).wholeMilliseconds
        logger.notice(
            "\(run.job.name): run \(status.words), \(Wording.count(progress.done)) done, \(Wording.count(progress.failed)) failed in \(Wording.time(milliseconds: elapsed))",
            metadata: [
                "event": "run_ended", "job": "\(run.job.name)", "result": "\(status.word)",
                "pages_done": .stringConvertible(progress.done),
                "pages_failed": .stringConvertible(progress.failed),
                "elapsed_ms": .stringConvertible(elapsed),
            ])
    }

    // MARK: Signs of life

    /// How often systemd is told: four times in the time that it allows.
    private var signInterval: Duration {
        min(systemd.watchdog.map { $0 / 4 } ?? .seconds(10), .seconds(10))
    }

    /// Tells systemd that all is well, unless a crawl stands still.
    private func notify(_ now: MonotonicInstant) {
        let allowed = systemd.watchdog
        let patience = allowed.map { $0 / 2 } ?? .seconds(60)
        let stuck = running.values.filter { ($0.interruption.silence ?? .zero) > patience }.map(\.job.name)
        state.change { values in
            values.turnedAt = now
            values.stuck = stuck
        }
        if let notifiedAt, now - notifiedAt < signInterval { return }
        notifiedAt = now
        let inFlight = options.permits?.inFlight ?? 0
        let status =
            isStopping
            ? "stopping once requests under way are done"
            : "\(running.count) of \(agendaSize) jobs running, \(inFlight) requests in flight"
        systemd.send("STATUS=\(status)" + (stuck.isEmpty && allowed != nil ? "\nWATCHDOG=1" : ""))
    }
}

extension ExitStatus {
    /// One word for machines; never renamed.
    fileprivate var word: String {
        switch self {
        case .success: "success"
        case .internalError: "internal_error"
        case .usage: "usage"
        case .io: "io"
        case .someFailed: "some_failed"
        case .noneSucceeded: "none_succeeded"
        case .alreadyRunning: "already_running"
        case .interrupted: "interrupted"
        case .limitReached: "limit_reached"
        case .different: "changed"
        }
    }

    /// Some words for people.
    fileprivate var words: String {
        switch self {
        case .success: "finished"
        case .someFailed: "finished, some pages failed"
        case .noneSucceeded: "finished, no page succeeded"
        case .interrupted: "interrupted"
        case .limitReached: "stopped by a limit"
        case .internalError, .usage, .io, .alreadyRunning, .different: "failed"
        }
    }
}
