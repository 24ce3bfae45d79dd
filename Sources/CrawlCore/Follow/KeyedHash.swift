/// A 64-bit hash of bytes that are given piece by piece, fast enough for every link of every page: FNV-1a from a secret
/// start, finished with SplitMix64's mixer.
///
/// Sets of a page's links hold hashes instead of texts. The start differs from process to process, so that no server
/// can make up URLs that share a hash. Stored keys are ``URLKey``s instead.
struct KeyedHash {
    private static let secret = UInt64.random(in: .min ... .max)

    private var state = Self.secret

    /// The hash of what was given so far.
    var value: UInt64 {
        var hash = state
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }

    mutating func combine(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    mutating func combine(_ bytes: Span<UInt8>) {
        for index in 0..<bytes.count { combine(bytes[index]) }
    }

    /// The end of what went before, and a number: no byte of a URL is 0xFF.
    mutating func end(with number: UInt16) {
        combine(0xFF)
        combine(UInt8(truncatingIfNeeded: number))
        combine(UInt8(truncatingIfNeeded: number >> 8))
    }
}
