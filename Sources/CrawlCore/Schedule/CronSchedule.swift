/// When a job is due: five fields as in crontab(5), or `@hourly` to `@yearly`.
///
/// Where both the day of the month and the day of the week are restricted, either will do; where one of them begins
/// with `*`, both must match (Vixie cron's rule, `*/2` included).
///
/// When clocks are put forward, a start that falls into the hour that is skipped is due at the instant they are; when
/// they are put back, a start in the hour that comes twice is due the first time only. Schedules of every hour go by
/// real time instead: they are due each time that clocks show a matching minute.
package struct CronSchedule: Sendable, Equatable {
    private let minutes: UInt64
    private let hours: UInt64
    private let days: UInt64
    private let months: UInt64
    private let weekdays: UInt64
    /// Whether a day has to match both ways.
    private let needsBoth: Bool

    /// What the words stand for.
    private static let words = [
        "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
        "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
    ]

    /// Reads an expression.
    ///
    /// - Throws: ``CronError`` that says what to write instead; also for one that never comes, as `0 0 30 2 *`.
    package init(parsing text: String) throws(CronError) {
        var text = text
        if text.hasPrefix("@") {
            guard let fields = CronSchedule.words[text.lowercased()] else {
                throw CronError(
                    "\(text) is not known; write @hourly, @daily, @weekly, @monthly, @yearly or five fields")
            }
            text = fields
        }
        let fields = text.split { $0 == " " || $0 == "\t" }
        guard fields.count == 5 else {
            throw CronError(
                "a schedule has five fields (minute, hour, day of the month, month, day of the week), this one \(fields.count); for example \"0 3 * * *\""
            )
        }
        minutes = try CronField.minutes.parse(fields[0]).bits
        hours = try CronField.hours.parse(fields[1]).bits
        months = try CronField.months.parse(fields[3]).bits
        let days = try CronField.days.parse(fields[2])
        let weekdays = try CronField.weekdays.parse(fields[4])
        self.days = days.bits
        self.weekdays = weekdays.bits
        needsBoth = days.isStar || weekdays.isStar
        guard next(after: 0, in: FixedOffset()) != nil else {
            throw CronError("\(text) never comes: no month has that day")
        }
    }

    /// The first instant after another at which the job is due; both in seconds since 1970.
    ///
    /// - Returns: nil where there is none for fifty years.
    package func next(after instant: Int64, in zone: some TimeZoneOffsets) -> Int64? {
        let local = zone.local(instant)
        let firstDay = local.floored(by: 86_400)
        let lastDay = firstDay + 50 * 366
        var day = firstDay
        while day <= lastDay {
            let date = CivilDate(daysSince1970: day)
            guard months & (1 << UInt64(date.month)) != 0 else {
                day = date.firstOfNextMonth.daysSince1970
                continue
            }
            if matches(date, weekday: CivilDate.weekday(daysSince1970: day)),
                let due = next(after: instant, on: day, in: zone)
            {
                return due
            }
            day += 1
        }
        return nil
    }

    /// Whether the job is due in every hour of its days.
    private var isEveryHour: Bool { hours == 0xff_ffff }

    private func matches(_ date: CivilDate, weekday: Int) -> Bool {
        let day = days & (1 << UInt64(date.day)) != 0
        let week = weekdays & (1 << UInt64(weekday)) != 0
        return needsBoth ? day && week : day || week
    }

    private func next(after instant: Int64, on day: Int64, in zone: some TimeZoneOffsets) -> Int64? {
        let midnight = day * 86_400
        return isEveryHour
            ? nextShown(after: instant, midnight: midnight, in: zone)
            : nextFixed(after: instant, midnight: midnight, in: zone)
    }

    /// Each time is due once, in the order of clocks, which is also the order of instants. Of a time that clocks show
    /// twice the first counts. A time that clocks skip is due when they are put forward.
    private func nextFixed(after instant: Int64, midnight: Int64, in zone: some TimeZoneOffsets) -> Int64? {
        // Clocks have shown this time before: it is past, or it comes a second time and does not count.
        let shown = zone.local(instant) - midnight
        for hour in 0..<24 where hours & (1 << UInt64(hour)) != 0 && Int64(hour) * 3600 + 3599 >= shown {
            for minute in 0..<60 where minutes & (1 << UInt64(minute)) != 0 {
                let due = zone.instant(ofLocal: midnight + Int64(hour * 3600 + minute * 60))
                if due > instant { return due }
            }
        }
        return nil
    }

    /// Minute by minute as clocks show them on that day.
    private func nextShown(after instant: Int64, midnight: Int64, in zone: some TimeZoneOffsets) -> Int64? {
        var candidate = max(instant + 1, zone.instant(ofLocal: midnight))
        while true {
            let local = zone.local(candidate)
            guard local < midnight + 86_400 else { return nil }
            // Clocks that are put back over midnight show the day before again.
            let ofHour = (local % 3600 + 3600) % 3600
            if ofHour % 60 == 0, minutes & (1 << UInt64(ofHour / 60)) != 0 { return candidate }
            candidate += 60 - ofHour % 60
        }
    }
}

extension Int64 {
    /// The quotient, rounded down.
    fileprivate func floored(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}
