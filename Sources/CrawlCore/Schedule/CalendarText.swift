/// Days and instants as ISO 8601 writes them.
package enum CalendarText {
    /// An instant in UTC, such as `2026-11-29T05:11:18Z`; with milliseconds where it has any.
    ///
    /// - Parameter milliseconds: since the beginning of 1970.
    package static func instant(milliseconds: Int64) -> String {
        let days = milliseconds >= 0 ? milliseconds / dayLength : (milliseconds - dayLength + 1) / dayLength
        let time = milliseconds - days * dayLength
        let seconds = time / 1000
        let fraction = time % 1000
        return day(CivilDate(daysSince1970: days))
            + "T\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
            + (fraction > 0 ? "." + padded(fraction, 3) : "") + "Z"
    }

    /// A day, or a day with a time of day, in the one form that is used here; nil for any other text.
    ///
    /// It takes `2026-11-29` and `20261129`, then `T`, `t` or a space and a time to the minute, to the second or to parts of it, then a
    /// zone: `Z`, `+01:00`, `+0100` or `+01` (RFC 3339, and ISO 8601's basic format). An instant comes out in UTC. A time without a zone
    /// stays without one.
    package static func normalized(_ text: String) -> String? {
        var reader = CalendarReader(text)
        guard let date = reader.date() else { return nil }
        if reader.isAtEnd { return day(date) }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let time = reader.time() else {
            return nil
        }
        let instant = date.daysSince1970 * dayLength + time
        if reader.isAtEnd { return String(self.instant(milliseconds: instant).dropLast()) }
        guard let offset = reader.zone(), reader.isAtEnd else { return nil }
        return self.instant(milliseconds: instant - offset * 60_000)
    }

    /// A day, or an instant, that is so much earlier, in the form of ``normalized(_:)``; nil for any other text. Of a day it is the day
    /// on which it is.
    package static func earlier(_ text: String, byMilliseconds overlap: Int64) -> String? {
        var reader = CalendarReader(text)
        guard let date = reader.date() else { return nil }
        let midnight = date.daysSince1970 * dayLength
        if reader.isAtEnd { return String(instant(milliseconds: midnight - overlap).prefix(10)) }
        guard reader.take("T") || reader.take("t") || reader.take(" "), let time = reader.time() else {
            return nil
        }
        let local = instant(milliseconds: midnight + time - overlap)
        if reader.isAtEnd { return String(local.dropLast()) }
        guard let offset = reader.zone(), reader.isAtEnd else { return nil }
        return instant(milliseconds: midnight + time - overlap - offset * 60_000)
    }

    /// The day of a text as `2026-11-29`, in days since 1 January 1970; nil for any other text, and for a day that no calendar has.
    package static func daysSince1970(_ text: String) -> Int64? {
        var reader = CalendarReader(text)
        guard text.utf8.count == 10, let date = reader.date(), reader.isAtEnd else { return nil }
        return date.daysSince1970
    }

    private static let dayLength: Int64 = 86_400_000

    private static func day(_ date: CivilDate) -> String {
        "\(padded(date.year, 4))-\(padded(Int64(date.month), 2))-\(padded(Int64(date.day), 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}

/// Reads the parts of a date of ISO 8601.
private struct CalendarReader {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func number(_ digits: Int, _ range: ClosedRange<Int64>) -> Int64? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(\.isASCIIDigit), let number = Int64(Substring(text)),
            range.contains(number)
        else { return nil }
        rest.removeFirst(digits)
        return number
    }

    mutating func date() -> CivilDate? {
        guard let year = number(4, 0...9999) else { return nil }
        let isExtended = take("-")
        guard let month = number(2, 1...12), take("-") == isExtended, let day = number(2, 1...31) else {
            return nil
        }
        let date = CivilDate(year: year, month: Int(month), day: Int(day))
        // A day that the month does not have comes back as one of the next month.
        return CivilDate(daysSince1970: date.daysSince1970) == date ? date : nil
    }

    /// Milliseconds since midnight.
    mutating func time() -> Int64? {
        guard let hour = number(2, 0...23) else { return nil }
        let isExtended = take(":")
        guard let minute = number(2, 0...59) else { return nil }
        let minutes = (hour * 60 + minute) * 60_000
        if isExtended {
            guard take(":") else { return minutes }
        } else if rest.first?.isASCIIDigit != true {
            return minutes
        }
        // A leap second is the next minute's first.
        guard let second = number(2, 0...60) else { return nil }
        guard take(".") || take(",") else { return minutes + second * 1000 }
        let digits = rest.prefix(while: \.isASCIIDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        var milliseconds: Int64 = 0
        for index in 0..<3 {
            let digit = digits.dropFirst(index).first.map { Int64($0 - ASCII.zero) }
            milliseconds = milliseconds * 10 + (digit ?? 0)
        }
        return minutes + second * 1000 + milliseconds
    }

    /// Minutes east of Greenwich.
    mutating func zone() -> Int64? {
        _ = take(" ")
        if take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(2, 0...23) else { return nil }
        if isAtEnd { return sign * hours * 60 }
        _ = take(":")
        return number(2, 0...59).map { sign * (hours * 60 + $0) }
    }
}
