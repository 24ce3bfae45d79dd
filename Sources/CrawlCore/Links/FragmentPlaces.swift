internal import CXXHash

/// The places of a page that a fragment may name: the `id` of each element, and the `name` of each `a` element (HTML Standard,
/// section 7.4.6.4, "find a potential indicated element").
package struct FragmentPlaces: Sendable, Equatable {
    /// The hash of each of them, in ascending order.
    package let hashes: [UInt64]
    /// Whether the page has more, or was not read to its end.
    package let isCut: Bool

    /// The places of a page.
    ///
    /// - Parameter hashes: of each place, in ascending order.
    package init(hashes: [UInt64], isCut: Bool) {
        self.hashes = hashes
        self.isCut = isCut
    }

    /// The hash of a place: XXH3 of 64 bits. In a page of 100,000 places one lookup in 10^14 finds a place that is not there.
    package static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        bytes.withUnsafeBufferPointer { XXH3_64bits($0.baseAddress, $0.count) }
    }

    /// What is wrong with a fragment of the page; nil for nothing.
    ///
    /// As a browser does (HTML Standard, section 7.4.6.3, "select the indicated part"), it looks for the fragment as it is written, then
    /// percent-decoded, and takes `top` in any case for the top of the page. What `:~:` begins is an instruction to the browser, and
    /// no part of the name (WICG, URL Fragment Text Directives).
    ///
    /// - Parameter fragment: without `#`, as it is written.
    package func fault(of fragment: String) -> (LinkVerdict, LinkReason)? {
        let bytes = Array(fragment.utf8)
        let name = Array(FragmentPlaces.withoutDirective(bytes))
        guard !name.isEmpty else { return nil }
        if contains(FragmentPlaces.hash(name.span)) { return nil }
        let decoded = String(decoding: [UInt8](percentDecoding: name.span), as: UTF8.self)
        if contains(FragmentPlaces.hash(Array(decoded.utf8).span)) { return nil }
        if decoded.lowercased() == "top" { return nil }
        // Programs on the page make such places: `#/route`, `#!state`.
        if name.first == UInt8(ascii: "/") || name.first == UInt8(ascii: "!") {
            return (.unsure, .scriptFragment)
        }
        if hashes.isEmpty { return (.unsure, .scriptFragment) }
        return isCut ? (.unsure, .cutShort) : (.broken, .noFragment)
    }

    private static func withoutDirective(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let mark: [UInt8] = [UInt8(ascii: ":"), UInt8(ascii: "~"), UInt8(ascii: ":")]
        guard bytes.count >= mark.count else { return bytes[...] }
        for start in 0...(bytes.count - mark.count)
        where bytes[start..<start + mark.count].elementsEqual(mark) {
            return bytes[..<start]
        }
        return bytes[...]
    }

    private func contains(_ hash: UInt64) -> Bool {
        var (low, high) = (0, hashes.count)
        while low < high {
            let middle = (low + high) / 2
            if hashes[middle] < hash { low = middle + 1 } else { high = middle }
        }
        return low < hashes.count && hashes[low] == hash
    }
}
