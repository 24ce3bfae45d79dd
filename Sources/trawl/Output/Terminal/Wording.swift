internal import CrawlCore
internal import Foundation

/// Numbers and times in the form that people read.
enum Wording {
    /// `1,234,567`.
    static func count(_ number: Int64) -> String {
        var digits = Array(String(number.magnitude))
        var index = digits.count - 3
        while index > 0 {
            digits.insert(",", at: index)
            index -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// `1 page`, `2 pages`.
    static func count(_ number: Int64, _ noun: String) -> String {
        "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    /// The time between two starts at a host, `1.00 s` or `1.00 s to 3.00 s`; nil for any.
    static func delay(_ limits: HostLimits) -> String? {
        guard limits.delay > .zero || limits.spread > .zero else { return nil }
        let least = time(milliseconds: limits.delay.wholeMilliseconds)
        guard limits.spread > .zero else { return least }
        return "\(least) to \(time(milliseconds: (limits.delay + limits.spread).wholeMilliseconds))"
    }

    /// `4 ms`, `1.35 s`, `12.3 s`, `2:05`, `1:02:05`.
    static func time(milliseconds: Int64) -> String {
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        let seconds = Double(milliseconds) / 1000
        if seconds < 10 { return String(format: "%.2f s", seconds) }
        if seconds < 60 { return String(format: "%.1f s", seconds) }
        let whole = milliseconds / 1000
        let clock = String(format: "%02d", whole % 60)
        if whole < 3600 { return "\(whole / 60):\(clock)" }
        return "\(whole / 3600):" + String(format: "%02d:", whole / 60 % 60) + clock
    }

    /// `less than a minute`, `5 minutes`, `3 hours`, `12 days`: how long ago something was, in its largest unit.
    static func age(milliseconds: Int64) -> String {
        let minutes = milliseconds / 60_000
        return switch minutes {
        case ..<1: "less than a minute"
        case ..<120: count(minutes, "minute")
        case ..<(48 * 60): count(minutes / 60, "hour")
        default: count(minutes / 1440, "day")
        }
    }

    /// `512 B`, `10.2 KiB`, `3.4 MiB`.
    static func bytes(_ number: Int64) -> String {
        var value = Double(number)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024 { return unit == "B" ? "\(number) B" : String(format: "%.1f %@", value, unit) }
            value /= 1024
        }
        return String(format: "%.1f TiB", value)
    }

    /// `2026-11-22T03:00:00+01:00`: the local time of a zone.
    static func localInstant(milliseconds: Int64, zone: some TimeZoneOffsets) -> String {
        let offset = zone.offset(at: milliseconds / 1000)
        let shown = instant(milliseconds: (milliseconds / 1000 + offset) * 1000).prefix(19)
        let minutes = offset.magnitude / 60
        return shown + String(format: "%@%02d:%02d", offset < 0 ? "-" : "+", minutes / 60, minutes % 60)
    }

    /// `2026-11-22T03:00:00.000Z` (RFC 3339, UTC).
    static func instant(milliseconds: Int64) -> String {
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        return date.formatted(
            Date.ISO8601FormatStyle(includingFractionalSeconds: true, timeZone: .gmt))
    }
}
