/// Encodes text in ISO-2022-JP (Encoding Standard, §12.2.2).
package struct ISO2022JPEncoder {
    private enum CharacterSet { case ascii, roman, jis0208 }

    private var set = CharacterSet.ascii
    private let encoder: LegacyEncoder

    package init(encoder: LegacyEncoder) { self.encoder = encoder }

    /// Adds the code of a character, or only what leads back to ASCII where there is none.
    ///
    /// - Returns: Whether there is a code.
    package mutating func encode(_ scalar: Unicode.Scalar, into output: inout [UInt8]) -> Bool {
        switch scalar {
        case "\u{0E}", "\u{0F}", "\u{1B}":
            leaveJIS0208(into: &output)
            return false
        case "\u{A5}", "\u{203E}":
            change(to: .roman, "\u{1B}(J", into: &output)
            output.append(scalar == "\u{A5}" ? 0x5C : 0x7E)
        case "\u{00}"..."\u{7F}":
            if set != .roman || scalar == "\\" || scalar == "~" { finish(into: &output) }
            output.append(UInt8(scalar.value))
        default:
            // The codes are those of EUC-JP without the high bits.
            guard let code = encoder.code(of: Self.wide(scalar), in: .eucJP), code > 0xA000 else {
                leaveJIS0208(into: &output)
                return false
            }
            change(to: .jis0208, "\u{1B}$B", into: &output)
            output.append(UInt8(code >> 8 & 0x7F))
            output.append(UInt8(code & 0x7F))
        }
        return true
    }

    /// Says that the text ends here: leads back to ASCII.
    package mutating func finish(into output: inout [UInt8]) {
        change(to: .ascii, "\u{1B}(B", into: &output)
    }

    /// What stands for a character without a code is ASCII.
    private mutating func leaveJIS0208(into output: inout [UInt8]) {
        if set == .jis0208 { finish(into: &output) }
    }

    private mutating func change(to next: CharacterSet, _ escape: String, into output: inout [UInt8]) {
        guard set != next else { return }
        set = next
        output.append(contentsOf: escape.utf8)
    }

    /// The character of full width for a katakana of half width (§5, index ISO-2022-JP katakana); else the same one.
    private static func wide(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard "\u{FF61}"..."\u{FF9F}" ~= scalar else { return scalar }
        return wideKatakana[Int(scalar.value) - 0xFF61]
    }

    private static let wideKatakana = Array(
        "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜".unicodeScalars)
}
