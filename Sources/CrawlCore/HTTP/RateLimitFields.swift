/// The header fields in which servers say how many more requests they take, and when the count begins again.
///
/// Read are the fields of the IETF's drafts (`RateLimit`, draft-ietf-httpapi-ratelimit-headers-08 and -07; `RateLimit-Remaining`
/// and `RateLimit-Reset`, -03 to -06) and their forerunners: `X-RateLimit-*` as GitHub, GitLab, OpenAI and many others send
/// it, `X-Rate-Limit-*`, and `anthropic-ratelimit-*`.
package enum RateLimitFields {
    /// The fields of one limit.
    private struct Names {
        let remaining: String
        let reset: String
        let limit: String
        /// Whether it counts requests. What counts something else, such as tokens, only matters once nothing is left of it.
        var countsRequests = true

        init(_ prefix: String, _ suffix: String = "", countsRequests: Bool = true) {
            remaining = prefix + "remaining" + suffix
            reset = prefix + "reset" + suffix
            limit = prefix + "limit" + suffix
            self.countsRequests = countsRequests
        }

        init(anthropic what: String, countsRequests: Bool) {
            remaining = "anthropic-ratelimit-\(what)-remaining"
            reset = "anthropic-ratelimit-\(what)-reset"
            limit = "anthropic-ratelimit-\(what)-limit"
            self.countsRequests = countsRequests
        }
    }

    private static let limits: [Names] = [
        Names("ratelimit-"), Names("x-ratelimit-"), Names("x-rate-limit-"),
        Names("x-ratelimit-", "-requests"),
        Names("x-ratelimit-", "-tokens", countsRequests: false),
        Names(anthropic: "requests", countsRequests: true), Names(anthropic: "tokens", countsRequests: false),
    ]

    /// How long the server takes no more requests; nil where it takes some, or says nothing.
    ///
    /// - Parameters:
    ///   - field: the value of a field, by its name in small letters.
    ///   - now: unix milliseconds when the response came.
    /// - Returns: an hour at most, as with `Retry-After`.
    package static func wait(now: Int64, field: (String) -> String?) -> Duration? {
        allowance(now: now, field: field).flatMap { $0.remaining == 0 ? $0.reset : nil }
    }

    /// How many more requests the server takes; nil where it says nothing. Of several limits the one that allows least counts.
    ///
    /// An instant in a field is compared with the response's own `Date`, as both are by the server's clock.
    ///
    /// - Parameters:
    ///   - field: the value of a field, by its name in small letters.
    ///   - now: unix milliseconds when the response came.
    ///   - longest: what a longer wait is cut to, in seconds, a day at most. The default is an hour.
    package static func allowance(
        now: Int64, longest: Int64 = RetryAfter.longest, field: (String) -> String?
    ) -> RateAllowance? {
        let now = field("date").flatMap { HTTPDate(parsing: $0, now: now)?.unixMilliseconds } ?? now
        var least: RateAllowance?
        func note(_ allowance: RateAllowance?) {
            guard let allowance else { return }
            if let found = least {
                guard
                    allowance.remaining < found.remaining
                        || allowance.remaining == found.remaining && allowance.reset > found.reset
                else { return }
            }
            least = allowance
        }
        if let value = field("ratelimit") {
            for allowance in structured(value, policies: field("ratelimit-policy") ?? "") { note(allowance) }
        }
        for names in limits {
            guard let remaining = field(names.remaining).flatMap(count),
                names.countsRequests || remaining == 0,
                let reset = field(names.reset).flatMap({ reset($0, now: now) })
            else { continue }
            let limit = field(names.limit).flatMap { count(String($0.prefix { $0 != "," && $0 != ";" })) }
            note(
                RateAllowance(
                    remaining: remaining, reset: reset, refill: refill(names.countsRequests ? limit : nil)))
        }
        guard var least else { return nil }
        least.reset = min(least.reset, .seconds(longest))
        if let pool = field("x-ratelimit-resource").map({ trimmed($0[...]) }), !pool.isEmpty,
            pool.utf8.count <= 64
        {
            least.pool = pool
        }
        return least
    }

    private static func refill(_ limit: Int?, _ window: Duration? = nil) -> RateAllowance.Refill {
        guard let limit, limit > 0 else { return .unknown }
        return .window(limit: limit, window)
    }

    /// What a `RateLimit` field says: `"default";r=0;t=30`, with `"default";q=100;w=60` in `RateLimit-Policy`; or
    /// `limit=10, remaining=0, reset=30`.
    private static func structured(_ value: String, policies: String) -> [RateAllowance] {
        if value.contains("remaining=") {
            let parts = parameters(value, separator: ",")
            guard let remaining = parts["remaining"].flatMap(count),
                let reset = parts["reset"].flatMap(seconds)
            else { return [] }
            let limit = parts["limit"].flatMap(count)
            return [RateAllowance(remaining: remaining, reset: reset, refill: refill(limit))]
        }
        var known: [String: [String: String]] = [:]
        for policy in split(policies, at: ",") {
            known[name(policy)] = parameters(policy, separator: ";")
        }
        return split(value, at: ",").compactMap { item in
            let parts = parameters(item, separator: ";")
            let policy = known[name(item)] ?? [:]
            guard let remaining = parts["r"].flatMap(count) else { return nil }
            let countsRequests = policy["qu"].map { $0 == "requests" } ?? true
            guard countsRequests || remaining == 0 else { return nil }
            let window = policy["w"].flatMap(seconds)
            guard let reset = parts["t"].flatMap(seconds) ?? window else { return nil }
            let limit = countsRequests ? policy["q"].flatMap(count) : nil
            return RateAllowance(remaining: remaining, reset: reset, refill: refill(limit, window))
        }
    }

    /// The name of a limit, at the beginning of an item.
    private static func name(_ item: String) -> String {
        trimmed((split(item, at: ";").first ?? "")[...])
    }

    private static func parameters(_ text: String, separator: Character) -> [String: String] {
        var parameters: [String: String] = [:]
        for part in split(text, at: separator) {
            let words = part.split(separator: "=", maxSplits: 1)
            guard words.count == 2 else { continue }
            parameters[trimmed(words[0])] = trimmed(words[1])
        }
        return parameters
    }

    /// The parts between separators that are not within quotes.
    private static func split(_ text: String, at separator: Character) -> [String] {
        var parts = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == separator, !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }

    /// A count of requests; a bucket that leaks may have part of one left, which is none.
    private static func count(_ text: String) -> Int? {
        guard let number = Double(trimmed(text[...])), number.isFinite, number >= 0 else { return nil }
        return Int(min(number, 1e9))
    }

    /// The end of a limit: so many seconds from now, or since 1970 (GitHub), or milliseconds, microseconds or nanoseconds
    /// since then; `6m0s` (OpenAI); a date.
    private static func reset(_ text: String, now: Int64) -> Duration? {
        let text = trimmed(text[...])
        if let number = Double(text), number.isFinite, number >= 0 {
            switch number {
            case ..<1e9: return seconds(text)
            case ..<1e12: return until(Int64(number * 1000), now: now)
            case ..<1e15: return until(Int64(number), now: now)
            case ..<1e18: return until(Int64(number / 1000), now: now)
            case ..<1e19: return until(Int64(number / 1_000_000), now: now)
            default: return nil
            }
        }
        if let wait = goDuration(text) { return wait }
        if let instant = timestamp(text) { return until(instant, now: now) }
        return HTTPDate(parsing: text, now: now).flatMap { until($0.unixMilliseconds, now: now) }
    }

    private static func until(_ instant: Int64, now: Int64) -> Duration {
        .milliseconds(max(0, min(instant - now, RetryAfter.longestKept * 1000)))
    }

    private static func seconds(_ text: String) -> Duration? {
        guard let number = Double(text), number.isFinite, number >= 0 else { return nil }
        return .seconds(min(number, Double(RetryAfter.longestKept)))
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
        return text.isEmpty ? nil : .seconds(min(sum, Double(RetryAfter.longestKept)))
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
