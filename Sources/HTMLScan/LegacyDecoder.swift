/// Decodes texts in the legacy encodings that are markup compatible, as the Encoding Standard does.
///
/// The characters come from the C library's iconv, which knows a superset of each encoding; what is an error, and how many bytes it
/// takes, is decided here. Conversions are kept for the next text.
final class LegacyDecoder {
    private var singleByteTables: [TextEncoding: [UInt16]] = [:]
    private var conversions: [TextEncoding: Iconv] = [:]

    /// Decodes a text to UTF-8; bytes that are invalid become U+FFFD, and never take an ASCII character with them.
    func decode(_ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count * 2)
        if encoding.isMultiByte {
            decodeMultiByte(bytes, as: encoding, into: &output)
        } else {
            decodeSingleByte(bytes, as: encoding, into: &output)
        }
        return output
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
        _ bytes: UnsafeRawBufferPointer, as encoding: TextEncoding, into output: inout [UInt8]
    ) {
        let conversion = conversions[encoding] ?? encoding.iconvName.flatMap { Iconv(from: $0) }
        guard let conversion else { return Self.append(0xFFFD, to: &output) }
        conversions[encoding] = conversion
        var rest = bytes[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(conversion.convert(rest, into: &output))
            conversion.finish(into: &output)
            guard let lead = rest.first else { return }
            if let character = encoding.loneCharacter(lead) {
                Self.append(character, to: &output)
                rest = rest.dropFirst()
            } else {
                Self.append(0xFFFD, to: &output)
                rest = rest.dropFirst(encoding.lengthOfError(rest))
            }
        }
    }

    private static func singleByteTable(of encoding: TextEncoding) -> [UInt16] {
        let conversion = encoding.iconvName.flatMap { Iconv(from: $0) }
        return (0x80...0xFF).map { (byte: UInt8) in
            if let character = encoding.loneCharacter(byte) { return character }
            var output: [UInt8] = []
            // Each byte alone: iconv would join letters and accents of windows-1255 and windows-1258.
            if let conversion {
                _ = withUnsafeBytes(of: byte) { conversion.convert($0[...], into: &output) }
                conversion.finish(into: &output)
            }
            guard let scalar = String(decoding: output, as: UTF8.self).unicodeScalars.first else {
                return encoding.keepsC1Controls && byte < 0xA0 ? UInt16(byte) : 0xFFFD
            }
            return UInt16(truncatingIfNeeded: scalar.value)
        }
    }

    private static func append(_ unit: UInt16, to output: inout [UInt8]) {
        UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")?.forEach { output.append($0) }
    }
}
