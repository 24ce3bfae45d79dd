/// How the Encoding Standard's legacy encodings differ from the C library's.
extension TextEncoding {
    /// The C library's name for the encoding, or for a superset of it; nil where it is decoded without.
    var iconvName: String? {
        switch self {
        case .utf8, .utf16BE, .utf16LE, .replacement, .userDefined: nil
        case .ibm866: "IBM866"
        case .iso8859_2: "ISO-8859-2"
        case .iso8859_3: "ISO-8859-3"
        case .iso8859_4: "ISO-8859-4"
        case .iso8859_5: "ISO-8859-5"
        case .iso8859_6: "ISO-8859-6"
        case .iso8859_7: "ISO-8859-7"
        case .iso8859_8, .iso8859_8I: "ISO-8859-8"
        case .iso8859_10: "ISO-8859-10"
        case .iso8859_13: "ISO-8859-13"
        case .iso8859_14: "ISO-8859-14"
        case .iso8859_15: "ISO-8859-15"
        case .iso8859_16: "ISO-8859-16"
        case .koi8R: "KOI8-R"
        case .koi8U: "KOI8-U"
        case .macintosh: "MACINTOSH"
        case .windows874: "CP874"
        case .windows1250: "CP1250"
        case .windows1251: "CP1251"
        case .windows1252: "CP1252"
        case .windows1253: "CP1253"
        case .windows1254: "CP1254"
        case .windows1255: "CP1255"
        case .windows1256: "CP1256"
        case .windows1257: "CP1257"
        case .windows1258: "CP1258"
        case .macCyrillic: "MAC-UK"
        case .gbk, .gb18030: "GB18030"
        case .big5: "BIG5-HKSCS"
        case .eucJP, .iso2022JP: "EUC-JP"
        case .shiftJIS: "CP932"
        case .eucKR: "CP949"
        }
    }

    /// Whether a character may take more than one byte.
    var isMultiByte: Bool {
        switch self {
        case .gbk, .gb18030, .big5, .eucJP, .shiftJIS, .eucKR: true
        default: false
        }
    }

    /// Whether bytes 0x80 to 0x9F that have no character are C1 controls rather than errors.
    var keepsC1Controls: Bool {
        switch self {
        case .windows874, .windows1250, .windows1251, .windows1252, .windows1253, .windows1254, .windows1255,
            .windows1256, .windows1257, .windows1258:
            true
        default: false
        }
    }

    /// A byte's character by itself, where the C library's table differs from the Standard's.
    func loneCharacter(_ byte: UInt8) -> UInt16? {
        switch (self, byte) {
        case (.userDefined, 0x80...): 0xF700 + UInt16(byte)
        case (.windows1255, 0xCA): 0x05BA
        case (.koi8U, 0xAE): 0x045E
        case (.koi8U, 0xBE): 0x040E
        case (.macintosh, 0xC6): 0x2206
        case (.macintosh, 0xF0): 0xF8FF
        case (.macCyrillic, 0xFF), (.gbk, 0x80), (.gb18030, 0x80): 0x20AC
        case (.shiftJIS, 0x80): 0x80
        case (.shiftJIS, 0xA1...0xDF): 0xFF61 - 0xA1 + UInt16(byte)
        default: nil
        }
    }

    /// How many bytes must be read to tell a character, or an error, and its length.
    var longestCharacter: Int {
        switch self {
        case .gbk, .gb18030: 4
        case .eucJP: 3
        default: 2
        }
    }

    /// The length in bytes of the character at the start of bytes, by its lead byte; 1 where the first byte is no
    /// lead byte.
    func characterLength(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        guard let lead = bytes.first, isLead(lead) else { return 1 }
        switch self {
        case .eucJP: return lead == 0x8F ? 3 : 2
        case .gbk, .gb18030: return bytes.dropFirst().first?.isASCIIDigit ?? false ? 4 : 2
        default: return 2
        }
    }

    /// The length in bytes of the error at the start of bytes that are no character.
    ///
    /// A lead byte takes its trail with it unless that is ASCII; a byte that leads nothing stands alone. Four bytes that could be a
    /// character of GB 18030 are one error.
    func errorLength(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int {
        if self == .gbk || self == .gb18030, characterLength(bytes) == 4 {
            let rest = bytes.dropFirst(2).prefix(2)
            guard rest.count == 2, let third = rest.first, let fourth = rest.last else { return 1 }
            return 0x81...0xFE ~= third && fourth.isASCIIDigit ? 4 : 1
        }
        guard let lead = bytes.first, isLead(lead), let trail = bytes.dropFirst().first, trail >= 0x80 else {
            return 1
        }
        if self == .eucJP, lead == 0x8F, 0xA1...0xFE ~= trail, let last = bytes.dropFirst(2).first,
            last >= 0x80
        {
            return 3
        }
        return 2
    }

    private func isLead(_ byte: UInt8) -> Bool {
        switch self {
        case .eucJP: byte == 0x8E || byte == 0x8F || 0xA1...0xFE ~= byte
        case .shiftJIS: 0x81...0x9F ~= byte || 0xE0...0xFC ~= byte
        default: 0x81...0xFE ~= byte
        }
    }
}
