/// The links in a value of the field `Link` (RFC 8288, section 3).
package struct LinkField: Sendable {
    /// One link.
    package struct Link: Equatable, Sendable {
        /// Where it leads, as it is written.
        package let target: String
        /// What the target is: words between spaces; empty where it says nothing.
        package let rel: String
        /// What the link is of, as it is written; nil for the resource that was asked for.
        package let anchor: String?
        /// The language of the target; empty where none is said. Of several the first.
        package let language: String

        /// A link; nothing is checked.
        package init(target: String, rel: String, anchor: String? = nil, language: String = "") {
            self.target = target
            self.rel = rel
            self.anchor = anchor
            self.language = language
        }
    }

    /// Whether something in the value cannot be read, so that links may be missing.
    package private(set) var isBroken = false

    /// The most links that are taken from a value, where nothing else is said.
    package static let limit = 1_000

    /// The links in their order; those that come before a mistake.
    package private(set) var links: [Link] = []
    private var rest: Substring.UTF8View

    /// Reads a value (appendix B.2). Of a parameter that is there several times the first counts.
    ///
    /// - Parameter limit: the most links that are taken.
    package init(_ value: String, limit: Int = limit) {
        rest = value.utf8[...]
        while links.count < limit {
            guard let link = next() else {
                isBroken = !rest.isEmpty
                return
            }
            links.append(link)
        }
    }

    private mutating func next() -> Link? {
        skip { Self.isSpace($0) || $0 == UInt8(ascii: ",") }
        guard rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) else {
            return nil
        }
        let target = String(Substring(rest[..<end].dropFirst()))
        rest = rest[end...].dropFirst()
        var rel: String?
        var anchor: String?
        var language: String?
        skip(while: Self.isSpace)
        while rest.first == UInt8(ascii: ";") {
            rest = rest.dropFirst()
            skip(while: Self.isSpace)
            let name = take { !Self.isSpace($0) && $0 != UInt8(ascii: "=") && !Self.isSeparator($0) }
            skip(while: Self.isSpace)
            let value = parameterValue()
            if name.lowercased() == "rel" { rel = rel ?? value }
            if name.lowercased() == "anchor" { anchor = anchor ?? value }
            if name.lowercased() == "hreflang" { language = language ?? value }
            skip { !Self.isSeparator($0) }
        }
        return Link(target: target, rel: rel ?? "", anchor: anchor, language: language ?? "")
    }

    private mutating func parameterValue() -> String {
        guard rest.first == UInt8(ascii: "=") else { return "" }
        rest = rest.dropFirst()
        skip(while: Self.isSpace)
        guard rest.first == UInt8(ascii: "\"") else {
            return take { !Self.isSeparator($0) && !Self.isSpace($0) }
        }
        rest = rest.dropFirst()
        var bytes: [UInt8] = []
        while var byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() { byte = escaped }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func take(while condition: (UInt8) -> Bool) -> String {
        let taken = rest.prefix(while: condition)
        rest = rest[taken.endIndex...]
        return String(Substring(taken))
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        rest = rest.drop(while: condition)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == ASCII.space || byte == ASCII.tab }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",")
    }
}
