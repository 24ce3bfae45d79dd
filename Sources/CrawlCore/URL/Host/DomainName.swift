import CIDN2

/// International domain names in the ASCII form that DNS knows: UTS #46 "ToASCII", non-transitional, with CheckHyphens,
/// UseSTD3ASCIIRules and VerifyDnsLength off, as the URL Standard asks for (section 3.3).
///
/// libidn2 does the mapping, normalising and encoding, label by label. Three things are done here, because libidn2 does
/// IDNA 2008 over the tables of Unicode 14:
///
/// - characters that Unicode maps otherwise since then are mapped first (``currentMapping(of:)``);
/// - what only IDNA 2008 forbids, such as hearts, leading hyphens and long labels, is asked for again in a way that
///   allows it;
/// - the Bidi rule holds for all labels of a domain, not for each by itself.
///
/// What remains: characters newer than libidn2's tables are refused, and symbols within text from right to left.
enum DomainName {
    /// The longest domain that is looked at, in bytes; longer ones have no ASCII form here. DNS ends at 255. The limit is
    /// there because Punycode takes time that grows with the square of the length.
    static let maximumLength = 2048

    /// Appends the ASCII form of a domain.
    /// - Parameter domain: UTF-8, free of control characters. (What else domains may not hold is looked for in the result.)
    /// - Returns: whether the domain has an ASCII form; if not, what was appended is of no use.
    static func appendASCII(of domain: Span<UInt8>, to output: inout [UInt8]) -> Bool {
        guard domain.count <= maximumLength else { return false }
        // Bytes that are not UTF-8 become U+FFFD, which no domain may hold.
        let text = domain.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        let labels = labels(of: text)
        let isBidi = labels.contains(where: \.isRightToLeft)
        for (index, label) in labels.enumerated() {
            if isBidi, !label.mayStandInBidiDomain { return false }
            guard let ascii = label.ascii else { return false }
            if index > 0 { output.append(ASCII.dot) }
            output.append(contentsOf: ascii.utf8)
        }
        return true
    }

    /// Splits a domain at its dots, of which there are four.
    private static func labels(of domain: String) -> [DomainLabel] {
        var labels: [DomainLabel] = []
        var label = String.UnicodeScalarView()
        for scalar in domain.unicodeScalars {
            switch scalar {
            case ".", "\u{3002}", "\u{FF0E}", "\u{FF61}":
                labels.append(DomainLabel(text: String(label)))
                label.removeAll()
            default:
                if let mapped = currentMapping(of: scalar) { label.append(mapped) }
            }
        }
        labels.append(DomainLabel(text: String(label)))
        return labels
    }

    /// What UTS #46 maps a character to (`nil`: to nothing) where that is not what libidn2 2.3.3 does; any other
    /// character comes back as it is.
    ///
    /// Found by comparing libidn2 with IdnaMappingTable.txt for each code point. Since Unicode 15.1 the capital sharp s
    /// keeps its sharpness; since 16.0 letters that got a lower case after Unicode 3.2 are mapped to it, five
    /// compatibility ideographs to their corrected decompositions, and invisible characters are ignored.
    private static func currentMapping(of scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0x04C0: "\u{04CF}"
        case 0x10A0...0x10C5: Unicode.Scalar(scalar.value - 0x10A0 + 0x2D00)
        case 0x1E9E: "\u{00DF}"
        // libidn2 does the same to these, but then refuses the hyphen.
        case 0xFE63, 0xFF0D: "-"
        case 0x2132: "\u{214E}"
        case 0x2183: "\u{2184}"
        case 0x2F868: "\u{36FC}"
        case 0x2F874: "\u{5F53}"
        case 0x2F91F: "\u{243AB}"
        case 0x2F95F: "\u{7AEE}"
        case 0x2F9BF: "\u{45D7}"
        case 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x2061...0x2063, 0x206A...0x206F, 0x3164, 0xFFA0,
            0x1D173...0x1D17A:
            nil
        default: scalar
        }
    }
}
