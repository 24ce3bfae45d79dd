internal import TrawlText

/// Percent-encodes the queries of addresses in the encoding of their page, as browsers do (URL Standard, §4.4, query state;
/// §1.3, "percent-encode after encoding").
final class QueryEncoder {
    private let encoder: LegacyEncoder

    init(decoder: LegacyDecoder) { encoder = LegacyEncoder(decoder: decoder) }

    /// The address with the characters of its query that are not ASCII percent-encoded. A URL parser makes the same
    /// of it as of the address with that encoding.
    ///
    /// - Parameter encoding: The page's encoding. UTF-16, and encodings that are only decoded, count as UTF-8
    ///   (Encoding Standard, §4.3, "get an output encoding"), for which the address is left as it is.
    func encodeQuery(of address: String, in encoding: TextEncoding) -> String {
        guard encoding.isEncodedByItself, !address.utf8.allSatisfy({ $0 < 0x80 }), Self.isSpecial(address)
        else { return address }
        let beforeFragment = address.unicodeScalars.prefix { $0 != "#" }
        guard let mark = beforeFragment.firstIndex(of: "?") else { return address }
        let query = beforeFragment[mark...]
        guard query.contains(where: { !$0.isASCII }) else { return address }
        return String(address[..<mark]) + encode(query, in: encoding) + String(address[query.endIndex...])
    }

    private func encode(_ query: Substring.UnicodeScalarView, in encoding: TextEncoding) -> String {
        var output: [UInt8] = []
        var code: [UInt8] = []
        var stateful = encoding == .iso2022JP ? ISO2022JPEncoder(encoder: encoder) : nil
        // URLs hold no such white space: parsers remove it.
        for scalar in query where scalar != "\t" && scalar != "\n" && scalar != "\r" {
            code.removeAll(keepingCapacity: true)
            let isEncoded: Bool
            if stateful != nil {
                isEncoded = stateful?.encode(scalar, into: &code) ?? false
            } else if scalar.isASCII {
                output.append(UInt8(scalar.value))
                continue
            } else {
                isEncoded = encoder.encode(scalar, as: encoding, into: &code)
            }
            Self.append(code, to: &output)
            if !isEncoded { output.append(contentsOf: "%26%23\(scalar.replacement.value)%3B".utf8) }
        }
        code.removeAll(keepingCapacity: true)
        stateful?.finish(into: &code)
        Self.append(code, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    private static func append(_ code: [UInt8], to output: inout [UInt8]) {
        for byte in code {
            guard byte >= 0x7F || byte <= 0x20 || "\"#<>'".utf8.contains(byte) else {
                output.append(byte)
                continue
            }
            let digits = String(byte, radix: 16, uppercase: true)
            output.append(contentsOf: (byte < 0x10 ? "%0" : "%").utf8)
            output.append(contentsOf: digits.utf8)
        }
    }

    /// Whether the address, if it has a scheme, has one whose queries are in the page's encoding.
    private static func isSpecial(_ address: String) -> Bool {
        guard let end = address.utf8.firstIndex(where: { !$0.isSchemeCharacter }),
            address.utf8[end] == UInt8(ascii: ":")
        else { return true }
        return ["http", "https", "ftp", "file"].contains(address[..<end].lowercased())
    }
}

extension TextEncoding {
    /// Whether text is encoded in this encoding, rather than in UTF-8 in its place.
    fileprivate var isEncodedByItself: Bool {
        switch self {
        case .utf8, .utf16BE, .utf16LE, .replacement: false
        default: true
        }
    }
}

extension UInt8 {
    fileprivate var isSchemeCharacter: Bool {
        isASCIILetter || isASCIIDigit || "+-.".utf8.contains(self)
    }
}

extension Unicode.Scalar {
    /// What stands for the character where it can't be encoded: itself, and U+FFFD for what would change the state of
    /// ISO-2022-JP (Encoding Standard, §12.2.2).
    fileprivate var replacement: Unicode.Scalar { isASCII ? "\u{FFFD}" : self }
}
