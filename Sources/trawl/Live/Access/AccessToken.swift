internal import CCrypto
internal import Foundation
internal import Glibc

/// What a reader from another machine has to show.
struct AccessToken: Sendable {
    let text: String
    /// Whether it was made up here, and so has to be told to the user.
    let isOurs: Bool
    private let digest: [UInt8]

    /// The least characters of a token that is given.
    static let least = 16

    /// A token that was given: characters of ASCII that are seen, without quotes, commas, semicolons and backslashes, as it travels in a cookie
    /// (RFC 6265, section 4.1.1).
    init?(_ text: String) {
        let isPlain = text.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7f && !"\",;\\".utf8.contains(byte)
        }
        guard isPlain, text.utf8.count >= Self.least else { return nil }
        self.init(text, isOurs: false)
    }

    private init(_ text: String, isOurs: Bool) {
        self.text = text
        self.isOurs = isOurs
        digest = Self.digest(text)
    }

    /// A token that nobody knows: 128 random bits.
    static func random() -> AccessToken {
        var generator = SystemRandomNumberGenerator()
        let bits = [generator.next(), generator.next()] as [UInt64]
        return AccessToken(bits.map { String(format: "%016lx", UInt($0)) }.joined(), isOurs: true)
    }

    /// The token in a file, without the white space around it.
    ///
    /// - Throws: `CommandFailure` where the file cannot be read or has no token.
    static func read(_ path: String) throws -> AccessToken {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandFailure(.usage, "\(path) cannot be read; --listen-token takes a file with a token")
        }
        let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let token = AccessToken(text) else {
            throw CommandFailure(
                .usage,
                "\(path) has no token: it takes \(least) characters or more of ASCII, without spaces, quotes, commas, semicolons and backslashes; for example that of: openssl rand -hex 16"
            )
        }
        return token
    }

    /// Whether a text is the token. The time it takes says nothing of how much of it is right.
    func matches(_ text: String) -> Bool { CRYPTO_memcmp(digest, Self.digest(text), digest.count) == 0 }

    private static func digest(_ text: String) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        let bytes = Array(text.utf8)
        // It fails only without memory; then no token matches that of another length of digest.
        guard EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1 else {
            return [UInt8](repeating: UInt8.random(in: 0...255), count: 32)
        }
        return digest
    }
}
