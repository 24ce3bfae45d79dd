/// The challenges of `WWW-Authenticate` fields (RFC 9110, section 11.6.1).
package enum AuthenticateField {
    /// One challenge.
    package struct Challenge: Sendable, Equatable {
        /// The scheme, in small letters.
        package let scheme: String
        /// The parameters; names are in small letters.
        package var parameters: [String: String] = [:]
    }

    /// The challenges of some fields, in their order. What cannot be read is passed over.
    package static func challenges(in fields: [String]) -> [Challenge] {
        fields.flatMap { field in
            var reader = Reader(bytes: Array(field.utf8))
            return reader.challenges()
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

        mutating func challenges() -> [Challenge] {
            var found: [Challenge] = []
            while skip(" \t,"), current != nil {
                let name = token()
                guard !name.isEmpty else {
                    skipToComma()
                    continue
                }
                let end = position
                _ = skip(" \t")
                // A name before an equals sign is a parameter; of two words the first is a scheme.
                guard current == UInt8(ascii: "="), !found.isEmpty else {
                    position = end
                    found.append(Challenge(scheme: name.lowercased()))
                    skipToken68()
                    continue
                }
                position += 1
                _ = skip(" \t")
                let value = value()
                // The first of two parameters counts, so that nothing behind it can change it.
                let key = name.lowercased()
                if found[found.count - 1].parameters[key] == nil {
                    found[found.count - 1].parameters[key] = value
                }
            }
            return found
        }

        /// Passes over the Base64 behind a scheme that has it in the place of parameters.
        private mutating func skipToken68() {
            let start = position
            guard skip(" \t"), position > start else { return }
            let word = position
            _ = token68()
            let padding = position
            while current == UInt8(ascii: "=") { position += 1 }
            let isAlone = current == nil || current == UInt8(ascii: ",")
            if !isAlone || position == padding && !bytes[word..<position].contains(UInt8(ascii: "/")) {
                position = word
            }
        }

        private mutating func token68() -> Bool {
            let start = position
            while let byte = current, byte.isTokenByte || byte == UInt8(ascii: "/") { position += 1 }
            return position > start
        }

        private mutating func token() -> String {
            let start = position
            while let byte = current, byte.isTokenByte { position += 1 }
            return String(decoding: bytes[start..<position], as: UTF8.self)
        }

        private mutating func value() -> String {
            guard current == UInt8(ascii: "\"") else { return token() }
            position += 1
            var text: [UInt8] = []
            while let byte = current, byte != UInt8(ascii: "\"") {
                position += 1
                guard byte == UInt8(ascii: "\\"), let escaped = current else {
                    text.append(byte)
                    continue
                }
                text.append(escaped)
                position += 1
            }
            position += 1
            return String(decoding: text, as: UTF8.self)
        }

        private mutating func skip(_ set: StaticString) -> Bool {
            let known = set.description.utf8
            while let byte = current, known.contains(byte) { position += 1 }
            return true
        }

        private mutating func skipToComma() {
            while let byte = current, byte != UInt8(ascii: ",") { position += 1 }
        }
    }
}

extension UInt8 {
    /// Whether it can stand in a token (RFC 9110, section 5.6.2).
    fileprivate var isTokenByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
