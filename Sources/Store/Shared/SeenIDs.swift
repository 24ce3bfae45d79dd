/// Ids that were met, a bit each. There is room for 32 million; where there are more, some are met again.
package struct SeenIDs: Sendable {
    private var blocks: [Int64: [UInt64]] = [:]
    private static let capacity = 1_024

    /// None.
    package init() {}

    /// Whether the id is new.
    package mutating func insert(_ id: Int64) -> Bool {
        let (block, place) = (id >> 15, Int(id & 0x7fff))
        if blocks[block] == nil {
            if blocks.count >= SeenIDs.capacity { blocks.removeAll(keepingCapacity: true) }
            blocks[block] = Array(repeating: 0, count: 512)
        }
        let bit = UInt64(1) << UInt64(place & 63)
        return blocks[block, default: []].withUnsafeMutableBufferPointer { words in
            defer { words[place >> 6] |= bit }
            return words[place >> 6] & bit == 0
        }
    }
}
