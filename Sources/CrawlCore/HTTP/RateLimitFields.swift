/// The header fields in which servers say how many more requests they take, and when the count begins again.
///
/// Read are the fields of the IETF's drafts (`RateLimit`, draft-ietf-httpapi-ratelimit-headers-08 and -07; `RateLimit-Remaining`
/// and `RateLimit-Reset`, -03 to -06) and their forerunners: `X-RateLimit-*` as GitHub, GitLab, OpenAI and many others send
/// it, `X-Rate-Limit-*`, and `anthropic-ratelimit-*`.
package enum RateLimitFields {
    /// The names of fields that tell what remains, each with the one that tells until when.
    private static let pairs: [(remaining: String, reset: String)] = [
        ("ratelimit-remaining", "ratelimit-reset"), ("x-ratelimit-remaining", "x-ratelimit-reset"),
        ("x-rate-limit-remaining", "x-rate-limit-reset"),
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
        ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
    ]

    /// How long the server takes no more requests; nil where it takes some, or says nothing.
    ///
    /// - Parameters:
    ///   - field: the value of a field, by its name in small letters.
    ///   - now: unix milliseconds when the response came.
    /// - Returns: an hour at most, as with `Retry-After`.
    package static func wait(now: Int64, field: (String) -> String?) -> Duration? {
        var longest: Duration?
        func note(_ wait: Duration?) {
            guard let wait else { return }
            longest = max(longest ?? .zero, min(wait, .seconds(RetryAfter.longest)))
        }
        if let value = field("ratelimit") { note(exhausted(in: value)) }
        for pair in pairs {
            guard let remaining = field(pair.remaining), isZero(remaining) else { continue }
            note(field(pair.reset).flatMap { reset($0, now: now) })
        }
        return longest
    }

    /// What a `RateLimit` field says of limits that are used up: `"default";r=0;t=30`, or `limit=10, remaining=0, reset=30`.
    private static func exhausted(in value: String) -> Duration? {
        var longest: Duration?
        if value.contains("remaining=") {
            let parts = parameters(value, separator: ",")
            guard parts["remaining"].map(isZero) ?? false else { return nil }
            return parts["reset"].flatMap(seconds)
        }
        for item in value.split(separator: ",") {
            let parts = parameters(String(item), separator: ";")
            guard parts["r"].map(isZero) ?? false, let wait = parts["t"].flatMap(seconds) else { continue }
            longest = max(longest ?? .zero, wait)
        }
        return longest
    }

    private static func parameters(_ text: String, separator: Character) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in text.split(separator: separator) {
            let words = part.split(separator: "=", maxSplits: 1)
            guard words.count == 2 else { continue }
            parameters[trimmed(words[0])] = trimmed(words[1])
        }
        return parameters
    }

    private static func isZero(_ text: String) -> Bool {
        // A bucket that leaks may have part of a request left.
        Double(trimmed(text[...])).map { $0 < 1 } ?? false
    }

    /// The end of a limit: so many seconds from now, or since 1970 (GitHub), or milliseconds since then; `6m0s` (OpenAI); a
    /// date.
    private static func reset(_ text: String, now: Int64) -> Duration? {
        let text = trimmed(text[...])
        if let number = Double(text), number.isFinite, number >= 0 {
            switch number {
            case ..<1e9: return seconds(text)
            case ..<1e12: return until(Int64(number * 1000), now: now)
            case ..<1e15: return until(Int64(number), now: now)
            default: return nil
            }
        }
        if let wait = goDuration(text) { return wait }
        if let instant = timestamp(text) { return until(instant, now: now) }
        return HTTPDate(parsing: text, now: now).flatMap { until($0.unixMilliseconds, now: now) }
    }

    private static func until(_ instant: Int64, now: Int64) -> Duration {
        .milliseconds(max(0, min(instant - now, RetryAfter.longest * 1000)))
    }

    private static func seconds(_ text: String) -> Duration? {
        guard let number = Double(text), number.isFinite, number >= 0 else { return nil }
        return .seconds(min(number, Double(RetryAfter.longest)))
    }

    /// `1h2m3.5s`, `20ms`, as Go writes durations.
    private static func goDuration(_ text: String) -> Duration? {
        var rest = text[...]
        var sum = 0.0
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest[digits.endIndex...].prefix { $0.isLetter }
            guard let number = Double(digits) else { return nil }
            switch unit {
            case "h": sum += number * 3600
            case "m": sum += number * 60
            case "s": sum += number
            case "ms": sum += number / 1000
            case "us", "µs", "ns": break
            default: return nil
            }
            rest = rest[unit.endIndex...]
        }
        return text.isEmpty ? nil : .seconds(min(sum, Double(RetryAfter.longest)))
    }

    /// `2026-08-01T12:00:00Z` (RFC 3339), in unix milliseconds; of other zones than UTC nothing is known to be sent.
    private static func timestamp(_ text: String) -> Int64? {
        let numbers = text.split { !$0.isNumber }.compactMap { Int64($0) }
        guard text.hasSuffix("Z"), numbers.count >= 6, text.contains("T"), (1970...9999).contains(numbers[0]),
            (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), (0..<24).contains(numbers[3]),
            (0..<60).contains(numbers[4]), (0...60).contains(numbers[5])
        else { return nil }
        let date = CivilDate(year: numbers[0], month: Int(numbers[1]), day: Int(numbers[2]))
        return (date.daysSince1970 * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5]) * 1000
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" || first == "\"" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" || last == "\"" { text.removeLast() }
        return String(text)
    }
}
