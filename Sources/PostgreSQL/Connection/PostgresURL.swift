package import TrawlStore

/// The URL of a PostgreSQL database, as `--db` takes it.
///
/// libpq reads it, so that several hosts, service files, `.pgpass` and the environment's `PG…` variables count as for psql. One key is
/// trawl's own: `schema` names the schema that holds the tables. It is taken out before libpq sees the URL.
package struct PostgresURL: Sendable, Equatable {
    /// The URL as libpq gets it.
    let libpq: String
    /// The schema of trawl's tables.
    package let schema: String
    /// The URL for people: without its password.
    package let description: String

    /// The schema where the URL names none.
    package static let defaultSchema = "trawl"

    /// Whether a text of `--db` is the URL of a PostgreSQL database, and not the path of a file.
    package static func isOne(_ text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }

    /// A URL.
    ///
    /// - Throws: `StoreError` where the schema is none, or is named twice.
    package init(_ text: String) throws(StoreError) {
        var parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var schemas: [String] = []
        if parts.count == 2 {
            var rest: [Substring] = []
            for pair in parts[1].split(separator: "&", omittingEmptySubsequences: true) {
                if pair.hasPrefix("schema=") {
                    schemas.append(PostgresURL.decoded(pair.dropFirst("schema=".count)))
                } else {
                    rest.append(pair)
                }
            }
            let query = rest.joined(separator: "&")
            if query.isEmpty { parts.removeLast() } else { parts[1] = query[...] }
        }
        libpq = parts.joined(separator: "?")
        description = PostgresURL.masked(text)
        // libpq would take what is behind the first for the host, look that up, and tell of it.
        guard PostgresURL.secretEnd(in: text) == PostgresURL.userEnd(in: text) else {
            throw StoreError(
                .other,
                "\(description): a `@`, `/`, `?` or `:` in a user's name or password is written %40, %2F, %3F or %3A in a URL"
            )
        }
        guard schemas.count <= 1 else {
            throw StoreError(.other, "\(description) names more than one schema; give one schema=")
        }
        schema = schemas.first ?? PostgresURL.defaultSchema
        guard PostgresURL.isName(schema) else {
            throw StoreError(
                .other,
                "\(description): `\(schema)` cannot be the schema; a name has letters, digits and underscores, at most 63, "
                    + "begins with none of the digits, and not with pg_")
        }
    }

    /// The schema as SQL names it.
    var quotedSchema: String { "\"\(schema)\"" }

    private static func isName(_ text: String) -> Bool {
        guard (1...63).contains(text.utf8.count), !text.hasPrefix("pg_"), let first = text.utf8.first else {
            return false
        }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        return !digits.contains(first)
            && text.utf8.allSatisfy { byte in
                digits.contains(byte) || byte == UInt8(ascii: "_")
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            }
    }

    /// A value with its percent signs undone; as it is where they are wrong.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%"), rest.count >= 2, let hex = String(rest.prefix(2)),
                let value = UInt8(hex, radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where the user ends as libpq reads it: at the first `@`, where no slash comes before that.
    private static func userEnd(in text: String) -> String.Index? {
        guard let scheme = schemeEnd(of: text) else { return nil }
        let end = text[scheme...].firstIndex { $0 == "@" || $0 == "/" }
        return end.flatMap { text[$0] == "@" ? $0 : nil }
    }

    /// Where a password may end at the latest that was written without percent signs: at the last `@` before the query.
    private static func secretEnd(in text: String) -> String.Index? {
        guard let scheme = schemeEnd(of: text) else { return nil }
        let address = text[scheme...].prefix { $0 != "?" }
        return [address.lastIndex(of: "@"), userEnd(in: text)].compactMap(\.self).max()
    }

    /// Where the scheme of a URL of PostgreSQL ends, also of one that was mistyped; nil for other texts.
    private static func schemeEnd(of text: String) -> String.Index? {
        guard isOne(text) || hasScheme(text), let colon = text.firstIndex(of: ":") else { return nil }
        let end = text.index(after: colon)
        return text[end...].hasPrefix("//") ? text.index(end, offsetBy: 2) : end
    }

    /// Whether a text begins with the scheme of a URL, also with a mistyped one of PostgreSQL.
    private static func hasScheme(_ text: String) -> Bool {
        let lower = text.lowercased()
        if lower.hasPrefix("postgres:") || lower.hasPrefix("postgresql:") { return true }
        guard let end = text.firstRange(of: "://")?.lowerBound else { return false }
        return end > text.startIndex && text[..<end].allSatisfy { $0.isLetter || $0.isNumber }
    }

    /// Whether a text that is no URL of PostgreSQL was meant as one, or as libpq's `host=… password=…`, and not as the path of a file.
    package static func looksLikeOne(_ text: String) -> Bool {
        let keywords = ["host=", "hostaddr=", "port=", "dbname=", "service=", "user=", "password="]
        return hasScheme(text) || keywords.contains { text.lowercased().hasPrefix($0) }
    }

    /// A URL of a database with asterisks in place of passwords. Paths of files stay as they are.
    package static func masked(_ text: String) -> String {
        guard isOne(text) || looksLikeOne(text) else { return text }
        guard let scheme = schemeEnd(of: text) else {
            // libpq's own form; what a quoted value has in it is not looked at.
            return text.firstRange(of: "password").map { text[..<$0.lowerBound] + "password=***" } ?? text
        }
        var masked = String(text[..<scheme])
        var rest = text[scheme...]
        if let end = secretEnd(in: text) {
            let user = rest[..<end]
            if let colon = user.firstIndex(of: ":") {
                masked += user[..<colon] + ":***"
            } else {
                masked += user
            }
            rest = rest[end...]
        }
        guard let query = rest.firstIndex(of: "?") else { return masked + rest }
        let pairs = rest[rest.index(after: query)...].split(separator: "&", omittingEmptySubsequences: false)
        return masked + rest[...query]
            + pairs.map { pair -> String in
                guard let equals = pair.firstIndex(of: "="), decoded(pair[..<equals]).hasSuffix("password")
                else {
                    return String(pair)
                }
                return pair[...equals] + "***"
            }.joined(separator: "&")
    }
}
