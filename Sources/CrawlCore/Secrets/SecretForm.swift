internal import CharacterNames

/// One form in which a secret is searched for, whatever escapes it is written with: the secret itself, or its Base64.
struct SecretForm: Sendable, Equatable {
    /// UTF-8 or some other encoding of the secret; or digits of Base64.
    let bytes: [UInt8]
    /// The text that is put in its place, in ASCII.
    let mask: [UInt8]
    private let kind: Kind
    /// For each byte the character that begins there; 0 where none does.
    private let characters: [UInt32]

    private enum Kind: Equatable {
        /// A text; `isKnownByASCII` where enough of it is ASCII that the rest may have become question marks.
        case text(isKnownByASCII: Bool)
        /// The Base64 of the secret within a longer text. Only the digits that depend on nothing else are compared.
        /// The digits before and behind them may hold bits of the secret as well.
        case base64(hasDigitBefore: Bool, hasDigitBehind: Bool)
    }

    private init(bytes: [UInt8], mask: [UInt8], kind: Kind, characters: [UInt32]) {
        self.bytes = bytes
        self.mask = mask
        self.kind = kind
        self.characters = characters
    }

    /// The secret itself.
    init(_ secret: String, mask: [UInt8]) {
        var characters: [UInt32] = []
        for scalar in secret.unicodeScalars {
            characters.append(scalar.value)
            characters += repeatElement(0, count: UTF8.width(scalar) - 1)
        }
        let bytes = Array(secret.utf8)
        let isKnown = bytes.count { $0 < 0x80 } >= Redaction.shortest
        self.init(bytes: bytes, mask: mask, kind: .text(isKnownByASCII: isKnown), characters: characters)
    }

    /// What Base64 (RFC 4648) makes of a secret that begins at the first, second or third byte of three, as in `user:secret`
    /// with any user: the digits that nothing but the secret decides.
    static func base64(of secret: [UInt8], mask: [UInt8]) -> [SecretForm] {
        (0..<3).map { offset in
            let bits = (offset * 8)..<((offset + secret.count) * 8)
            let digits = ((bits.lowerBound + 5) / 6)..<(bits.upperBound / 6)
            let padded = repeatElement(0, count: offset) + secret
            let bytes = digits.map { digit in
                let bit = digit * 6
                let pair =
                    UInt16(padded[bit / 8]) << 8
                    | (bit / 8 + 1 < padded.count ? UInt16(padded[bit / 8 + 1]) : 0)
                return Base64.digits[Int(pair >> (10 - UInt16(bit % 8)) & 63)]
            }
            return SecretForm(
                bytes: bytes, mask: mask,
                kind: .base64(
                    hasDigitBefore: bits.lowerBound % 6 != 0, hasDigitBehind: bits.upperBound % 6 != 0),
                characters: bytes.map(UInt32.init))
        }
    }

    /// The characters in it that may have HTML names.
    var namedCharacters: Set<UInt32> {
        var set = Set(characters)
        if case .base64 = kind { set.formUnion([0x2D, 0x2F, 0x2B, 0x5F]) }
        // The characters that the bytes are in Latin-1 and windows-1252, and the question mark.
        for byte in bytes where byte >= 0x80 {
            set.formUnion([UInt32(byte), Windows1252.character(UInt32(byte)) ?? 0x3F, 0x3F])
        }
        return set
    }

    /// Whether what it begins with may have become something else than the character itself: a byte of any encoding, a
    /// question mark.
    var beginsBeyondASCII: Bool { bytes[0] >= 0x80 }

    /// Whether a reading may be its beginning.
    func mayBegin(with value: UInt32) -> Bool {
        beginsBeyondASCII ? value >= 0x80 || value == 0x3F : value < 0x80 && isDigit(UInt8(value), bytes[0])
    }

    /// Whether a text that begins with two units may be the form: only where both are plain ASCII it is known that it is not.
    func mayGoOn(with first: UInt32?, _ second: UInt32?) -> Bool {
        guard let first, let second, first < 0x80, second < 0x80, bytes.count > 1, bytes[0] < 0x80,
            bytes[1] < 0x80,
            !SpellingReader.isSpecial(first), !SpellingReader.isSpecial(second)
        else { return true }
        return isDigit(UInt8(second), bytes[1]) || second == 0x0A || second == 0x0D
    }

    /// Whether an ASCII character is the one expected, or its other digit in Base64 for URLs.
    private func isDigit(_ byte: UInt8, _ expected: UInt8) -> Bool {
        if byte == expected { return true }
        guard case .base64 = kind else { return false }
        return expected == UInt8(ascii: "+") && (byte == UInt8(ascii: "-") || byte == ASCII.space)
            || expected == UInt8(ascii: "/") && byte == UInt8(ascii: "_")
    }

    /// Calls `body` with each place in the form that is reached where a reading comes next.
    ///
    /// - Parameters:
    ///   - place: how many bytes of the form there were, and whether half a surrogate pair behind them.
    func forEachNext(_ place: Place, _ value: UInt32, isByte: Bool, _ body: (Place) -> Void) {
        let expected = bytes[place.count]
        if value < 0x80 {
            guard !place.isHalf else { return }
            let byte = UInt8(value)
            if isDigit(byte, expected) { body(Place(count: place.count + 1)) }
            if case .base64 = kind, place.count > 0, byte == ASCII.lineFeed || byte == ASCII.carriageReturn {
                body(place)  // Lines of 76 digits (RFC 2045, section 6.8).
            }
            if byte == ASCII.question { forEachLoss(place, body) }
        } else if expected >= 0x80 {
            forEachNextBeyondASCII(place, value, isByte: isByte, body)
        }
    }

    private func forEachNextBeyondASCII(
        _ place: Place, _ value: UInt32, isByte: Bool, _ body: (Place) -> Void
    ) {
        let expected = UInt32(bytes[place.count])
        let character = characters[place.count]
        let whole = Place(count: place.count + Self.width(character))
        if character > 0xFFFF {
            let offset = character - 0x10000
            if place.isHalf {
                if value == 0xDC00 + offset & 0x3FF { body(whole) }
                return
            }
            if value == 0xD800 + offset >> 10 { body(Place(count: place.count, isHalf: true)) }
        }
        // A byte of it; or its UTF-8 was read as Latin-1 or windows-1252, as servers do with header fields; or as Python reads
        // what it cannot decode (PEP 383).
        if value == expected || value == 0xDC00 + expected
            || Windows1252.byte(value).map(UInt32.init) == expected
        {
            body(Place(count: place.count + 1))
        }
        if character != 0, value == character || isByte && Windows1252.character(value) == character {
            body(whole)
        }
        if value == 0xFFFD { forEachLoss(place, body) }
    }

    /// A server may have replaced each byte or each character that is not ASCII by a question mark or U+FFFD.
    private func forEachLoss(_ place: Place, _ body: (Place) -> Void) {
        guard case .text(isKnownByASCII: true) = kind, bytes[place.count] >= 0x80 else { return }
        body(Place(count: place.count + 1))
        let character = characters[place.count]
        if character != 0 { body(Place(count: place.count + Self.width(character))) }
    }

    private static func width(_ character: UInt32) -> Int {
        character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4
    }

    /// The match with the digits around it that hold bits of the secret.
    func widened(_ match: Range<Int>, in text: SpelledText) -> Range<Int> {
        guard case .base64(let before, let behind) = kind else { return match }
        var (start, end) = (match.lowerBound, match.upperBound)
        if before, start >= text.step, text.unit(at: start - text.step).map(Base64.isDigit) == true {
            start -= text.step
        }
        if behind, text.unit(at: end).map(Base64.isDigit) == true { end += text.step }
        return start..<end
    }

    /// How much of a form was found.
    struct Place: Equatable {
        /// Bytes of the form.
        var count: Int
        /// Whether half of the next character's surrogate pair was there.
        var isHalf = false
    }
}
