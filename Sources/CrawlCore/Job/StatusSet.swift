/// A set of HTTP status codes, 100 to 599.
package struct StatusSet: Sendable, Equatable {
    // One bit a status; 600 bits are ten words.
    private var words: [UInt64]

    /// The empty set.
    package init() {
        words = Array(repeating: 0, count: 10)
    }

    /// The statuses that count as success unless a job says otherwise: 200–299 and 304.
    package static let standard: StatusSet = {
        var set = StatusSet()
        set.insert(200...299)
        set.insert(304...304)
        return set
    }()

    /// Whether a status is in the set. What is outside 100–599 never is.
    package func contains(_ status: Int) -> Bool {
        guard (0..<640).contains(status) else { return false }
        return words[status >> 6] & (1 << UInt64(status & 63)) != 0
    }

    /// Adds a range of statuses.
    ///
    /// - Precondition: the range lies within 100–599.
    package mutating func insert(_ statuses: ClosedRange<Int>) {
        precondition(statuses.lowerBound >= 100 && statuses.upperBound <= 599, "an HTTP status is 100 to 599")
        for status in statuses { words[status >> 6] |= 1 << UInt64(status & 63) }
    }
}
