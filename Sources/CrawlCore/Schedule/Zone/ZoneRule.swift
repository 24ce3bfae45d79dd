/// How a zone's clocks go on for ever: what POSIX allows in the variable `TZ`, as `CET-1CEST,M3.5.0,M10.5.0/3`.
///
/// Files of the tz database end with one (RFC 9636, section 3.3), which also has hours from -167 to 167.
package struct ZoneRule: Sendable, Equatable {
    /// Seconds east of UTC in standard time.
    let standard: Int64
    let summer: Summer?

    /// Summer time, or whatever else the clocks change to and back each year.
    struct Summer: Equatable {
        /// Seconds east of UTC.
        let offset: Int64
        let begins: Change
        let ends: Change
    }

    /// A moment of each year, by the clocks that are shown before it.
    struct Change: Equatable {
        let day: Day
        /// Seconds after midnight, which may be before that day or after it.
        let time: Int64
    }

    /// A day of each year.
    enum Day: Equatable {
        /// `J60`: 1 to 365; there is no 29 February.
        case ofCommonYear(Int64)
        /// `59`: 0 to 365, the 29 February of leap years included.
        case ofYear(Int64)
        /// `M3.5.0`: the nth day of a week, 0 for Sunday, in a month. The fifth is the last.
        case weekday(month: Int, week: Int64, day: Int64)

        /// Days since 1 January 1970.
        func daysSince1970(year: Int64) -> Int64 {
            let newYear = CivilDate(year: year, month: 1, day: 1).daysSince1970
            switch self {
            case .ofYear(let day): return newYear + day
            case .ofCommonYear(let day):
                let march = CivilDate(year: year, month: 3, day: 1).daysSince1970
                return newYear + day - 1 + (day >= 60 && march - newYear == 60 ? 1 : 0)
            case .weekday(let month, let week, let day):
                let first = CivilDate(year: year, month: month, day: 1)
                let next = first.firstOfNextMonth.daysSince1970
                let start = first.daysSince1970
                let shift = (day - Int64(CivilDate.weekday(daysSince1970: start)) + 7) % 7
                let found = start + shift + (week - 1) * 7
                return found < next ? found : found - 7
            }
        }
    }

    /// Seconds east of UTC at an instant, in seconds since 1970.
    func offset(at instant: Int64) -> Int64 {
        guard let summer else { return standard }
        // The years of the tz database are far within this; beyond it days cannot be counted.
        let day = (min(max(instant, -1 << 50), 1 << 50) + standard) / 86_400
        let year = CivilDate(daysSince1970: day).year
        var last = Int64.min
        var offset = standard
        // A change may lie outside of its own year by a week. Of two at one instant the later year's counts.
        for year in year - 1...year + 1 {
            let begins = summer.begins.day.daysSince1970(year: year) * 86_400 + summer.begins.time - standard
            let ends = summer.ends.day.daysSince1970(year: year) * 86_400 + summer.ends.time - summer.offset
            let changes = [(begins, summer.offset), (ends, standard)]
            for (change, next) in begins <= ends ? changes : changes.reversed()
            where change <= instant && change >= last {
                (last, offset) = (change, next)
            }
        }
        return offset
    }
}
