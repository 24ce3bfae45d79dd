internal import CrawlCore

/// How long curl remembers the names that it looked up. The more names there are, the shorter it is, so that curl never
/// knows many more than ``capacity``.
///
/// curl keeps the names in a table of 71 lists, and goes through one of them for each new connection. It treats an address
/// in a URL as a name as well.
struct NameLifetime {
    /// The longest time in seconds: curl's default (CURLOPT_DNS_CACHE_TIMEOUT(3)).
    static let longest = 60
    /// How many names may be known, not counting those of the last second.
    static let capacity = 2048

    /// How many names were looked up in each of the last seconds. The index is the second modulo ``longest``.
    private var lookUps = [Int](repeating: 0, count: longest)
    private var newest: Int64

    init(now: MonotonicInstant) {
        newest = now.sinceBoot.components.seconds
    }

    /// Notes that a name is looked up.
    mutating func lookedUp(now: MonotonicInstant) {
        advance(to: now)
        lookUps[slot(newest)] += 1
    }

    /// The time in seconds, from 1 to 60.
    mutating func seconds(now: MonotonicInstant) -> Int {
        advance(to: now)
        var known = lookUps[slot(newest)]
        for age in 1..<NameLifetime.longest {
            known += lookUps[slot(newest - Int64(age))]
            if known > NameLifetime.capacity { return age }
        }
        return NameLifetime.longest
    }

    private mutating func advance(to now: MonotonicInstant) {
        let second = now.sinceBoot.components.seconds
        guard second > newest else { return }
        for passed in max(newest + 1, second - Int64(NameLifetime.longest) + 1)...second {
            lookUps[slot(passed)] = 0
        }
        newest = second
    }

    private func slot(_ second: Int64) -> Int {
        let count = Int64(NameLifetime.longest)
        return Int(((second % count) + count) % count)
    }
}
