/// XXH3 of 128 bits over a body after decoding: tells whether two bodies are the same, for less than a parser costs.
///
/// Somebody could make two bodies with the same digest on purpose. Where that matters, the bodies themselves are
/// compared.
package struct ContentDigest: Hashable, Sendable {
    /// The high half.
    package let high: UInt64
    /// The low half.
    package let low: UInt64

    /// A digest of two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The digest as 32 hexadecimal digits, as `xxh128sum` prints it.
    package var hexadecimal: String {
        [high, low].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
