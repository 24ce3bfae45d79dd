internal import CrawlCore

/// How long names that were looked up are good for: so long that no more than a bounded number is known at once.
///
/// curl keeps them in a table of 71 lists, one of which is gone through for each new connection. An address in a URL is a
/// name to it, too.
struct NameLifetime {
    /// In whole seconds: curl's default (CURLOPT_DNS_CACHE_TIMEOUT(3)).
    static let longest = 60
    /// How many names are known, but for those of the last second.
    static let capacity = 2048

    /// Look-ups in each of the last seconds, by the second modulo ``longest``.
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

    /// From 1 to 60.
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
