/// An instant as HTTP writes it (RFC 9110, section 5.6.7).
package struct HTTPDate: Sendable, Equatable {
    /// The instant in unix milliseconds, a whole number of seconds.
    package let unixMilliseconds: Int64

    /// Reads one of the three forms:
    ///
    ///     Sun, 06 Nov 1994 08:49:37 GMT     the one that is to be sent
    ///     Sunday, 06-Nov-94 08:49:37 GMT    that of RFC 850
    ///     Sun Nov  6 08:49:37 1994          that of C's asctime
    ///
    /// As browsers do, it takes letters of either case, mixtures of the first two forms, a day of one digit, "UTC", a
    /// day of the week that is wrong or missing, and white space around. The zone must be there where the form has
    /// one. Nil for anything else, for a day that the month does not have, and outside of the years 1970 to 9999.
    ///
    /// - Parameter now: unix milliseconds. Of the years that two digits may mean, the latest counts that makes the
    ///   date not more than 50 years later than this.
    package init?(parsing text: String, now: Int64) {
        var words = text.utf8.split {
            $0 == ASCII.space || $0 == ASCII.tab || $0 == ASCII.hyphen || $0 == UInt8(ascii: ",")
        }
        if let first = words.first, first.count >= 3, first.prefix(3).position(in: Self.weekdays) != nil {
            words.removeFirst()
        }
        let day, month, year, time: Substring.UTF8View
        switch words.count {
        case 5:
            (day, month, year, time) = (words[0], words[1], words[2], words[3])
            guard words[4].position(in: Self.zones) != nil else { return nil }
        case 4:
            (month, day, time, year) = (words[0], words[1], words[2], words[3])
            guard year.count == 4 else { return nil }
        default: return nil
        }
        guard let month = month.position(in: Self.months), let day = day.decimal(digits: 1...2),
            let second = Self.secondOfDay(time), var number = year.decimal(digits: 2...4), year.count != 3
        else { return nil }
        func instant(inYear year: Int64) -> Int64 {
            (CivilDate(year: year, month: month + 1, day: Int(day)).daysSince1970 * 86_400 + second) * 1000
        }
        if year.count == 2 {
            // The estimate of this year may be one off: begin late, then step back.
            let latest = 1970 + min(max(now, 0) / 31_556_952_000, 8029) + 51
            number = latest - (latest - number) % 100
            if instant(inYear: number - 50) > now { number -= 100 }
        }
        guard (1970...9999).contains(number), (1...Self.days(inMonth: month, of: number)).contains(day) else {
            return nil
        }
        unixMilliseconds = instant(inYear: number)
    }
}

extension HTTPDate {
    private static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let zones = ["gmt", "utc"]

    /// "08:49:37" as seconds. A leap second is the next minute's first.
    private static func secondOfDay(_ text: Substring.UTF8View) -> Int64? {
        let parts = text.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        guard parts.count == 3, let hour = parts[0].decimal(digits: 2...2), hour < 24,
            let minute = parts[1].decimal(digits: 2...2), minute < 60,
            let second = parts[2].decimal(digits: 2...2), second <= 60
        else { return nil }
        return (hour * 60 + minute) * 60 + second
    }

    /// - Parameter month: from 0.
    private static func days(inMonth month: Int, of year: Int64) -> Int64 {
        switch month {
        case 1: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 3, 5, 8, 10: 30
        default: 31
        }
    }
}

extension Substring.UTF8View {
    /// Which of the words this is, in letters of either case.
    fileprivate func position(in words: [String]) -> Int? {
        words.firstIndex { $0.utf8.elementsEqual(self) { $0 == $1.asciiLowercased } }
    }

    /// The decimal number that this is; nil where it is none of so many digits.
    fileprivate func decimal(digits: ClosedRange<Int>) -> Int64? {
        guard digits.contains(count) else { return nil }
        var number: Int64 = 0
        for byte in self {
            guard byte.isASCIIDigit else { return nil }
            number = number * 10 + Int64(byte - ASCII.zero)
        }
        return number
    }
}
