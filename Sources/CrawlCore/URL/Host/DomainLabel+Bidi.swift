// The Bidi rule (RFC 5893, section 2), as far as it goes beyond what libidn2 tests: that is each label by itself.
extension DomainLabel {
    /// Whether the label has a character that makes its domain a Bidi domain: a letter or a number of a script that is
    /// written from right to left (Bidi_Class R, AL or AN).
    var isRightToLeft: Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.value {
            // Signs that Arabic and N'Ko share with other scripts, and digits that run from left to right.
            case 0x0606, 0x0607, 0x0609, 0x060A, 0x060C, 0x066A, 0x06F0...0x06F9, 0x07F7...0x07F9: false
            case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFE, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
                switch scalar.properties.generalCategory {
                case .nonspacingMark, .otherSymbol, .openPunctuation, .closePunctuation: false
                default: true
                }
            default: false
            }
        }
    }

    /// Whether the label may stand beside one that is written from right to left: then a label from left to right must
    /// begin with a letter, and end with a letter or a digit.
    ///
    /// Encoded labels are let through.
    var mayStandInBidiDomain: Bool {
        guard !isRightToLeft, let first = text.unicodeScalars.first, let last = text.unicodeScalars.last
        else {
            return true
        }
        return first.isLetter && (last.isLetter || last.isDigitOrMark)
    }
}

extension Unicode.Scalar {
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
