internal import TrawlText

/// The address to which a page redirects its reader after a while, by a `meta` of `refresh` or the field `Refresh`.
package enum Refresh {
    /// The address in the value of such an element or field; nil where the value only reloads the page.
    ///
    /// These are the HTML Standard's shared declarative refresh steps (§4.2.5.3), with one exception: where the time
    /// is missing and the address is marked by `url=`, the address counts. Browsers then do nothing.
    package static func address(in value: String) -> String? {
        var rest = value.utf8[...]
        skipSpace(&rest)
        let digits = rest.prefix(while: isDigit)
        let hasTime = !digits.isEmpty || rest.first == UInt8(ascii: ".")
        rest = rest.drop { isDigit($0) || $0 == UInt8(ascii: ".") && hasTime }
        if hasTime {
            guard let next = rest.first, next.isASCIIWhitespace || isSeparator(next) else { return nil }
        }
        skipSpace(&rest)
        if let next = rest.first, isSeparator(next) { rest = rest.dropFirst() }
        skipSpace(&rest)
        let isMarked = skipMark(&rest)
        guard hasTime || isMarked, !rest.isEmpty else { return nil }
        let address = unquoted(rest)
        return address.isEmpty ? nil : String(Substring(address))
    }

    /// Skips `url=`, if it is there, and the white space around the sign.
    private static func skipMark(_ rest: inout Substring.UTF8View) -> Bool {
        guard rest.prefix(3).elementsEqual("url".utf8, by: { $0 | 0x20 == $1 }) else { return false }
        var after = rest.dropFirst(3)
        skipSpace(&after)
        guard after.first == UInt8(ascii: "=") else { return false }
        rest = after.dropFirst()
        skipSpace(&rest)
        return true
    }

    private static func unquoted(_ rest: Substring.UTF8View) -> Substring.UTF8View {
        guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            return rest
        }
        return rest.dropFirst().prefix { $0 != quote }
    }

    private static func skipSpace(_ rest: inout Substring.UTF8View) {
        rest = rest.drop(while: \.isASCIIWhitespace)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ";") || byte == UInt8(ascii: ",")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte.isASCIIDigit }
}
