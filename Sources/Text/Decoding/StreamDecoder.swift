/// Decodes a stream in an encoding whose markup cannot be found before it is decoded.
package protocol StreamDecoder {
    /// Decodes a piece of a stream to UTF-8; what is incomplete is kept for the next piece.
    mutating func decode(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8])
    /// Decodes what is left at the end of a stream.
    mutating func finish(into output: inout [UInt8])
}

extension TextEncoding {
    /// Makes a decoder for a stream in this encoding.
    ///
    /// - Parameter legacy: Keeps the tables of the legacy encodings from one stream to the next.
    /// - Precondition: The encoding is not `replacement`: a text in that one is not decoded, but refused.
    package func streamDecoder(_ legacy: LegacyDecoder) -> any StreamDecoder {
        switch self {
        case .utf8: UTF8Decoder()
        case .utf16BE: UTF16Decoder(isBigEndian: true)
        case .utf16LE: UTF16Decoder(isBigEndian: false)
        case .iso2022JP: ISO2022JPDecoder()
        default: LegacyStreamDecoder(self, decoder: legacy)
        }
    }
}
