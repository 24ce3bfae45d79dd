/// The 64-bit key by which a run knows a request again: 12 bits of its host's hash, then 52 of its own, so that the keys of a
/// host lie together, and pages that are found together touch few pages of the file. The hash is FNV-1a
/// (draft-eastlake-fnv) over the request's parts, finished with SplitMix64's mixer; that of the host is the same up to where
/// the URL's path begins.
///
/// Two requests may share a key by chance, or because a server made up the URLs. So the store also compares the URLs.
package struct URLKey: Hashable, Sendable {
    /// The key as SQLite keeps it.
    package let rawValue: Int64

    /// Bits of the host's hash.
    private static let hostBits: UInt64 = 12

    /// The key of a request.
    ///
    /// - Parameters:
    ///   - method: its method.
    ///   - url: its normalised URL.
    ///   - content: its name and what it sends, where that is more than a GET without a name; nil for that.
    ///   - salt: 0, or a count of keys that turned out to belong to another request.
    package init(method: String, url: String, content: [String?]? = nil, salt: UInt64 = 0) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        func mix(_ text: String) {
            for byte in text.utf8 { mix(byte) }
            mix(0xff)
        }
        mix(method)
        var host = hash
        var slashes = 0
        for byte in url.utf8 {
            if byte == UInt8(ascii: "/") {
                slashes += 1
                // The third one begins the path.
                if slashes == 3 { host = hash }
            }
            mix(byte)
        }
        mix(0xff)
        for part in content ?? [] { mix(part ?? "\u{0}") }
        hash ^= salt &* 0x9e37_79b9_7f4a_7c15
        rawValue = Int64(
            bitPattern: URLKey.finish(host) << (64 - URLKey.hostBits) | URLKey.finish(hash) >> URLKey.hostBits
        )
    }

    private static func finish(_ hash: UInt64) -> UInt64 {
        var hash = hash
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }
}
