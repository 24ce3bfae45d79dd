internal import CCrypto

/// The hash functions of digest and of signatures, by libcrypto.
package enum Hash: Sendable {
    case md5
    case sha256
    case sha512t256

    /// The hash of some bytes.
    package func of(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        // This fails only without memory. The digest is then empty, and no server accepts it.
        _ = EVP_Digest(bytes, bytes.count, &digest, &count, function, nil)
        return Array(digest.prefix(Int(count)))
    }

    /// The hash of a text in UTF-8, in small hexadecimal digits.
    package func hex(_ text: String) -> String { Hash.hex(of(Array(text.utf8))) }

    /// The hash of some bytes, in small hexadecimal digits.
    package func hex(_ bytes: [UInt8]) -> String { Hash.hex(of(bytes)) }

    /// HMAC (RFC 2104) of a text; the block of all of these functions but SHA-512/256 has 64 bytes.
    package func hmac(_ text: String, key: [UInt8]) -> [UInt8] {
        let block = self == .sha512t256 ? 128 : 64
        var key = key.count > block ? of(key) : key
        key += Array(repeating: 0, count: block - key.count)
        let inner = of(key.map { $0 ^ 0x36 } + Array(text.utf8))
        return of(key.map { $0 ^ 0x5c } + inner)
    }

    /// Bytes in small hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    // OpaquePointer is what EVP_MD is to Swift; the functions are constants of the library.
    private var function: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha256: EVP_sha256()
        case .sha512t256: EVP_sha512_256()
        }
    }
}

/// Base64 (RFC 4648, section 4), with padding.
package enum Base64Text {
    private static let digits = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Some bytes in Base64.
    package static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits: UInt32 = 0
            for place in 0..<3 { bits = bits << 8 | UInt32(group.dropFirst(place).first ?? 0) }
            for place in 0..<4 {
                let isThere = place <= group.count
                text.append(isThere ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
