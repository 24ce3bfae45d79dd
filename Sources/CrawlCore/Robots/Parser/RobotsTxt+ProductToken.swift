extension RobotsTxt {
    /// The product token by which a robots.txt may name the sender of a `User-Agent` field (RFC 9309, section 2.2.1).
    ///
    /// `trawl/0.3 (+https://example.org)` gives `trawl`, and `Mozilla/5.0 (compatible; ExampleBot/0.1; …)` gives
    /// `ExampleBot`, as in the RFC's own example. Empty for an empty field.
    ///
    /// The RFC wants letters, hyphens and underscores only; where the field has other characters in the name they are
    /// left in, and only a robots.txt that has them too names the crawler.
    package static func productToken(ofUserAgent userAgent: String) -> String {
        let bytes = Array(userAgent.utf8)
        let start = nameStart(in: bytes.span)
        let end = bytes[start...].firstIndex(where: \.endsProductName) ?? bytes.count
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// Where the crawler's name begins: behind "compatible;" for one that calls itself Mozilla.
    private static func nameStart(in bytes: Span<UInt8>) -> Int {
        let isCompatible = bytes.startsIgnoringCase("mozilla/")
        var index = 0
        while isCompatible, index < bytes.count {
            if bytes.extracting(index...).startsIgnoringCase("compatible;") {
                index += 11
                while index < bytes.count, bytes[index].isASCIIWhitespace { index += 1 }
                return index
            }
            index += 1
        }
        return 0
    }
}

extension UInt8 {
    /// Whether a product's name ends before the byte: a slash, white space, or what delimits comments and their parts.
    fileprivate var endsProductName: Bool {
        switch self {
        case ASCII.slash, UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"), UInt8(ascii: ","): true
        default: isASCIIWhitespace
        }
    }
}
