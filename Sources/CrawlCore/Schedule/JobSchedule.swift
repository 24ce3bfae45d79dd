/// A job's schedule with all that belongs to it.
package struct JobSchedule: Sendable, Equatable {
    /// What happens to runs that were due while no daemon was running.
    package enum MissedPolicy: String, Sendable, CaseIterable {
        /// One run is started for all of them.
        case runOnce = "run_once"
        /// They are recorded as missed, and no run is started.
        case skip
    }

    /// When the job is due; nil, the default, for a job that has no schedule.
    package var cron: CronSchedule?
    /// The expression as its author wrote it.
    package var text = ""
    /// A name of the tz database, as `Europe/Berlin`; nil for this machine's.
    package var timeZone: String?
    /// The default is ``MissedPolicy/runOnce``.
    package var missed = MissedPolicy.runOnce
    /// By how much a start may be put off, so that jobs of one schedule do not all begin at once. How much it is
    /// follows from the job's name and the due time, so that it stays the same after a restart. The default is zero.
    package var jitter: Duration = .zero

    /// No schedule.
    package init() {}

    /// A schedule with the defaults.
    ///
    /// - Throws: ``CronError``.
    package init(_ text: String) throws(CronError) {
        cron = try CronSchedule(parsing: text)
        self.text = text
    }

    /// A start that is later than this, in milliseconds, counts as missed: cron's own granularity.
    package static let lateAfter: Int64 = 60_000
    /// The most due times that are visited one by one. Beyond that the span up to now is halved again and again.
    private static let stride = 1_000

    /// What is due.
    package struct Verdict: Sendable, Equatable {
        /// The latest due time whose start has come, in unix milliseconds; nil where there is none.
        package var due: Int64?
        /// Whether a run is started now; false where it is too late for that.
        package var starts = false
        /// The due times that were missed: those before it, and itself where no run is started. Where they are very
        /// many, only some of them.
        package var missed = 0
        /// When the next start comes, in unix milliseconds; nil for never.
        package var nextStart: Int64?

        /// Nothing is due, and never will be.
        package init() {}
    }

    /// What is due now.
    ///
    /// - Parameters:
    ///   - job: the job's name, on which the jitter depends.
    ///   - considered: the last due time that was dealt with, in unix milliseconds like all instants here.
    package func verdict(
        job: String, considered: Int64, now: Int64, zone: some TimeZoneOffsets
    ) -> Verdict {
        var verdict = Verdict()
        var position = considered.seconds
        var count = 0
        while let due = cron?.next(after: position, in: zone) {
            let start = self.start(ofDue: due, job: job)
            guard start <= now else {
                verdict.nextStart = start
                break
            }
            verdict.due = due * 1000
            position = due
            count += 1
            if count % JobSchedule.stride == 0 { position += max(0, (now.seconds - position) / 2) }
        }
        if let due = verdict.due {
            let isLate = now - start(ofDue: due / 1000, job: job) > JobSchedule.lateAfter
            verdict.starts = !isLate || missed == .runOnce
            verdict.missed = verdict.starts ? count - 1 : count
        }
        return verdict
    }

    /// When a due time's start comes, jitter included: in unix milliseconds.
    private func start(ofDue due: Int64, job: String) -> Int64 {
        let span = jitter.wholeMilliseconds
        guard span > 0 else { return due * 1000 }
        // FNV-1a, whose values are the same in every process.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in "\(job) \(due)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return due * 1000 + Int64(hash % UInt64(span + 1))
    }
}

extension Int64 {
    /// Whole seconds of milliseconds, rounded down.
    fileprivate var seconds: Int64 { self >= 0 ? self / 1000 : (self - 999) / 1000 }
}
