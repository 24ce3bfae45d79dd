import CIDN2

/// One label of an international domain name, as it was written.
struct DomainLabel {
    let text: String

    /// The label in its ASCII form; `nil` if it has none.
    var ascii: String? {
        if isEncoded { return asciiIfValid }
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return lowercased }
        switch Self.lookUp(text, flags: IDN2_NONTRANSITIONAL.rawValue) {
        case .success(let ascii): return ascii
        case .failure(let refusal): return refusal.isUnknownToUTS46 ? asciiWithoutIDNA2008 : nil
        }
    }

    /// Whether the label is in the ASCII form already.
    private var isEncoded: Bool {
        text.utf8.count >= 4 && text.utf8.starts(with: "xn--".utf8) { $0.asciiLowercased == $1 }
    }

    private var lowercased: String {
        String(decoding: text.utf8.map(\.asciiLowercased), as: UTF8.self)
    }

    /// The label, which is encoded, if encoding what it stands for gives the same again.
    private var asciiIfValid: String? {
        guard let scalars = Punycode.decode(Array(lowercased.utf8)[4...]) else { return nil }
        var decoded = String.UnicodeScalarView()
        decoded.append(contentsOf: scalars)
        return DomainLabel(text: String(decoded)).ascii == lowercased ? lowercased : nil
    }

    /// The ASCII form of a label that libidn2 refuses and UTS #46 does not: for symbols, for hyphens at its ends or in
    /// third and fourth place, or for being too long.
    ///
    /// libidn2 leaves IDNA 2008 out in transitional processing. Other characters stand in there for the hyphens, and for
    /// those characters that transitional processing would map; in the result they are changed back. The Bidi rule is
    /// left out too, so that labels from right to left stay refused.
    private var asciiWithoutIDNA2008: String? {
        guard !isRightToLeft, joinersFollowViramas else { return nil }
        let standIns = standIns
        var mapped: [Unicode.Scalar] = []
        for piece in pieces {
            var disguised = String.UnicodeScalarView()
            for scalar in piece {
                disguised.append(standIns.first { $0.original == scalar }?.standIn ?? scalar)
            }
            guard let piece = Self.map(String(disguised)) else { return nil }
            mapped += piece.map { scalar in standIns.first { $0.standIn == scalar }?.original ?? scalar }
        }
        let isASCII = mapped.allSatisfy(\.isASCII)
        let ascii = isASCII ? mapped.map { UInt8(truncatingIfNeeded: $0.value) } : Punycode.encode(mapped)
        // "xn--" that comes to light only now, from letters of full width, was not decoded.
        guard !mapped.starts(with: "xn--".unicodeScalars) else { return nil }
        return (isASCII ? "" : "xn--") + String(decoding: ascii, as: UTF8.self)
    }

    /// The label in pieces that libidn2 does not find too long, where it can be cut: before a letter or digit of ASCII,
    /// which is composed with nothing before it.
    private var pieces: [[Unicode.Scalar]] {
        var pieces: [[Unicode.Scalar]] = [[]]
        for scalar in text.unicodeScalars {
            let mayBegin = scalar.isASCII && scalar != "-"
            if mayBegin, pieces[pieces.count - 1].count >= 8 { pieces.append([]) }
            pieces[pieces.count - 1].append(scalar)
        }
        return pieces
    }

    /// A text mapped and normalised by libidn2, without the tests of IDNA 2008.
    private static func map(_ text: String) -> [Unicode.Scalar]? {
        let flags = IDN2_TRANSITIONAL.rawValue | IDN2_NO_ALABEL_ROUNDTRIP.rawValue
        guard case .success(let ascii) = lookUp(text, flags: flags) else { return nil }
        let bytes = Array(ascii.utf8)
        return bytes.starts(with: "xn--".utf8)
            ? Punycode.decode(bytes[4...]) : bytes.map { Unicode.Scalar($0) }
    }

    /// What stands for the characters that libidn2 must not see: for the hyphen a control character, which no domain
    /// holds, for the others runes that the label does not hold. Neither is mapped or composed.
    private var standIns: [(original: Unicode.Scalar, standIn: Unicode.Scalar)] {
        var runes = (0x16A0...0x16EA).lazy.compactMap { Unicode.Scalar($0 as UInt32) }
            .filter { !text.unicodeScalars.contains($0) }.makeIterator()
        var standIns: [(original: Unicode.Scalar, standIn: Unicode.Scalar)] = [("-", "\u{1}")]
        for original in ["\u{DF}", "\u{3C2}", "\u{200C}", "\u{200D}"] as [Unicode.Scalar] {
            if let rune = runes.next() { standIns.append((original, rune)) }
        }
        return standIns
    }

    private static func lookUp(_ text: String, flags: UInt32) -> Result<String, Refusal> {
        var result: UnsafeMutablePointer<CChar>?
        // Safe because the text holds no NUL, and libidn2 returns a string of its own that is freed here.
        let code = idn2_to_ascii_8z(text, &result, Int32(bitPattern: flags))
        defer { idn2_free(result) }
        guard code == IDN2_OK.rawValue, let result else { return .failure(Refusal(code: code)) }
        return .success(String(cString: result))
    }
}

/// Why libidn2 refuses a label.
private struct Refusal: Error {
    let code: Int32

    /// Whether it may be one of the tests that UTS #46 does not make, or not without CheckHyphens and VerifyDnsLength.
    /// (The tables that libidn2 has for IDNA 2008 are older than those it has for UTS #46: hence "unassigned".)
    var isUnknownToUTS46: Bool {
        let codes = [
            IDN2_2HYPHEN, IDN2_HYPHEN_STARTEND, IDN2_DISALLOWED, IDN2_CONTEXTO, IDN2_CONTEXTO_NO_RULE,
            IDN2_UNASSIGNED, IDN2_ALABEL_ROUNDTRIP_FAILED, IDN2_TOO_BIG_LABEL, IDN2_TOO_BIG_DOMAIN,
            IDN2_PUNYCODE_BIG_OUTPUT,
        ]
        return codes.contains { $0.rawValue == code }
    }
}

extension DomainLabel {
    /// Whether zero-width joiners and non-joiners, if there are any, stand where every script allows them: after a
    /// virama (RFC 5892, appendixes A.1 and A.2).
    private var joinersFollowViramas: Bool {
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\u{200C}" || scalar == "\u{200D}",
                previous?.properties.canonicalCombiningClass != .virama
            {
                return false
            }
            previous = scalar
        }
        return true
    }
}
