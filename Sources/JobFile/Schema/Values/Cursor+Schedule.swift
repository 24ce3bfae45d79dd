internal import CrawlCore

extension Cursor {
    /// Five fields, or a word as `@daily`.
    func readSchedule(into schedule: inout JobSchedule) throws(JobFileError) {
        let text = try text()
        do {
            schedule.cron = try CronSchedule(parsing: text)
        } catch {
            throw failure(error.description)
        }
        schedule.text = text
    }

    /// A name of the tz database.
    func timeZone() throws(JobFileError) -> String {
        let name = try text()
        guard NamedTimeZone(name) != nil else {
            throw failure("\"\(name)\" is no time zone; write one as Europe/Berlin, or UTC")
        }
        return name
    }
}
