/// Tells traps by how many URLs of a host differ in nothing but a session id, in nothing but a date, or lie very deep below one
/// folder. Numbers as such are no trap: sites with a million numbered pages are real.
///
/// Only counters are kept, for the few URLs of such a kind, and at most ``capacity`` of them. They live in memory
/// only: a resumed run begins to count again.
package struct TrapCounts: Sendable {
    /// The most counters that are kept; the lowest half goes when they are all taken.
    package static let capacity = 8_192

    private let limits: JobSpec.TrapLimits
    private var counts: [UInt64: Int32] = [:]

    /// Counts for a job, none so far.
    package init(_ limits: JobSpec.TrapLimits) {
        self.limits = limits
    }

    /// Counts a URL, and says whether there may be one more of its kind.
    ///
    /// To be called once for each URL that is new to the run, and not for the links that lead to it: a real archive of 200 months is
    /// linked from each page of its site.
    /// - Returns: False for a trap; such a URL is not counted.
    package mutating func admit(_ url: WebURL) -> Bool {
        let kind = URLKind(url)
        if let key = kind.session, limits.sessions > 0, !admit(key, limit: limits.sessions) { return false }
        if let key = kind.date, limits.dates > 0, !admit(key, limit: limits.dates) { return false }
        if let key = kind.deepFolder, limits.deep > 0, !admit(key, limit: limits.deep) { return false }
        return true
    }

    private mutating func admit(_ key: UInt64, limit: Int) -> Bool {
        let count = counts[key] ?? 0
        guard count < limit else { return false }
        if count == 0, counts.count >= Self.capacity { forgetLowest() }
        counts[key] = count + 1
        return true
    }

    /// Drops at least half of the counters, the lowest ones. Traps have the highest counts.
    private mutating func forgetLowest() {
        let median = counts.values.sorted()[counts.count / 2]
        counts = counts.filter { $0.value > median }
    }
}
