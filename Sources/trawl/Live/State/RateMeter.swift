internal import CrawlCore

/// How fast a number grows, over some seconds that have passed.
///
/// It is a value: it is told the number and the time.
struct RateMeter: Sendable {
    private var samples: [(at: MonotonicInstant, count: Int64)] = []

    /// How long samples are kept.
    static let memory: Duration = .seconds(300)
    /// The least time between two samples.
    private static let interval: Duration = .seconds(1)

    /// Takes in the number as it is now.
    mutating func note(_ count: Int64, at now: MonotonicInstant) {
        // The latest sample is always of now; those before it are a second apart.
        if samples.count > 1, now - samples[samples.count - 2].at < Self.interval { samples.removeLast() }
        samples.append((now, count))
        var old = 0
        while old + 2 < samples.count, samples[old + 1].at + Self.memory <= now { old += 1 }
        if old > 0 { samples.removeFirst(old) }
    }

    /// By how much it grew a second.
    ///
    /// - Parameter window: over how long; over less where it has not been told of the number for so long.
    /// - Returns: nil where too little is known.
    func rate(over window: Duration) -> Double? {
        guard let last = samples.last else { return nil }
        let first = samples.last { $0.at + window <= last.at } ?? samples[0]
        guard last.at - first.at >= Self.interval else { return nil }
        return Double(last.count - first.count) / ((last.at - first.at) / .seconds(1))
    }

    /// The rates over the time it remembers, the latest last, each over the same time. Those from before it began are left out.
    func rates(each step: Duration) -> [Double] {
        guard let last = samples.last else { return [] }
        var rates: [Double] = []
        var end = last
        for sample in samples.reversed() where end.at - sample.at >= step {
            rates.append(Double(end.count - sample.count) / ((end.at - sample.at) / .seconds(1)))
            end = sample
        }
        return rates.reversed()
    }
}
