internal import Foundation

/// Instants as job files write them.
enum InstantText {
    /// A date, `2026-11-23`, which is its first instant in UTC, or an instant of RFC 3339, `2026-11-23T08:30:00+01:00`, as unix
    /// milliseconds; nil for anything else.
    static func unixMilliseconds(_ text: String) -> Int64? {
        let day = String(text.prefix(10))
        // The parser makes the 2nd of March of the 30th of February, and the next day of 25 o'clock.
        guard let midnight = date(day + "T00:00:00Z"),
            midnight.formatted(.iso8601.year().month().day()) == day,
            let instant = day == text ? midnight : date(text), day == text || hasHour(text)
        else { return nil }
        return Int64((instant.timeIntervalSince1970 * 1000).rounded())
    }

    private static func hasHour(_ text: String) -> Bool {
        Int(text.dropFirst(11).prefix(2)).map { $0 < 24 } ?? false
    }

    private static func date(_ text: String) -> Date? { try? Date(text, strategy: .iso8601) }
}
