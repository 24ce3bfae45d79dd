internal import CrawlCore

/// A day or an instant as programs write it: by ISO 8601, RFC 5322 (mail and feeds), RFC 850 or C's asctime.
struct DateText {
    /// The date by ISO 8601: a day as `2026-11-29`, an instant in UTC as `2026-11-29T05:11:18Z`, with milliseconds where it has
    /// them. A time without a zone stays without one.
    let iso8601: String

    /// Reads a text; nil where it is no date.
    ///
    /// - Parameter now: Unix milliseconds; what years of two digits mean depends on it.
    init?(_ text: String, now: Int64) {
        let text = text.trimmingASCIISpaces
        if let instant = Self.mailDate(text, now: now) {
            iso8601 = CalendarText.instant(milliseconds: instant)
        } else if let date = CalendarText.normalized(text) {
            iso8601 = date
        } else {
            return nil
        }
    }

    /// An instant in one of the forms of HTTP, in which the zone may be another than GMT, and the seconds may be missing (RFC 5322,
    /// section 3.3 and 4.3).
    private static func mailDate(_ text: String, now: Int64) -> Int64? {
        if let date = HTTPDate(parsing: text, now: now) { return date.unixMilliseconds }
        // A comment, such as the name of the zone.
        let words = text.prefix { $0 != "(" }.split(separator: " ")
        guard words.count >= 2, let zone = words.last, let offset = offset(ofZone: zone) else { return nil }
        var parts = words.dropLast().map(String.init)
        if let time = parts.last, time.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 {
            parts[parts.count - 1] = time + ":00"
        }
        let date = HTTPDate(parsing: parts.joined(separator: " ") + " GMT", now: now)
        return date.map { $0.unixMilliseconds - offset * 60_000 }
    }

    /// Minutes east of Greenwich; nil where the word is no zone.
    private static func offset(ofZone zone: Substring) -> Int64? {
        if let hours = zones[zone.uppercased()] { return hours * 60 }
        let digits = zone.dropFirst()
        guard let sign = zone.first, sign == "+" || sign == "-", digits.utf8.count == 4,
            digits.utf8.allSatisfy(\.isDigit), let number = Int64(digits), number % 100 < 60
        else { return nil }
        return (number / 100 * 60 + number % 100) * (sign == "-" ? -1 : 1)
    }

    private static let zones: [String: Int64] = [
        "GMT": 0, "UTC": 0, "UT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
        "PST": -8,
        "PDT": -7,
    ]
}

extension String {
    fileprivate var trimmingASCIISpaces: String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || 0x09...0x0D ~= byte }
        let text = utf8.drop(while: isSpace)
        return String(decoding: text.reversed().drop(while: isSpace).reversed(), as: UTF8.self)
    }
}
