package import CrawlCore

extension FragmentPlaces {
    /// The places that `page_places.hashes` holds.
    package init(littleEndian bytes: [UInt8], isCut: Bool) {
        var hashes: [UInt64] = []
        hashes.reserveCapacity(bytes.count / 8)
        for start in stride(from: 0, to: bytes.count - 7, by: 8) {
            hashes.append((0..<8).reduce(0) { $0 | UInt64(bytes[start + $1]) << (8 * $1) })
        }
        self.init(hashes: hashes, isCut: isCut)
    }

    /// The hashes as they are stored.
    package var littleEndian: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * 8)
        for hash in hashes { withUnsafeBytes(of: hash.littleEndian) { bytes.append(contentsOf: $0) } }
        return bytes
    }
}

/// A fragment that names no place of its page.
package struct FragmentFault: Sendable {
    /// The page.
    package let page: Int64
    /// The fragment, as links write it.
    package let fragment: String
    /// What is to be said of a link with it.
    package let verdict: LinkVerdict
    /// Why.
    package let reason: LinkReason

    /// A fault.
    package init(page: Int64, fragment: String, verdict: LinkVerdict, reason: LinkReason) {
        self.page = page
        self.fragment = fragment
        self.verdict = verdict
        self.reason = reason
    }
}
