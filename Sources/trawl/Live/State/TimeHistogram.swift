/// How long things took, counted in classes that Prometheus knows as buckets.
struct TimeHistogram: Sendable, Equatable {
    /// The longest time of each class but the last, in microseconds. The last one has no end. Never changed, as queries name them.
    static let bounds: [Int64] = [
        5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000,
        30_000_000, 60_000_000,
    ]

    /// How many times fell into each class.
    private(set) var counts = [Int64](repeating: 0, count: bounds.count + 1)
    /// All times together, in microseconds.
    private(set) var sum: Int64 = 0

    /// How many times there were.
    var count: Int64 { counts.reduce(0, +) }

    /// Counts a time, in microseconds.
    mutating func add(_ microseconds: Int64) {
        var place = 0
        while place < Self.bounds.count, microseconds > Self.bounds[place] { place += 1 }
        counts[place] += 1
        sum += microseconds
    }
}
