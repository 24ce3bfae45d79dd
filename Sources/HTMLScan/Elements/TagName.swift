internal import TrawlText

/// The name of a tag in lower case, packed into 16 bytes, so that comparing is one operation and nothing is
/// allocated.
///
/// No element that the HTML Standard gives a meaning has a longer name.
struct TagName: Equatable {
    private(set) var bits: UInt128 = 0
    private(set) var count = 0

    /// The most bytes that a name keeps.
    static let capacity = 16

    init() {}

    /// Packs a name that is in lower case.
    init(_ name: StaticString) {
        for byte in name.bytes { append(byte) }
    }

    /// Packs a name.
    init(_ name: String) {
        for byte in name.utf8 { append(byte) }
    }

    /// Packs a name of libxml2's, which has them in lower case.
    init(cString: UnsafePointer<UInt8>) {
        var next = cString
        while next.pointee != 0, count <= Self.capacity {
            append(next.pointee)
            next += 1
        }
    }

    /// Adds a byte to the name, in lower case.
    @inline(__always)
    mutating func append(_ byte: UInt8) {
        // A NUL is kept as a byte that no known name has.
        let letter = UInt128(byte == 0 ? 0xFF : byte.asciiLowercased)
        guard count < Self.capacity else { return hash(letter) }
        bits |= letter << UInt128(8 * count)
        count += 1
    }

    /// A longer name is kept as a hash (FNV-1a), marked by a last byte that no name has.
    private mutating func hash(_ letter: UInt128) {
        bits = (bits ^ letter) &* 0x0000_0000_0100_0000_0000_0000_0000_013B | 0xFE << 120
        count += 1
    }

    static func == (left: TagName, right: TagName) -> Bool { left.bits == right.bits }

    /// Whether the name consists of letters, digits and hyphens, and is short enough to be kept whole.
    var isPlain: Bool {
        var rest = bits
        repeat {
            let byte = UInt8(truncatingIfNeeded: rest)
            guard byte.isASCIILetter || byte.isASCIIDigit || byte == UInt8(ascii: "-") else { return false }
            rest >>= 8
        } while rest != 0
        return true
    }

    /// The name's bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        forEachByte { bytes.append($0) }
        return bytes
    }

    /// The name's bytes in turn.
    func forEachByte(_ body: (UInt8) -> Void) {
        var rest = bits
        while rest != 0 {
            body(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }
}
