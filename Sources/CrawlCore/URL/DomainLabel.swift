import CIDN2

/// One label of an international domain name, as it was written.
struct DomainLabel {
    let text: String

    /// The label in its ASCII form; `nil` if it has none.
    var ascii: String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }), !isEncoded {
            return String(decoding: text.utf8.map(\.asciiLowercased), as: UTF8.self)
        }
        return switch lookUp(text, flags: IDN2_NONTRANSITIONAL.rawValue) {
        case .success(let ascii): ascii
        case .failure(let refusal) where refusal.isForHyphens && !isEncoded: asciiWithHyphensHidden
        case .failure(let refusal) where refusal.isIDNA2008Only: asciiWithoutIDNA2008(text)
        case .failure: nil
        }
    }

    /// Whether the label is in the ASCII form already.
    private var isEncoded: Bool {
        text.utf8.count >= 4 && text.utf8.starts(with: "xn--".utf8) { $0.asciiLowercased == $1 }
    }

    /// The ASCII form of a label with hyphens where IDNA 2008 forbids them (at its ends, in third and fourth place).
    ///
    /// Punycode copies all ASCII characters to the front, and encodes the others' places without regard to which ASCII
    /// characters there are. So another one may stand for the hyphen: U+0001, which no domain holds.
    private var asciiWithHyphensHidden: String? {
        let stand: Unicode.Scalar = "\u{1}"
        var hidden = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            hidden.append(["-", "\u{FE63}", "\u{FF0D}"].contains(scalar) ? stand : scalar)
        }
        var ascii: String?
        switch lookUp(String(hidden), flags: IDN2_NONTRANSITIONAL.rawValue) {
        case .success(let result): ascii = result
        case .failure(let refusal) where refusal.isIDNA2008Only: ascii = asciiWithoutIDNA2008(String(hidden))
        case .failure: break
        }
        // Refused for hyphens within an encoded label, which full-width letters hid.
        guard let ascii, !ascii.utf8.starts(with: "xn\u{1}\u{1}".utf8) else { return nil }
        return String(decoding: ascii.utf8.map { $0 == 1 ? ASCII.hyphen : $0 }, as: UTF8.self)
    }

    /// The ASCII form of a label with characters that only IDNA 2008 forbids, such as symbols.
    ///
    /// libidn2 allows them in transitional processing. That differs only for the four characters that it maps and
    /// non-transitional processing keeps, and it leaves the Bidi rule out, so labels with either stay refused.
    private func asciiWithoutIDNA2008(_ text: String) -> String? {
        guard !isRightToLeft, !text.unicodeScalars.contains(where: \.isDeviation) else { return nil }
        let flags = IDN2_TRANSITIONAL.rawValue | IDN2_NO_ALABEL_ROUNDTRIP.rawValue
        return try? lookUp(text, flags: flags).get()
    }

    private func lookUp(_ text: String, flags: UInt32) -> Result<String, Refusal> {
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

    /// Whether it is one of the tests that UTS #46 skips without CheckHyphens.
    var isForHyphens: Bool {
        code == IDN2_2HYPHEN.rawValue || code == IDN2_HYPHEN_STARTEND.rawValue
    }

    /// Whether it may be one of the tests that IDNA 2008 knows and UTS #46 does not.
    var isIDNA2008Only: Bool {
        code == IDN2_DISALLOWED.rawValue || code == IDN2_CONTEXTO.rawValue
            || code == IDN2_CONTEXTO_NO_RULE.rawValue || code == IDN2_ALABEL_ROUNDTRIP_FAILED.rawValue
    }
}

// The Bidi rule (RFC 5893, section 2), as far as it goes beyond what libidn2 tests.
extension DomainLabel {
    /// Whether the label has a character of a script that is written from right to left.
    var isRightToLeft: Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.value {
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
                scalar.properties.generalCategory != .nonspacingMark
            default: false
            }
        }
    }

    /// Whether the label may stand beside one that is written from right to left: then a label from left to right must
    /// begin with a letter, and end with a letter or a digit.
    var mayStandInBidiDomain: Bool {
        guard !isRightToLeft, !isEncoded else { return true }
        guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else { return true }
        return first.isLetter && (last.isLetter || last.isDigitOrMark)
    }
}

extension Unicode.Scalar {
    /// Whether transitional processing treats the character otherwise (UTS #46, "deviation").
    fileprivate var isDeviation: Bool {
        ["\u{DF}", "\u{3C2}", "\u{200C}", "\u{200D}"].contains(self)
    }

    fileprivate var isLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    fileprivate var isDigitOrMark: Bool {
        switch properties.generalCategory {
        case .decimalNumber, .nonspacingMark, .spacingMark: true
        default: false
        }
    }
}
