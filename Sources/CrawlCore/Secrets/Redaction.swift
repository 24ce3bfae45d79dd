/// The secrets that a request was sent with. A server may send them back, and then they must not be stored.
///
/// Secrets are found however JSON, URLs, forms, HTML and Base64 write them, with any of their characters escaped, and
/// where a server took their UTF-8 for Latin-1 (docs/secrets.md).
package struct Redaction: Sendable, Equatable {
    /// The shortest value that is a secret, in bytes of UTF-8: 6. Shorter ones would be found everywhere.
    package static let shortest = 6

    private var forms: [SecretForm] = []
    /// The HTML names of the secrets' characters, and of the characters that begin or end escapes.
    private var names = CharacterNameList()
    /// For each byte, whether a form may begin with it. This skips nearly all of a text.
    private var starts: [Bool] = []

    /// No secrets.
    package init() {}

    /// Whether there are no secrets.
    package var isEmpty: Bool { forms.isEmpty }

    /// Adds a secret.
    ///
    /// - Parameter reference: what is written in the secret's place.
    package mutating func add(_ value: String, as reference: TextReference) {
        // Within JSON the mask must not end the string that it stands in.
        add(value, mask: JSONText.escaped(reference.description))
    }

    /// Adds a token or a password that has no reference. Its name is written in its place.
    package mutating func add(_ value: String, named mask: String) {
        add(value, mask: JSONText.escaped(mask))
    }

    /// Adds the password of a URL. `redacted` is written in its place.
    package mutating func add(_ credentials: Credentials) {
        add(credentials.password, mask: "redacted")
    }

    private mutating func add(_ value: String, mask: String) {
        let mask = Array(mask.utf8)
        var new: [SecretForm] = []
        // The value of `Authorization: Basic` holds a password, which may come back by itself.
        let password = Base64.decoded(value).flatMap { pair in
            pair.firstIndex(of: ":").map { String(pair[pair.index(after: $0)...]) }
        }
        for secret in [value, password ?? ""] where secret.utf8.count >= Redaction.shortest {
            new.append(SecretForm(secret, mask: mask))
            new += SecretForm.base64(of: Array(secret.utf8), mask: mask)
            let latin = secret.unicodeScalars.compactMap { UInt8(exactly: $0.value) }
            if latin.count == secret.unicodeScalars.count, latin.count < secret.utf8.count {
                new += SecretForm.base64(of: latin, mask: mask)
            }
        }
        add(new)
    }

    /// Adds the secrets of another redaction.
    package mutating func add(_ other: Redaction) {
        if isEmpty { self = other } else { add(other.forms) }
    }

    private mutating func add(_ new: [SecretForm]) {
        let count = forms.count
        for form in new where !forms.contains(form) { forms.append(form) }
        guard forms.count > count else { return }
        let signs = Set("\\%&#;+{}".unicodeScalars.map(\.value))
        names = CharacterNameList(of: forms.reduce(signs) { $0.union($1.namedCharacters) })
        starts = (0...255).map { byte in
            let value = UInt32(byte)
            // A plus sign is a blank in a form.
            return SpellingReader.isSpecial(value) && byte != UInt8(ascii: "+")
                || forms.contains { $0.mayBegin(with: value) }
                || byte == UInt8(ascii: "+") && forms.contains { $0.mayBegin(with: 0x20) }
        }
    }

    /// Whether a text holds a secret.
    package func isMentioned(in text: String) -> Bool {
        guard !isEmpty else { return false }
        var text = text
        return text.withUTF8 { mask(UnsafeRawBufferPointer($0), .bytes, isJSON: false) } != nil
    }

    /// The text with its secrets replaced.
    package func redacted(_ text: String) -> String { masked(text, isJSON: false) }

    /// The JSON text with its secrets replaced. It stays JSON: a number that is a secret becomes a string.
    package func redactedJSON(_ text: String) -> String { masked(text, isJSON: true) }

    private func masked(_ text: String, isJSON: Bool) -> String {
        guard !isEmpty else { return text }
        var text = text
        let result = text.withUTF8 { mask(UnsafeRawBufferPointer($0), .bytes, isJSON: isJSON) }
        return result.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    /// The bytes with their secrets replaced; nil where they hold none.
    ///
    /// The bytes may be of any encoding of one byte for ASCII's characters, or of UTF-16.
    package func redactedBody(_ bytes: [UInt8]) -> [UInt8]? {
        guard !isEmpty else { return nil }
        var result = bytes.withUnsafeBytes { mask($0, .bytes, isJSON: false) }
        guard bytes.contains(0) else { return result }
        for isBigEndian in [false, true] {
            result =
                (result ?? bytes).withUnsafeBytes {
                    mask($0, .utf16(isBigEndian: isBigEndian), isJSON: false)
                } ?? result
        }
        return result
    }

    private func mask(
        _ bytes: UnsafeRawBufferPointer, _ units: SpelledText.Units, isJSON: Bool
    ) -> [UInt8]? {
        let text = SpelledText(bytes: bytes, units: units)
        var reader = SpellingReader(text, names: names)
        var output = RedactedText(text, isJSON: isJSON)
        var matcher = FormMatcher(length: bytes.count)
        var position = 0
        starts.withUnsafeBufferPointer { starts in
            while let unit = text.unit(at: position) {
                guard starts[Int(min(unit, 0xFF))],
                    let match = matcher.match(forms, at: position, unit, &reader)
                else {
                    position += text.step
                    continue
                }
                position = output.replace(match.range, by: forms[match.form].mask)
            }
        }
        return output.finished()
    }
}
