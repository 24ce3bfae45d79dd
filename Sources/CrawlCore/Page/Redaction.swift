/// The secrets that a request was sent with, so that a server that sends them back does not get them stored.
public struct Redaction: Sendable, Equatable {
    /// Shorter values are no secrets, and would be found everywhere: 6 bytes.
    public static let shortest = 6

    private var secrets: [Secret] = []

    private struct Secret: Sendable, Equatable {
        let value: [UInt8]
        let mask: [UInt8]
    }

    /// None.
    public init() {}

    /// Whether there are none.
    public var isEmpty: Bool { secrets.isEmpty }

    /// Adds a secret, in the ways it may be written: as it is, in a URL, a form, HTML or JSON.
    ///
    /// - Parameter reference: what stands in its place from now on.
    public mutating func add(_ value: String, as reference: TextReference) {
        let mask = Array(reference.description.utf8)
        for form in [
            value, FormEncoding.component(value), FormEncoding.encoded(value),
            value.replacing(" ", with: "%20"),
            value.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;"),
        ] {
            // As it is, in JSON, and in JSON that is itself a string of JSON.
            let escaped = JSONText.escaped(form)
            for text in [form, escaped, JSONText.escaped(escaped)] {
                let bytes = Array(text.utf8)
                guard bytes.count >= Redaction.shortest, !secrets.contains(where: { $0.value == bytes })
                else { continue }
                secrets.append(Secret(value: bytes, mask: mask))
            }
        }
        // Of two that begin alike the longer one is the one that is meant.
        secrets.sort { $0.value.count > $1.value.count }
    }

    /// Adds those of another.
    public mutating func add(_ other: Redaction) {
        for secret in other.secrets where !secrets.contains(secret) { secrets.append(secret) }
        secrets.sort { $0.value.count > $1.value.count }
    }

    /// Whether a text holds one of them.
    public func isMentioned(in text: String) -> Bool {
        !isEmpty && redacted(Array(text.utf8)) != nil
    }

    /// A text without them.
    public func redacted(_ text: String) -> String {
        guard !isEmpty, let bytes = redacted(Array(text.utf8)) else { return text }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes without them; nil where there are none in them.
    public func redacted(_ bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8]?
        for secret in secrets {
            if let mended = Redaction.replace(secret, in: result ?? bytes) { result = mended }
        }
        return result
    }

    private static func replace(_ secret: Secret, in bytes: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var copied = 0
        var index = 0
        let count = secret.value.count
        while index + count <= bytes.count {
            if bytes[index] == secret.value[0], bytes[index..<(index + count)].elementsEqual(secret.value) {
                result += bytes[copied..<index]
                result += secret.mask
                index += count
                copied = index
            } else {
                index += 1
            }
        }
        guard copied > 0 else { return nil }
        return result + bytes[copied...]
    }
}
