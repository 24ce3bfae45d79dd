/// How long a server asks to be left alone (`Retry-After`; RFC 9110, section 10.2.3).
package enum RetryAfter {
    /// The longest wait that is honoured where the job says nothing else, in seconds: one hour. A host that asks for more is tried
    /// again after it.
    package static let longest: Int64 = 3600
    /// The longest wait that is known of a host between runs, and told apart in jobs that ask an API, in seconds: a day.
    package static let longestKept: Int64 = 86_400
    /// The longest wait that is told apart from longer ones, in seconds: a year.
    package static let longestKnown: Int64 = 365 * 86_400

    /// How long from now; nil where the value is neither a number of seconds nor a date.
    ///
    /// A date is compared with the response's own `Date`: both are the server's clock, so the wait is right even if
    /// the server's clock or ours is wrong. `Date` has whole seconds, so the wait may be up to a second too long, and
    /// is never too short. Without a `Date` our own clock counts.
    ///
    /// - Parameters:
    ///   - value: of the field.
    ///   - date: the value of the response's `Date`; nil where there is none.
    ///   - now: unix milliseconds when the response came.
    ///   - longest: what a longer wait is cut to, in seconds. The default is an hour.
    package static func wait(
        _ value: String, date: String?, now: Int64, longest: Int64 = longest
    ) -> Duration? {
        if let seconds = seconds(value, longest: longest) { return .seconds(seconds) }
        guard let end = HTTPDate(parsing: value, now: now)?.unixMilliseconds else { return nil }
        let start = date.flatMap { HTTPDate(parsing: $0, now: now)?.unixMilliseconds } ?? now
        guard end > start else { return .zero }
        // A clock that is far below zero must not overflow the difference.
        let (wait, overflow) = end.subtractingReportingOverflow(start)
        return .milliseconds(overflow ? longest * 1000 : min(wait, longest * 1000))
    }

    /// The value as a number of seconds, of any length; nil where it is none.
    private static func seconds(_ value: String, longest: Int64) -> Int64? {
        var seconds: Int64?
        var hasEnded = false
        for byte in value.utf8 {
            if byte.isASCIIDigit, !hasEnded {
                seconds = min((seconds ?? 0) * 10 + Int64(byte - ASCII.zero), longest)
            } else if byte == ASCII.space || byte == ASCII.tab {
                hasEnded = seconds != nil
            } else {
                return nil
            }
        }
        return seconds
    }
}
