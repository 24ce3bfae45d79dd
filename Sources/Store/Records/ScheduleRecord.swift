package import CrawlCore

/// How far a job's due times are settled.
package struct ScheduleRecord: Sendable, Equatable {
    /// What the schedule was then.
    package var schedule: String
    /// All due times up to it are settled; unix milliseconds.
    package var consideredAt: Int64
    /// When the next start comes, in unix milliseconds; nil for never.
    package var nextStartAt: Int64?

    /// A record of these.
    package init(schedule: String, consideredAt: Int64, nextStartAt: Int64?) {
        self.schedule = schedule
        self.consideredAt = consideredAt
        self.nextStartAt = nextStartAt
    }

    /// Up to when due times are settled, as far as that can be: of a clock that was set back by more than three hours
    /// nothing holds, as in cron(8).
    package func consideredAt(now: Int64) -> Int64 {
        consideredAt > now + ScheduleRecord.correction ? now : consideredAt
    }

    private static let correction: Int64 = 3 * 3_600_000
}

/// What became of a due time; the raw values are stored.
package enum StartOutcome: String, Sendable {
    /// A run began.
    case started
    /// No run could begin.
    case failed
    /// The job had an unfinished run.
    case overlapped
    /// No runner was up at that time.
    case missed
}

/// A job with what decides whether it is to be run.
package struct JobStanding: Sendable {
    /// The job.
    package let job: JobRecord
    /// Whether it was ever run.
    package let hasRun: Bool
    /// Its unfinished run.
    package let unfinished: RunID?
    /// Whether a runner has its unfinished run.
    package let isTaken: Bool
    /// How far its due times are settled; nil where it had no schedule yet.
    package let schedule: ScheduleRecord?

    /// What it says.
    package init(job: JobRecord, hasRun: Bool, unfinished: RunID?, isTaken: Bool, schedule: ScheduleRecord?) {
        self.job = job
        self.hasRun = hasRun
        self.unfinished = unfinished
        self.isTaken = isTaken
        self.schedule = schedule
    }
}
