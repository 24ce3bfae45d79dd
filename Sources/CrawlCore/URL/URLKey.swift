/// The 64-bit key that identifies a request within a run: FNV-1a (draft-eastlake-fnv) over the request's parts,
/// finished with SplitMix64's mixer so that nearby URLs spread over the index.
///
/// Two requests may share a key by chance, or because a server made up the URLs. So the store also compares the URLs.
package struct URLKey: Hashable, Sendable {
    /// The key as SQLite keeps it.
    package let rawValue: Int64

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
        mix(url)
        for part in content ?? [] { mix(part ?? "\u{0}") }
        hash ^= salt &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        rawValue = Int64(bitPattern: hash ^ (hash >> 31))
    }
}
