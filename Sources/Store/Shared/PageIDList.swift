/// A list of page ids in few bytes: pages that are found together have ids near each other.
///
/// Each number is the difference to the one before, from 0, as a zigzag varint (Protocol Buffers, "Encoding").
package struct PageIDList: Sendable {
    /// The bytes that are stored.
    package private(set) var bytes: [UInt8] = []
    private var last: Int64 = 0

    /// None.
    package init() {}

    /// Adds an id.
    package mutating func append(_ id: Int64) {
        let difference = id &- last
        last = id
        var value = UInt64(bitPattern: (difference << 1) ^ (difference >> 63))
        while value >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
            value >>= 7
        }
        bytes.append(UInt8(value))
    }

    /// Begins anew.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        last = 0
    }

    /// The ids that bytes stand for; what is cut short is left out.
    package static func ids(in bytes: [UInt8]) -> [Int64] {
        var ids: [Int64] = []
        var last: Int64 = 0
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            value |= UInt64(byte & 0x7f) << shift
            shift += 7
            guard byte & 0x80 == 0 else { continue }
            last &+= Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
            ids.append(last)
            value = 0
            shift = 0
        }
        return ids
    }
}
