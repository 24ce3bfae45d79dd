/// Which pairs of neighbouring bytes a path has, and which bytes: what tells most rules from those that may match it.
///
/// A set of 4,096 places for the pairs, which may share one, and of 256 for the bytes. A path of 60 bytes fills two
/// places in a hundred, one of 2,000 less than half.
struct RobotsGramSet {
    private static let pairs = 4_096

    private var words = InlineArray<68, UInt64>(repeating: 0)

    /// The pairs and bytes of a path.
    init(_ path: Span<UInt8>) {
        var previous: UInt8 = 0
        for index in 0..<path.count {
            let byte = path[index]
            insert(Self.place(previous, byte))
            insert(Self.place(byte))
            previous = byte
        }
    }

    /// Whether all four places are filled.
    func contains(_ probes: Probes) -> Bool {
        let places = probes.places
        return bit(places & 0xFFFF) & bit(places >> 16 & 0xFFFF) & bit(places >> 32 & 0xFFFF)
            & bit(places >> 48) != 0
    }

    /// Four places that a path must fill for a pattern to match it.
    struct Probes: Sendable {
        fileprivate let places: UInt64

        /// The last four pairs of a pattern; of what stands alone between stars, the byte.
        init(_ pattern: Span<UInt8>) {
            // Every path has a slash.
            var places = UInt64(RobotsGramSet.place(ASCII.slash)) &* 0x0001_0001_0001_0001
            var found = 0
            var index = pattern.count
            while index > 0, found < 4 {
                index -= 1
                let byte = pattern[index]
                guard byte != ASCII.star else { continue }
                let isFirst = index == 0 || pattern[index - 1] == ASCII.star
                let isLast = index + 1 == pattern.count || pattern[index + 1] == ASCII.star
                if isFirst, !isLast { continue }
                let place =
                    isFirst ? RobotsGramSet.place(byte) : RobotsGramSet.place(pattern[index - 1], byte)
                places = places << 16 | UInt64(place)
                found += 1
            }
            self.places = places
        }
    }

    private static func place(_ first: UInt8, _ second: UInt8) -> Int {
        (Int(first) << 5 ^ Int(second)) & (pairs - 1)
    }

    private static func place(_ byte: UInt8) -> Int { pairs + Int(byte) }

    private mutating func insert(_ place: Int) { words[place >> 6] |= 1 << UInt64(place & 63) }

    private func bit(_ place: UInt64) -> UInt64 { words[Int(place >> 6)] >> (place & 63) & 1 }
}
