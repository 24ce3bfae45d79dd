/// Rows met lately, by a hash of what they are found by. Of those that share a place, it holds the last one.
///
/// The hash is Swift's of 64 bits (SipHash). It is seeded anew in each process, so that nobody can make two that are alike.
package struct RecentRows: Sendable {
    private static let capacity = 1 << 16
    private var places: [(hash: Int, row: Int64)] = []

    /// None.
    package init() {}

    /// The row of a hash; nil where it is not remembered.
    package func row(_ hash: Int) -> Int64? {
        guard !places.isEmpty else { return nil }
        let place = places[hash & (RecentRows.capacity - 1)]
        return place.row != 0 && place.hash == hash ? place.row : nil
    }

    /// Remembers a row.
    package mutating func remember(_ hash: Int, row: Int64) {
        if places.isEmpty { places = Array(repeating: (0, 0), count: RecentRows.capacity) }
        places[hash & (RecentRows.capacity - 1)] = (hash, row)
    }
}
