/// Encodes text in the legacy encodings, as the Encoding Standard does.
///
/// The table of an encoding is made when it is first needed, by decoding each code with ``LegacyDecoder``. Pages in
/// such an encoding whose queries are not ASCII are rare.
package final class LegacyEncoder {
    private let decoder: LegacyDecoder
    private var tables: [TextEncoding: [Unicode.Scalar: UInt32]] = [:]
    private var decoded: [UInt8] = []

    package init(decoder: LegacyDecoder) { self.decoder = decoder }

    /// Adds the code of a character that is not ASCII, or nothing where the encoding has none.
    ///
    /// - Parameter encoding: One that has no states, so any but ISO-2022-JP.
    /// - Returns: Whether there is a code.
    package func encode(_ scalar: Unicode.Scalar, as encoding: TextEncoding, into output: inout [UInt8])
        -> Bool
    {
        guard let code = code(of: scalar, in: encoding) else { return false }
        for shift in [24, 16, 8] as [UInt32] where code >> shift != 0 {
            output.append(UInt8(truncatingIfNeeded: code >> shift))
        }
        output.append(UInt8(truncatingIfNeeded: code))
        return true
    }

    /// The code of a character, its bytes read as a number.
    func code(of scalar: Unicode.Scalar, in encoding: TextEncoding) -> UInt32? {
        switch (encoding, scalar) {
        // The Standard's encoders for Japanese (§12.1.2, §12.3.2) take these for characters of ASCII, and the minus sign for
        // the wide one.
        case (.eucJP, "\u{A5}"), (.shiftJIS, "\u{A5}"): 0x5C
        case (.eucJP, "\u{203E}"), (.shiftJIS, "\u{203E}"): 0x7E
        case (.eucJP, "\u{2212}"), (.shiftJIS, "\u{2212}"): table(of: encoding)["\u{FF0D}"]
        // U+FFFD has a code of its own here, although errors are decoded to it, too.
        case (.gb18030, "\u{FFFD}"): 0x8431_A437
        case (.gb18030, "\u{10000}"...): GB18030.fourByteCode(of: scalar)
        case (.gbk, "\u{E78D}"..."\u{E864}"), (.gb18030, "\u{E78D}"..."\u{E864}"):
            GB18030.formerPrivateCodes[scalar] ?? table(of: encoding)[scalar]
        default: table(of: encoding)[scalar]
        }
    }

    private func table(of encoding: TextEncoding) -> [Unicode.Scalar: UInt32] {
        if let known = tables[encoding] { return known }
        var table: [Unicode.Scalar: UInt32] = [:]
        // Where several codes stand for one character the first counts.
        if encoding != .gb18030 {
            for byte in 0x80...0xFF as ClosedRange<UInt32> { add(byte, of: encoding, to: &table) }
        }
        if encoding.isMultiByte { addTwoByteCodes(of: encoding, to: &table) }
        if encoding == .gb18030 {
            for code in GB18030.fourByteCodesOfBasicPlane { add(code, of: encoding, to: &table) }
        }
        tables[encoding] = table
        return table
    }

    private func addTwoByteCodes(of encoding: TextEncoding, to table: inout [Unicode.Scalar: UInt32]) {
        for lead in encoding.encodedLeads {
            for trail in 0x40...0xFE as ClosedRange<UInt32> {
                add(lead << 8 | trail, of: encoding, to: &table)
            }
        }
        // The Standard's exceptions (§5, "index Big5 pointer"): of these the last counts.
        if encoding == .big5 {
            for code in [0xF9F9, 0xF9E9, 0xF9EB, 0xF9EA, 0xA451, 0xA4CA] as [UInt32] {
                if let scalar = scalar(code, of: encoding) { table[scalar] = code }
            }
        }
    }

    private func add(_ code: UInt32, of encoding: TextEncoding, to table: inout [Unicode.Scalar: UInt32]) {
        guard let scalar = scalar(code, of: encoding), table[scalar] == nil else { return }
        table[scalar] = code
    }

    /// The character of a code; nil where it has none, or is more than one.
    private func scalar(_ code: UInt32, of encoding: TextEncoding) -> Unicode.Scalar? {
        decoded.removeAll(keepingCapacity: true)
        withUnsafeBytes(of: code.bigEndian) { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(code.leadingZeroBitCount / 8))
            _ = decoder.decode(bytes, as: encoding, isLast: true, into: &decoded)
        }
        let scalars = String(decoding: decoded, as: UTF8.self).unicodeScalars
        guard let scalar = scalars.first, scalars.count == 1, scalar != "\u{FFFD}" else { return nil }
        return scalar
    }
}

extension TextEncoding {
    /// The lead bytes of the codes that are used in encoding; others are only read.
    fileprivate var encodedLeads: [UInt32] {
        switch self {
        // Not the supplementary characters of Hong Kong (§5, "index Big5 pointer").
        case .big5: Array(0xA1...0xFE)
        // Not NEC's selection of IBM's (§5, "index Shift_JIS pointer"), nor the private use area.
        case .shiftJIS: Array(0x81...0x9F) + Array(0xE0...0xEC) + Array(0xFA...0xFC)
        default: Array(0x81...0xFE)
        }
    }
}
