internal import Glibc

/// Instants as sitemaps and feeds write them.
enum SitemapDate {
    /// Reads a date of W3C's profile of ISO 8601 (sitemaps, Atom) or of RFC 822 (RSS), as unix milliseconds.
    ///
    /// A date without time is its first instant, in UTC, as is a time without zone. Nil for anything else, and for a day that does not
    /// exist.
    static func unixMilliseconds(_ text: String) -> Int64? {
        var text = Text(rest: text.utf8[...])
        var time = tm()
        time.tm_mday = 1
        guard text.startsWithDigits(4) ? readISODate(&text, &time) : readRFC822Date(&text, &time) else {
            return nil
        }
        var fraction: Int64 = 0
        var offset = 0
        if text.skip("T") || text.skip(" ") {
            guard readTime(&text, &time, &fraction) else { return nil }
            _ = text.skip(" ")
            guard let zone = readZone(&text) else { return nil }
            offset = zone
        }
        guard text.rest.isEmpty else { return nil }
        let day = time.tm_mday
        let seconds = timegm(&time)
        // timegm makes the 3rd of March of the 31st of February.
        guard time.tm_mday == day else { return nil }
        return Int64(seconds - offset) * 1000 + fraction
    }

    /// `2026`, `2026-11` or `2026-11-23`.
    private static func readISODate(_ text: inout Text, _ time: inout tm) -> Bool {
        guard let year = text.number(4...4) else { return false }
        time.tm_year = Int32(year - 1900)
        guard text.skip("-") else { return true }
        guard let month = text.number(2...2), (1...12).contains(month) else { return false }
        time.tm_mon = Int32(month - 1)
        guard text.skip("-") else { return true }
        guard let day = text.number(2...2) else { return false }
        time.tm_mday = Int32(day)
        return true
    }

    /// `Mon, 23 Nov 2026`, the day of the week being optional.
    private static func readRFC822Date(_ text: inout Text, _ time: inout tm) -> Bool {
        text.skipWord()
        if text.skip(",") { _ = text.skip(" ") }
        guard let day = text.number(1...2), text.skip(" "),
            let month = months.firstIndex(where: { text.skip($0) }), text.skip(" "),
            let digits = Optional(text.rest.count), let year = text.number(2...4)
        else { return false }
        time.tm_mday = Int32(day)
        time.tm_mon = Int32(month)
        // RFC 822 has two digits for the year; what they mean is RFC 2822's, section 4.3.
        let isShort = digits - text.rest.count < 4
        time.tm_year = Int32(isShort ? year + (year < 50 ? 100 : 0) : year - 1900)
        return true
    }

    private static let months: [StaticString] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `08:30`, `08:30:15` or `08:30:15.25`.
    private static func readTime(_ text: inout Text, _ time: inout tm, _ fraction: inout Int64) -> Bool {
        guard let hour = text.number(2...2), hour < 24, text.skip(":"),
            let minute = text.number(2...2), minute < 60
        else { return false }
        time.tm_hour = Int32(hour)
        time.tm_min = Int32(minute)
        guard text.skip(":") else { return true }
        guard let second = text.number(2...2), second <= 60 else { return false }
        time.tm_sec = Int32(second)
        guard text.skip(".") else { return true }
        var scale: Int64 = 100
        while let digit = text.number(1...1) {
            fraction += Int64(digit) * scale
            scale /= 10
        }
        return true
    }

    /// Seconds east of Greenwich; nil for a zone that is not known. Nothing is Greenwich.
    private static func readZone(_ text: inout Text) -> Int? {
        if text.rest.isEmpty || text.skip("Z") || text.skip("GMT") || text.skip("UTC") || text.skip("UT") {
            return 0
        }
        // RFC 822, section 5.1.
        if let zone = americanZones.first(where: { text.skip($0.name) }) { return zone.hours * 3600 }
        let isWest = text.skip("-")
        guard isWest || text.skip("+"), let hours = text.number(2...2) else { return nil }
        _ = text.skip(":")
        let seconds = (hours * 60 + (text.number(2...2) ?? 0)) * 60
        return isWest ? -seconds : seconds
    }

    private static let americanZones: [(name: StaticString, hours: Int)] = [
        ("EST", -5), ("EDT", -4), ("CST", -6), ("CDT", -5), ("MST", -7), ("MDT", -6), ("PST", -8),
        ("PDT", -7),
    ]

    /// What is still to be read.
    private struct Text {
        var rest: Substring.UTF8View

        func startsWithDigits(_ count: Int) -> Bool {
            rest.prefix(count).count(where: { (0x30...0x39).contains($0) }) == count
        }

        mutating func skip(_ word: StaticString) -> Bool {
            let isThere = word.withUTF8Buffer { rest.starts(with: $0) }
            if isThere { rest = rest.dropFirst(word.utf8CodeUnitCount) }
            return isThere
        }

        mutating func skipWord() {
            rest = rest.drop { $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }
        }

        /// A number of so many digits; where there are more, those.
        mutating func number(_ digits: ClosedRange<Int>) -> Int? {
            let text = rest.prefix(digits.upperBound).prefix { (0x30...0x39).contains($0) }
            guard text.count >= digits.lowerBound else { return nil }
            rest = rest.dropFirst(text.count)
            return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
    }
}
