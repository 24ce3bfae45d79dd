internal import CXXHash

/// The ids in a page that a fragment of a URL can name: those of all its elements, and the names of its `a` elements.
///
/// They are kept as hashes, XXH3 with 64 bits of their UTF-8.
package struct ElementIDs: Equatable, Sendable {
    /// The most ids that are kept.
    package static let limit = 100_000

    /// The hashes, sorted and each once.
    package private(set) var hashes: [UInt64]
    /// Whether the page has more ids than are kept, or could not be read whole.
    package internal(set) var isCutShort: Bool

    /// Ids of hashes in any order.
    package init(hashes: [UInt64] = [], isCutShort: Bool = false) {
        self.hashes = hashes
        self.isCutShort = isCutShort
        compact()
    }

    /// The hash of an id.
    package static func hash(_ id: String) -> UInt64 {
        var id = id
        return id.withUTF8 { XXH3_64bits($0.baseAddress, $0.count) }
    }

    /// Whether an id of this hash is there.
    package func contains(_ hash: UInt64) -> Bool {
        var low = 0
        var high = hashes.count
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] == hash { return true }
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return false
    }

    /// Adds an id. The hashes are in order again after ``compact()``.
    mutating func insert(_ id: String) {
        guard !isCutShort else { return }
        hashes.append(Self.hash(id))
        // The same id may be there any number of times.
        if hashes.count >= 2 * Self.limit { compact() }
    }

    /// Sorts the hashes, and leaves out those that are there twice and those beyond the limit.
    mutating func compact() {
        guard !hashes.isEmpty else { return }
        hashes.sort()
        var count = 1
        for index in 1..<hashes.count where hashes[index] != hashes[count - 1] {
            hashes[count] = hashes[index]
            count += 1
        }
        if count > Self.limit { isCutShort = true }
        hashes.removeSubrange(min(count, Self.limit)...)
    }
}
