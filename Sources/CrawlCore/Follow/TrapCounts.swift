/// Tells traps by how many URLs of a host differ in nothing but a session id, in nothing but a date, or lie very deep below one
/// folder. Numbers as such are no trap: sites with a million numbered pages are real.
///
/// The counters are in the run's database, so that they hold over all of its runners and outlive each of them. Of most kinds only one
/// URL is ever found, such as an article below its date; those are noted here, in memory, and at most ``capacity`` of them. So a runner that
/// ends may have counted each kind by one too few.
package struct TrapCounts: Sendable {
    /// The most kinds that are noted; all are forgotten when there are more.
    package static let capacity = 8_192

    private let limits: JobSpec.TrapLimits
    /// The kinds of which one URL was found.
    private var single: Set<Int64> = []

    /// A kind of URLs, of which there may be so many in a run.
    package struct Kind: Sendable, Equatable {
        /// A hash of what the kind's URLs have in common, their host among it.
        package let key: Int64
        /// The most URLs.
        package let limit: Int
    }

    /// Counts for a job, none so far.
    package init(_ limits: JobSpec.TrapLimits) {
        self.limits = limits
    }

    /// The kinds that a URL is of, as far as the job limits them; mostly none.
    package func kinds(of url: WebURL) -> [Kind] {
        guard limits.sessions > 0 || limits.dates > 0 || limits.deep > 0 else { return [] }
        let kind = URLKind(url)
        return [(kind.session, limits.sessions), (kind.date, limits.dates), (kind.deepFolder, limits.deep)]
            .compactMap { key, limit in
                key.flatMap { limit > 0 ? Kind(key: Int64(bitPattern: $0), limit: limit) : nil }
            }
    }

    /// Notes what was counted in a transaction that is committed.
    package mutating func keep(_ tally: TrapTally) {
        for (key, count) in tally.counts {
            if count.stored == 0, count.now == 1 {
                if single.count >= Self.capacity { single.removeAll(keepingCapacity: true) }
                single.insert(key)
            } else {
                single.remove(key)
            }
        }
    }

    /// How many URLs of a kind are noted here.
    fileprivate func noted(_ key: Int64) -> Int { single.contains(key) ? 1 : 0 }
}

/// The counters of the kinds of URLs that one transaction meets.
package struct TrapTally: Sendable {
    fileprivate struct Count {
        /// What the database has; 0 for no row.
        var stored: Int
        var now: Int
    }

    fileprivate var counts: [Int64: Count] = [:]

    /// A tally of nothing.
    package init() {}

    /// Whether nothing was counted.
    package var isEmpty: Bool { counts.isEmpty }

    /// Whether it has a counter.
    package func has(_ key: Int64) -> Bool { counts[key] != nil }

    /// Takes in a counter.
    ///
    /// - Parameters:
    ///   - stored: what the database has; nil where it has none.
    ///   - noted: the run's memory.
    package mutating func enter(_ key: Int64, stored: Int?, _ noted: TrapCounts) {
        counts[key] = Count(stored: stored ?? 0, now: stored ?? noted.noted(key))
    }

    /// Counts a URL, and says whether there may be one more of its kinds.
    ///
    /// To be called once for each URL that is new to the run, and not for the links that lead to it: a real archive of 200 months is
    /// linked from each page of its site.
    ///
    /// - Precondition: the kinds' counters were entered.
    /// - Returns: False for a trap; such a URL is not counted.
    package mutating func admit(_ kinds: [TrapCounts.Kind]) -> Bool {
        for kind in kinds {
            guard counts[kind.key, default: Count(stored: 0, now: 0)].now < kind.limit else { return false }
        }
        for kind in kinds { counts[kind.key, default: Count(stored: 0, now: 0)].now += 1 }
        return true
    }

    /// By how much the database's counters are to be raised, in the order of their keys, and counts them as raised. A kind of which one URL was found
    /// gets no row.
    package mutating func takeChanges() -> [(key: Int64, added: Int)] {
        var changes: [(key: Int64, added: Int)] = []
        for (key, count) in counts where count.now >= 2 && count.now > count.stored {
            changes.append((key, count.now - count.stored))
            counts[key]?.stored = count.now
        }
        return changes.sorted { $0.key < $1.key }
    }
}
