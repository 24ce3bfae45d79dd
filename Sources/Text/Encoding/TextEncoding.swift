/// A character encoding of the Encoding Standard; the raw value is its name there.
package enum TextEncoding: String {
    case utf8 = "UTF-8"
    case ibm866 = "IBM866"
    case iso8859_2 = "ISO-8859-2"
    case iso8859_3 = "ISO-8859-3"
    case iso8859_4 = "ISO-8859-4"
    case iso8859_5 = "ISO-8859-5"
    case iso8859_6 = "ISO-8859-6"
    case iso8859_7 = "ISO-8859-7"
    case iso8859_8 = "ISO-8859-8"
    case iso8859_8I = "ISO-8859-8-I"
    case iso8859_10 = "ISO-8859-10"
    case iso8859_13 = "ISO-8859-13"
    case iso8859_14 = "ISO-8859-14"
    case iso8859_15 = "ISO-8859-15"
    case iso8859_16 = "ISO-8859-16"
    case koi8R = "KOI8-R"
    case koi8U = "KOI8-U"
    case macintosh
    case windows874 = "windows-874"
    case windows1250 = "windows-1250"
    case windows1251 = "windows-1251"
    case windows1252 = "windows-1252"
    case windows1253 = "windows-1253"
    case windows1254 = "windows-1254"
    case windows1255 = "windows-1255"
    case windows1256 = "windows-1256"
    case windows1257 = "windows-1257"
    case windows1258 = "windows-1258"
    case macCyrillic = "x-mac-cyrillic"
    case gbk = "GBK"
    case gb18030 = "gb18030"
    case big5 = "Big5"
    case eucJP = "EUC-JP"
    case iso2022JP = "ISO-2022-JP"
    case shiftJIS = "Shift_JIS"
    case eucKR = "EUC-KR"
    case replacement
    case utf16BE = "UTF-16BE"
    case utf16LE = "UTF-16LE"
    case userDefined = "x-user-defined"

    /// Gets an encoding from a label, as the Encoding Standard's §4.2 does: white space around it and the case of its
    /// letters do not matter.
    ///
    /// - Returns: nil where the label is not one of the Standard's.
    package init?(label: Slice<UnsafeRawBufferPointer>) {
        var label = label
        while let first = label.first, first.isASCIIWhitespace { label = label.dropFirst() }
        while let last = label.last, last.isASCIIWhitespace { label = label.dropLast() }
        // The longest label has 19 characters.
        guard !label.isEmpty, label.count < 24 else { return nil }
        if label.count == 5, label.elementsEqual("utf-8".utf8, by: { $0.asciiLowercased == $1 }) {
            self = .utf8
            return
        }
        let key = label.map(\.asciiLowercased)
        guard let name = SortedTable(Self.labels).value(for: key) else { return nil }
        self.init(rawValue: String(decoding: name, as: UTF8.self))
    }

    /// Whether every byte below 0x80 that is not the trail of a longer character stands for its ASCII character, and `<`,
    /// `>`, `&`, `=`, quotes, `/` and white space are never a trail.
    ///
    /// Markup in such an encoding is found without decoding, so only the text that is kept is decoded.
    package var isMarkupCompatible: Bool {
        switch self {
        case .utf16BE, .utf16LE, .iso2022JP, .replacement: false
        default: true
        }
    }
}
