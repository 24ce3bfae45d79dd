internal import CCrypto

/// SHA-1 by libcrypto, labelled as in WARC files. It serves to find damage and copies, not for security.
enum SHA1 {
    /// `sha1:` and the digest of some bytes in base 32 (RFC 4648, section 6), the form that all WARC tools write.
    static func label(_ parts: ArraySlice<UInt8>...) -> String {
        var digest = [UInt8](repeating: 0, count: 20)
        // Safe because the context is freed here and nobody else has it.
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        // These fail only without memory. The digest is then wrong, and every check of it fails.
        _ = EVP_DigestInit_ex(context, EVP_sha1(), nil)
        for part in parts { part.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) } }
        _ = EVP_DigestFinal_ex(context, &digest, nil)
        return "sha1:" + base32(digest)
    }

    /// Bytes in base 32. Their number must be divisible by five.
    private static func base32(_ bytes: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 5) {
            let group = bytes[start..<start + 5].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            for place in (0..<8).reversed() { text.append(alphabet[Int(group >> (5 * UInt64(place)) & 31)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
