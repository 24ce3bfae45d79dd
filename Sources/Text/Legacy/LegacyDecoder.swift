/// Decodes texts in the legacy encodings that are markup compatible, as the Encoding Standard does.
///
/// The C library's iconv, which knows a superset of each encoding, supplies the characters. This class decides what
/// is an error and how many bytes it takes. Conversions are kept for the next text.
package final class LegacyDecoder {
    private var singleByteTables: [TextEncoding: [UInt16]] = [:]
    private var conversions: [String: Iconv] = [:]

    package init() {}

    /// Decodes a text to UTF-8; invalid bytes become U+FFFD, and never swallow an ASCII character.
    package func decode(_ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        _ = decode(bytes, as: encoding, isLast: true, into: &output)
        return output
    }

    /// Decodes the next piece of a text to UTF-8.
    ///
    /// - Parameter isLast: Whether the text ends here. If not, a character that is cut off at the end is not decoded.
    /// - Returns: How many bytes were decoded.
    func decode(
        _ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding, isLast: Bool, into output: inout [UInt8]
    ) -> Int {
        if encoding.isMultiByte { return decodeMultiByte(bytes, as: encoding, isLast: isLast, into: &output) }
        decodeSingleByte(bytes, as: encoding, into: &output)
        return bytes.count
    }

    private func decodeSingleByte(
        _ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding, into output: inout [UInt8]
    ) {
        let table = singleByteTables[encoding] ?? Self.singleByteTable(of: encoding)
        singleByteTables[encoding] = table
        for byte in bytes {
            if byte < 0x80 {
                output.append(byte)
            } else {
                Self.append(table[Int(byte - 0x80)], to: &output)
            }
        }
    }

    private func decodeMultiByte(
        _ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding, isLast: Bool, into output: inout [UInt8]
    ) -> Int {
        var rest = bytes[...]
        while let lead = rest.first {
            if lead < 0x80 {
                output.append(lead)
                rest = rest.dropFirst()
                continue
            }
            if let character = encoding.loneCharacter(lead) {
                Self.append(character, to: &output)
                rest = rest.dropFirst()
                continue
            }
            let length = encoding.characterLength(rest)
            if !isLast, rest.count < encoding.longestCharacter { break }
            if length > 1, rest.count >= length,
                convert(UnsafeRawBufferPointer(rebasing: rest.prefix(length)), as: encoding, into: &output)
            {
                rest = rest.dropFirst(length)
            } else {
                Self.append(0xFFFD, to: &output)
                rest = rest.dropFirst(encoding.errorLength(rest))
            }
        }
        return rest.startIndex
    }

    /// Converts a character of two bytes or more, by the C library's table that agrees with the Standard's.
    private func convert(
        _ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding, into output: inout [UInt8]
    ) -> Bool {
        switch encoding {
        case .eucJP where bytes.count == 2 && bytes[0] != 0x8E:
            guard 0xA1...0xFE ~= bytes[1] else { return false }
            return JIS0208.convert(bytes[0], bytes[1], by: conversion("CP932"), into: &output)
        case .big5:
            if let character = Big5.character(bytes) {
                Self.append(character, to: &output)
                return true
            }
            // The Standard's symbols are those of Microsoft's Big5, its characters those of Hong Kong's.
            if 0xA1...0xA3 ~= bytes[0] { return conversion("CP950")?.convert(bytes, into: &output) ?? false }
        case .gbk, .gb18030:
            if let character = GB18030.character(bytes) {
                Self.append(character, to: &output)
                return true
            }
        default: break
        }
        return encoding.iconvName.flatMap { conversion($0) }?.convert(bytes, into: &output) ?? false
    }

    private func conversion(_ name: String) -> Iconv? {
        if let known = conversions[name] { return known }
        let opened = Iconv(from: name)
        conversions[name] = opened
        return opened
    }

    private static func singleByteTable(of encoding: TextEncoding) -> [UInt16] {
        let conversion = encoding.iconvName.flatMap { Iconv(from: $0) }
        return (0x80...0xFF).map { (byte: UInt8) in
            if let character = encoding.loneCharacter(byte) { return character }
            var output: [UInt8] = []
            // Each byte alone: iconv would join letters and accents of windows-1255 and windows-1258.
            let isConverted = withUnsafeBytes(of: byte) { conversion?.convert($0, into: &output) } ?? false
            guard isConverted, let scalar = String(decoding: output, as: UTF8.self).unicodeScalars.first
            else {
                return encoding.keepsC1Controls && byte < 0xA0 ? UInt16(byte) : 0xFFFD
            }
            return UInt16(truncatingIfNeeded: scalar.value)
        }
    }

    private static func append(_ unit: UInt16, to output: inout [UInt8]) {
        UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")?.forEach { output.append($0) }
    }
}
