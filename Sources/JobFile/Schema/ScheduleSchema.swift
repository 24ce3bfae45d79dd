internal import CrawlCore

/// The keys that say when a job runs.
enum ScheduleSchema {
    /// The keys that mean nothing without a schedule.
    static let dependentKeys = ["timezone", "missed", "jitter"]

    /// What an expression may be.
    static let cron = ValueType([
        "type": "string",
        "pattern":
            #"^[ \t]*[^@\s]+([ \t]+\S+){4}[ \t]*$|^@([Hh]ourly|[Dd]aily|[Mm]idnight|[Ww]eekly|[Mm]onthly|[Yy]early|[Aa]nnually)$"#,
        "patternErrorMessage": "write five fields as in crontab(5), or @daily",
    ])

    /// Throws where keys have no schedule that they go with, or the schedule nothing to run again.
    static func check(_ spec: JobSpec, _ job: Cursor) throws(JobFileError) {
        if spec.schedule.cron == nil,
            let lone = try job.entries().first(where: {
                dependentKeys.contains($0.key)
            })
        {
            throw job.source.failure(
                at: lone.position, keyPath: lone.key,
                "\(lone.key) goes with a schedule, and there is none; add one, for example schedule: \"0 3 * * *\""
            )
        }
        if spec.schedule.cron != nil, spec.urlsFrom == .standardInput {
            throw job.source.failure(
                at: job.node.position, keyPath: "schedule",
                "a list on standard input can be read once only; name a file in urls_from")
        }
    }

    /// Reads five fields, or a word as `@daily`.
    static func readCron(_ cursor: Cursor, into schedule: inout JobSchedule) throws(JobFileError) {
        let text = try cursor.text()
        do {
            schedule.cron = try CronSchedule(parsing: text)
        } catch {
            throw cursor.failure(error.description)
        }
        schedule.text = text
    }

    /// Reads a name of the tz database.
    static func timeZone(_ cursor: Cursor) throws(JobFileError) -> String {
        let name = try cursor.text()
        do {
            _ = try NamedTimeZone(name)
        } catch {
            throw cursor.failure(error.description)
        }
        return name
    }
}
