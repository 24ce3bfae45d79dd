/// Where a path has which pairs of neighbouring bytes: what tells most rules from those that may match it, and where in
/// the path it is worth to look for one.
///
/// Positions are chained by a hash of the pair, in order. There are at least four chains a byte of the path, up to 8,192;
/// most are empty.
struct RobotsPathIndex {
    /// The longest path that can be indexed: positions are 16 bits wide.
    static let maximumLength = 65_534

    /// No chain is this: a byte that stands for itself is in the path, and none of the pairs.
    private static let byteOnly = UInt16.max

    private let mask: Int
    /// A position plus one, or 0: first where each chain begins, and then, for each position, where its chain goes on.
    private var links: [UInt16]

    /// Indexes a path of ASCII.
    init(_ path: Span<UInt8>) {
        var chains = 256
        while chains < 4 * path.count, chains < 8_192 { chains *= 2 }
        mask = chains - 1
        links = [UInt16](repeating: 0, count: chains + path.count)

        var index = path.count - 1
        while index > 0 {
            let chain = Int(Self.hash(path[index - 1], path[index])) & mask
            links[chains + index - 1] = links[chain]
            links[chain] = UInt16(truncatingIfNeeded: index)
            index -= 1
        }
        for index in 0..<path.count {
            let chain = Int(Self.hash(path[index])) & mask
            if links[chain] == 0 { links[chain] = Self.byteOnly }
        }
    }

    /// Whether the path may have all four of what a pattern needs.
    func contains(_ probes: Probes) -> Bool {
        let hashes = probes.hashes
        // All four at once: a branch for each would be guessed wrong too often.
        let first = links[Int(truncatingIfNeeded: hashes) & mask]
        let second = links[Int(truncatingIfNeeded: hashes >> 16) & mask]
        let third = links[Int(truncatingIfNeeded: hashes >> 32) & mask]
        let fourth = links[Int(truncatingIfNeeded: hashes >> 48) & mask]
        return min(min(first, second), min(third, fourth)) != 0
    }

    /// The first place at or after a position where the path may have a pair; `nil` where it has none.
    ///
    /// - Parameters:
    ///   - path: what was indexed, or the beginning of it.
    ///   - allowance: is lowered by the steps that it takes.
    func first(
        _ first: UInt8, _ second: UInt8, in path: Span<UInt8>, from position: Int, allowance: inout Int
    ) -> Int? {
        var link = links[Int(Self.hash(first, second)) & mask]
        guard link != Self.byteOnly else { return nil }
        // A long chain would be as much work as the path.
        for _ in 0..<8 {
            // A link is the position after the place it stands for: that of the pair's second byte.
            guard link > 0, Int(link) < path.count else { return nil }
            let place = Int(link) - 1
            if place >= position, path[place] == first, path[place + 1] == second { return place }
            link = links[mask + Int(link)]
            allowance -= 2
        }
        return position
    }

    /// What a path must have for a pattern to match it.
    struct Probes: Sendable {
        fileprivate let hashes: UInt64

        /// The last four pairs of a pattern; of a byte that stands alone between stars, the byte.
        init(_ pattern: Span<UInt8>) {
            // Every path has a slash.
            var hashes = UInt64(RobotsPathIndex.hash(ASCII.slash)) &* 0x0001_0001_0001_0001
            var found = 0
            var index = pattern.count
            while index > 0, found < 4 {
                index -= 1
                let byte = pattern[index]
                guard byte != ASCII.star else { continue }
                let isFirst = index == 0 || pattern[index - 1] == ASCII.star
                let isLast = index + 1 == pattern.count || pattern[index + 1] == ASCII.star
                if isFirst, !isLast { continue }
                let hash =
                    isFirst ? RobotsPathIndex.hash(byte) : RobotsPathIndex.hash(pattern[index - 1], byte)
                hashes = hashes << 16 | UInt64(hash)
                found += 1
            }
            self.hashes = hashes
        }
    }

    private static func hash(_ first: UInt8, _ second: UInt8) -> UInt16 {
        let code = UInt32(first) << 8 | UInt32(second)
        return UInt16(truncatingIfNeeded: (code &* 0x9E37_79B1) >> 16)
    }

    private static func hash(_ byte: UInt8) -> UInt16 { hash(byte, 0) }
}
