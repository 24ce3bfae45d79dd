internal import CrawlCore
internal import CrawlStore
internal import TrawlStore
internal import JobFile

/// Which jobs are to be run now: those with an unfinished run that nobody works on, those that are due, and those without a
/// schedule that were never run.
///
/// A due time is settled in one transaction with the run that it begins, so that no kill loses it and no second process
/// begins it again.
struct Agenda {
    /// What a look at all jobs came to.
    struct Review {
        /// To be run now, by name.
        var jobs: [JobRecord] = []
        /// When to look again, in unix milliseconds; nil where nothing is scheduled.
        var nextStartAt: Int64?
        /// What is scheduled, by name.
        var nextStarts: [(job: String, at: Int64)] = []
        var settled: [Settled] = []
        /// Jobs that cannot be read, and why.
        var faults: [(job: JobRecord, message: String)] = []
        /// Jobs whose due times were settled up to a time that is hours from now.
        var corrected: [String] = []
        /// All jobs, and how many of them are paused.
        var names: Set<String> = []
        var pausedCount = 0
    }

    /// A due time and what became of it.
    struct Settled {
        let job: String
        let due: Int64
        let outcome: StartOutcome
        let missed: Int
    }

    private struct Entry {
        let spec: String
        let schedule: Result<JobSchedule, CommandFailure>
        let zone: NamedTimeZone?
    }

    /// What was read of each job, so that it is read once.
    private var entries: [JobID: Entry] = [:]

    /// Looks at all jobs and settles what is due.
    ///
    /// - Parameters:
    ///   - limited: jobs whose unfinished run has met a limit, and waits for the next due time.
    ///   - now: unix milliseconds.
    mutating func review(
        _ store: Store, processes: LinuxProcessTable, limited: Set<JobID> = [], now: Int64
    ) throws(StoreError) -> Review {
        if try !store.read({ try $0.goneRunners(processes, now: now) }).isEmpty {
            try store.write { try $0.reapRunners(processes, now: now) }
        }
        let standings = try store.read { try $0.jobStandings() }
        var review = Review()
        var seen: [JobID: Entry] = [:]
        for standing in standings {
            review.names.insert(standing.job.name)
            let entry = entry(for: standing.job)
            seen[standing.job.id] = entry
            if standing.job.isPaused { review.pausedCount += 1 }
            switch entry.schedule {
            case .failure(let failure):
                review.faults.append((standing.job, failure.message))
            case .success(let schedule) where schedule.cron == nil:
                if standing.schedule != nil { try store.write { try $0.dropSchedule(of: standing.job.id) } }
                guard !standing.job.isPaused else { continue }
                let goesOn =
                    standing.unfinished != nil && !standing.isTaken && !limited.contains(standing.job.id)
                if goesOn || !standing.hasRun { review.jobs.append(standing.job) }
            case .success(let schedule):
                let starts = try settle(
                    standing, schedule, entry.zone, isLimited: limited.contains(standing.job.id), now: now,
                    &review, store)
                let goesOn =
                    standing.unfinished != nil && !standing.isTaken && !limited.contains(standing.job.id)
                if !standing.job.isPaused, starts || goesOn { review.jobs.append(standing.job) }
            }
        }
        entries = seen
        return review
    }

    /// Settles what is due of a scheduled job.
    ///
    /// - Returns: whether a run is to start.
    private func settle(
        _ standing: JobStanding, _ schedule: JobSchedule, _ zone: NamedTimeZone?, isLimited: Bool,
        now: Int64, _ review: inout Review, _ store: Store
    ) throws(StoreError) -> Bool {
        let job = standing.job
        let text = schedule.timeZone.map { "\(schedule.text) \($0)" } ?? schedule.text
        var record = ScheduleRecord(
            schedule: text, consideredAt: standing.hasRun ? now : min(job.createdAt, now), nextStartAt: nil)
        if let known = standing.schedule {
            // Another schedule counts from now on.
            record.consideredAt = known.schedule == text ? known.consideredAt(now: now) : now
            if record.consideredAt < known.consideredAt, known.schedule == text {
                review.corrected.append(job.name)
            }
        }
        let verdict = schedule.verdict(
            job: job.name, considered: record.consideredAt, now: now, zone: zone ?? .utc)
        record.consideredAt = verdict.due ?? record.consideredAt
        record.nextStartAt = verdict.nextStart
        if let next = verdict.nextStart {
            review.nextStartAt = min(review.nextStartAt ?? next, next)
            if !job.isPaused { review.nextStarts.append((job.name, next)) }
        }
        guard record != standing.schedule else { return false }
        let settled = try store.write { transaction -> Settled? in
            guard try transaction.save(record, of: job.id, previous: standing.schedule),
                let due = verdict.due, !job.isPaused
            else { return nil }
            var outcome = verdict.starts ? StartOutcome.started : .missed
            var run: RunID?
            if outcome == .started {
                if let unfinished = try transaction.unfinishedRun(of: job.id) {
                    if isLimited { run = unfinished.id } else { outcome = .overlapped }
                } else {
                    run = try transaction.beginRun(of: job, runner: nil, now: now)
                }
            }
            try transaction.noteStart(
                of: job.id, due: due, outcome, missed: verdict.missed, run: run, now: now)
            return Settled(job: job.name, due: due, outcome: outcome, missed: verdict.missed)
        }
        guard let settled else { return false }
        review.settled.append(settled)
        return settled.outcome == .started
    }

    private func entry(for job: JobRecord) -> Entry {
        if let entry = entries[job.id], entry.spec == job.spec { return entry }
        do {
            let schedule = try JobSpec(stored: job.spec, job: job.name).schedule
            return Entry(spec: job.spec, schedule: .success(schedule), zone: NamedTimeZone(schedule.timeZone))
        } catch {
            let failure = error as? CommandFailure ?? CommandFailure(.usage, "\(error)")
            return Entry(spec: job.spec, schedule: .failure(failure), zone: nil)
        }
    }
}

extension NamedTimeZone {
    /// Where a zone that was once known is no longer.
    fileprivate static var utc: NamedTimeZone { NamedTimeZone("UTC") ?? NamedTimeZone() }
}
