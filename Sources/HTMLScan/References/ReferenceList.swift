internal import CXXHash

/// The references of a page, each kept once with its number, up to limits.
struct ReferenceList {
    /// The most references that are kept.
    static let limit = 100_000
    /// The most bytes of URLs and texts that are kept.
    static let byteLimit = 8 << 20

    private(set) var references: [CountedReference] = []
    /// Whether a reference was left out, or the page could not be read whole.
    var isCutShort = false

    private var indices: [Key: Int] = [:]
    private var byteCount = 0
    private var scratch: [UInt8] = []

    /// What tells references apart: XXH3 of all they hold. Texts are not compared, as Swift's `==` takes canonically
    /// equivalent ones as equal.
    private struct Key: Hashable {
        let low: UInt64
        let high: UInt64
    }

    /// Adds a reference, or counts it once more.
    mutating func add(_ reference: PageReference, line: Int, count: Int = 1) {
        let key = key(of: reference)
        if let index = indices[key] {
            references[index].count += count
            return
        }
        guard references.count < Self.limit, byteCount + scratch.count <= Self.byteLimit else {
            isCutShort = true
            return
        }
        byteCount += scratch.count
        indices[key] = references.count
        references.append(CountedReference(reference: reference, line: line, count: count))
    }

    /// Adds a URL of CSS.
    ///
    /// - Parameter attribute: The attribute that holds the CSS; nil where it is an element's content or a sheet of its own.
    mutating func add(_ link: CSSLink, element: String, attribute: String? = nil) {
        let url = ReferenceURL(link.url)
        add(
            PageReference(
                .asset, element: element, attribute: attribute ?? link.origin.rawValue, url: url.text,
                isCutOff: link.isCutOff || url.isCutOff), line: link.line)
    }

    private mutating func key(of reference: PageReference) -> Key {
        scratch.removeAll(keepingCapacity: true)
        for text in [reference.element, reference.attribute, reference.rel, reference.text, reference.base] {
            // No valid text has such a byte.
            if let text { scratch.append(contentsOf: text.utf8) } else { scratch.append(0xFE) }
            scratch.append(0xFF)
        }
        scratch.append(contentsOf: reference.url.utf8)
        let hash = scratch.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
        return Key(low: hash.low64, high: hash.high64)
    }
}

/// A URL as it is kept.
struct ReferenceURL {
    let text: String
    /// Whether it is longer than what is kept of it.
    let isCutOff: Bool

    init(_ url: String) {
        let limit =
            Self.hasContent(url) ? PageReference.contentURLLimit : PageReference.urlLimit
        isCutOff = url.utf8.count > limit
        text = isCutOff ? String(decoding: url.utf8.prefix(limit), as: UTF8.self) : url
    }

    private static func hasContent(_ url: String) -> Bool {
        // The colon ends the scheme: no other has such a beginning.
        url.utf8.starts(with: "data:".utf8) { $0 | 0x20 == $1 | 0x20 }
            || url.utf8.starts(with: "javascript:".utf8) { $0 | 0x20 == $1 | 0x20 }
    }
}
