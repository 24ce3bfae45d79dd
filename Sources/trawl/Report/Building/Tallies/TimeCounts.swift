/// How often each duration was met, in whole milliseconds. Exact, and no larger than there are different durations.
struct TimeCounts {
    private(set) var counts: [Int64: Int64] = [:]
    private(set) var total: Int64 = 0

    mutating func add(_ milliseconds: Int64) {
        counts[max(0, milliseconds), default: 0] += 1
        total += 1
    }

    /// The least duration that so large a part of all does not exceed (the nearest rank); nil where there is none.
    ///
    /// - Parameter part: above 0 and at most 1.
    func percentile(_ part: Double) -> Int64? {
        percentiles([part]).first
    }

    /// The same of several, in rising order.
    func percentiles(_ parts: [Double]) -> [Int64] {
        guard total > 0 else { return [] }
        var found: [Int64] = []
        var seen: Int64 = 0
        var rest = parts[...]
        for (time, count) in counts.sorted(by: { $0.key < $1.key }) {
            seen += count
            while let part = rest.first, seen >= max(1, Int64((part * Double(total)).rounded(.up))) {
                found.append(time)
                rest.removeFirst()
            }
        }
        return found
    }

    /// How many lie in each of these ranges: below the first bound, from each bound to the next, and from the last on.
    func histogram(_ bounds: [Int64]) -> [Int64] {
        var bins = [Int64](repeating: 0, count: bounds.count + 1)
        for (time, count) in counts { bins[bounds.firstIndex { time < $0 } ?? bounds.count] += count }
        return bins
    }
}

/// The phases of a request, each as the time that it took by itself.
enum RequestPhase: String, CaseIterable {
    case name
    case connect
    case wait
    case download
    case total

    /// What it is called.
    var heading: String {
        switch self {
        case .name: "Name"
        case .connect: "Connection"
        case .wait: "First byte"
        case .download: "Receiving"
        case .total: "Whole request"
        }
    }
}
