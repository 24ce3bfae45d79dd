internal import CrawlCore
internal import TrawlStore
internal import JobFile

/// Decides which jobs are to run now: those with an unfinished run that no runner has, those that are due, and those without a
/// schedule that never ran.
///
/// It is a value that reads neither clock nor database. It takes the jobs' standings and the time, and returns a ``Plan``, which
/// `Agenda.review` carries out.
struct Agenda {
    /// What is to be done about all jobs.
    struct Plan {
        /// Each readable job, by name.
        var items: [Item] = []
        /// When to look again, in unix milliseconds; nil where nothing is scheduled.
        var nextStartAt: Int64?
        /// When each job that is not paused starts next, by name.
        var nextStarts: [(job: String, at: Int64)] = []
        /// Jobs that cannot be read, and why.
        var faults: [(job: JobRecord, message: String)] = []
        /// Jobs whose due times a wrong clock had settled up to a time that is hours from now.
        var corrected: [String] = []
        /// The names of all jobs.
        var names: Set<String> = []
        /// How many of them are paused.
        var pausedCount = 0
    }

    /// What is to be done about one job.
    struct Item {
        let job: JobRecord
        /// Whether it is to run, whatever is due: its unfinished run goes on, or it never ran and has no schedule.
        let runs: Bool
        /// The change to its stored due times; nil for none.
        let change: Change?
    }

    /// A change to a job's row in `schedules`.
    enum Change: Equatable {
        /// The job has no schedule any more.
        case forget
        /// Due times are settled up to a later one, or the schedule is another.
        case settle(Settlement)
    }

    /// The new row in `schedules`, and the start that has come.
    struct Settlement: Equatable {
        /// The row as it was read. If it has changed since, another process has settled the due time.
        let previous: ScheduleRecord?
        let record: ScheduleRecord
        /// The due time whose start has come; nil where none has, or the job is paused.
        let start: Start?
    }

    /// A due time whose start has come.
    struct Start: Equatable {
        /// The due time, in unix milliseconds.
        let due: Int64
        /// Whether a run is to begin; false where the start is late and the job has `missed: skip`.
        let begins: Bool
        /// Whether an unfinished run that met a limit goes on. Any other unfinished run makes the start `overlapped`.
        let continues: Bool
        /// Due times before it that were passed over, and itself where it does not begin.
        let missed: Int
    }

    private struct Entry {
        let spec: String
        let schedule: Result<JobSchedule, CommandFailure>
        let zone: NamedTimeZone
    }

    /// The parsed schedule of each job, so that each spec is parsed once.
    private var entries: [JobID: Entry] = [:]

    /// Decides about all jobs.
    ///
    /// - Parameters:
    ///   - standings: all jobs with their runs and schedules, in the order of their names.
    ///   - limited: jobs whose unfinished run has met a limit, and waits for the next due time.
    ///   - now: unix milliseconds.
    mutating func plan(_ standings: [JobStanding], limited: Set<JobID> = [], now: Int64) -> Plan {
        var plan = Plan()
        var seen: [JobID: Entry] = [:]
        for standing in standings {
            let job = standing.job
            plan.names.insert(job.name)
            if job.isPaused { plan.pausedCount += 1 }
            let entry = entry(for: job)
            seen[job.id] = entry
            let isLimited = limited.contains(job.id)
            let goesOn = standing.unfinished != nil && !standing.isTaken && !isLimited
            switch entry.schedule {
            case .failure(let failure):
                plan.faults.append((job, failure.message))
            case .success(let schedule) where schedule.cron == nil:
                plan.items.append(
                    Item(
                        job: job, runs: !job.isPaused && (goesOn || !standing.hasRun),
                        change: standing.schedule == nil ? nil : .forget))
            case .success(let schedule):
                let settlement = settlement(
                    standing, schedule, entry.zone, isLimited: isLimited, now: now, &plan)
                plan.items.append(
                    Item(
                        job: job, runs: !job.isPaused && goesOn,
                        change: settlement.record == standing.schedule ? nil : .settle(settlement)))
            }
        }
        entries = seen
        return plan
    }

    /// Settles a scheduled job's due times. Its next start goes into the plan.
    private func settlement(
        _ standing: JobStanding, _ schedule: JobSchedule, _ zone: NamedTimeZone, isLimited: Bool, now: Int64,
        _ plan: inout Plan
    ) -> Settlement {
        let job = standing.job
        let text = schedule.timeZone.map { "\(schedule.text) \($0)" } ?? schedule.text
        var record = ScheduleRecord(
            schedule: text, consideredAt: standing.hasRun ? now : min(job.createdAt, now), nextStartAt: nil)
        if let known = standing.schedule {
            // If the schedule was changed, due times count from now.
            record.consideredAt = known.schedule == text ? known.consideredAt(now: now) : now
            if record.consideredAt < known.consideredAt, known.schedule == text {
                plan.corrected.append(job.name)
            }
        }
        let verdict = schedule.verdict(job: job.name, considered: record.consideredAt, now: now, zone: zone)
        record.consideredAt = verdict.due ?? record.consideredAt
        record.nextStartAt = verdict.nextStart
        if let next = verdict.nextStart {
            plan.nextStartAt = min(plan.nextStartAt ?? next, next)
            if !job.isPaused { plan.nextStarts.append((job.name, next)) }
        }
        let start = verdict.due.map { due in
            Start(due: due, begins: verdict.starts, continues: isLimited, missed: verdict.missed)
        }
        return Settlement(previous: standing.schedule, record: record, start: job.isPaused ? nil : start)
    }

    private func entry(for job: JobRecord) -> Entry {
        if let entry = entries[job.id], entry.spec == job.spec { return entry }
        do {
            let schedule = try JobSpec(stored: job.spec, job: job.name).schedule
            let zone = try NamedTimeZone(schedule.timeZone)
            return Entry(spec: job.spec, schedule: .success(schedule), zone: zone)
        } catch {
            let failure = error as? CommandFailure ?? CommandFailure(.usage, "\(error)")
            return Entry(spec: job.spec, schedule: .failure(failure), zone: .utc)
        }
    }
}
