internal import CUchardet

/// Guesses the encoding of text that declares none and is not UTF-8, by the frequency of its characters.
///
/// The guess is that of libuchardet, an implementation of Mozilla's detector. It is good on as much text as is
/// required here, and poor on less: names of languages and persons make it guess Turkish and Maltese.
package final class EncodingGuess {
    // Safe because only this object knows the pointer, and frees it in `deinit`.
    private let detector: uchardet_t? = uchardet_new()

    /// How many bytes must not be ASCII for a guess of a single-byte encoding.
    static let singleByteEvidence = 64
    /// How many bytes must not be ASCII for a guess of a multi-byte encoding. Other text is hardly ever valid in one
    /// of these.
    static let multiByteEvidence = 24

    package init() {}

    deinit { if let detector { uchardet_delete(detector) } }

    /// Guesses the encoding of a sample.
    ///
    /// - Parameter decoder: Decodes the sample, to check the guess.
    /// - Returns: nil where there is too little evidence, or the guess is no encoding of the web.
    package func encoding(of sample: UnsafeRawBufferPointer, decoder: LegacyDecoder) -> TextEncoding? {
        let evidence = sample.lazy.filter { $0 >= 0x80 }.count
        guard let detector, evidence >= Self.multiByteEvidence else { return nil }
        uchardet_reset(detector)
        // The result says only that memory ran out; then there is no name.
        _ = uchardet_handle_data(
            detector, sample.baseAddress?.assumingMemoryBound(to: CChar.self), sample.count)
        uchardet_data_end(detector)
        guard let name = uchardet_get_charset(detector).map({ String(cString: $0) }),
            let encoding = Self.encoding(named: name), encoding.isMarkupCompatible, encoding != .utf8,
            evidence >= (encoding.isMultiByte ? Self.multiByteEvidence : Self.singleByteEvidence)
        else { return nil }
        // A sample may end within a character.
        let errors = String(decoding: decoder.decode(sample, as: encoding), as: UTF8.self)
            .unicodeScalars.lazy.filter { $0 == "\u{FFFD}" }.count
        return errors * 50 <= evidence + 50 ? encoding : nil
    }

    /// The encoding of a name of libuchardet's, which are those of iconv.
    private static func encoding(named name: String) -> TextEncoding? {
        switch name {
        case "UHC": .eucKR
        default: Array(name.utf8).withUnsafeBytes { TextEncoding(label: $0[...]) }
        }
    }
}
