/// Base64 (RFC 4648).
enum Base64 {
    static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Whether a character is a digit of Base64 or of the form for URLs.
    static func isDigit(_ character: UInt32) -> Bool {
        guard character < 0x80 else { return false }
        let byte = UInt8(character)
        return byte.isASCIIAlpha || byte.isASCIIDigit || "+/-_".utf8.contains(byte)
    }

    /// The text that a text is the Base64 of, with its padding; nil where it is none.
    static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var (buffer, bits) = (UInt32(0), 0)
        let body = text.utf8.prefix { $0 != UInt8(ascii: "=") }
        guard text.utf8.count % 4 == 0, text.utf8.count - body.count <= 2, !body.isEmpty else { return nil }
        for byte in body {
            guard let digit = digits.firstIndex(of: byte) else { return nil }
            buffer = buffer << 6 | UInt32(digit)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
