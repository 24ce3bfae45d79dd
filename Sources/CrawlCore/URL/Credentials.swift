/// The user name and password that a URL carries, as they are sent: percent-decoded.
package struct Credentials: Sendable, Hashable {
    /// The user name.
    package let user: String
    /// The password; empty for none.
    package let password: String

    /// A pair; nothing is checked.
    package init(user: String, password: String) {
        self.user = user
        self.password = password
    }
}

extension WebURL {
    /// The user name and password before the host; nil where there are none.
    package var credentials: Credentials? {
        hasCredentials ? Credentials(user: Self.decoded(username), password: Self.decoded(password)) : nil
    }

    private static func decoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension String {
    /// The text of a URL, or of what was to be one, without what stands between `//` and the last `@` of its authority:
    /// what may be shown and stored. It need not parse. An address behind `mailto:` and the like is no secret, and stays.
    package var withoutUserInfo: String {
        guard utf8.contains(UInt8(ascii: "@")), let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else {
            return self
        }
        func isSlash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
        let start = utf8[utf8.index(after: colon)...].firstIndex { !isSlash($0) } ?? utf8.endIndex
        let hasAuthority = start > utf8.index(after: colon)
        guard hasAuthority || !Self.addressSchemes.contains(self[..<colon].lowercased()) else { return self }
        let end = utf8[start...].firstIndex {
            isSlash($0) || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#")
        }
        guard let at = utf8[start..<(end ?? utf8.endIndex)].lastIndex(of: UInt8(ascii: "@")) else {
            return self
        }
        return String(self[..<start]) + String(self[utf8.index(after: at)...])
    }

    /// Schemes whose URLs are addresses with an `@` and without a password: mail (RFC 6068), chat (RFC 5122), accounts (RFC 7565).
    private static let addressSchemes: Set = ["mailto", "xmpp", "acct"]
}
