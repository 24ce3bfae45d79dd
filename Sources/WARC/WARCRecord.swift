internal import Glibc

/// One record of a WARC file (ISO 28500:2017, version 1.1).
struct WARCRecord {
    /// The record's identifier, `<urn:uuid:…>`.
    let id: String
    private var fields: [(name: String, value: String)]
    private let head: ArraySlice<UInt8>
    private let body: ArraySlice<UInt8>

    /// A record of a type, such as `response`.
    ///
    /// - Parameters:
    ///   - date: unix milliseconds.
    ///   - head: the record's block; when the record has a payload, the part of the block before it.
    ///   - body: the payload.
    init(_ type: String, date: Int64, contentType: String, head: [UInt8], body: [UInt8] = []) {
        id = "<urn:uuid:\(Self.uuid())>"
        self.head = head[...]
        self.body = body[...]
        fields = [
            ("WARC-Type", type), ("WARC-Record-ID", id), ("WARC-Date", Self.instant(date)),
            ("Content-Type", contentType), ("WARC-Block-Digest", SHA1.label(self.head, self.body)),
        ]
    }

    /// Adds a named field. Line breaks become spaces, since they would begin another field.
    mutating func add(_ name: String, _ value: String) {
        let value = String(String.UnicodeScalarView(value.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
        fields.append((name, value))
    }

    /// Adds the digest of the payload.
    mutating func addPayloadDigest() { add("WARC-Payload-Digest", SHA1.label(body)) }

    /// The record as it is written, before compression.
    var bytes: [UInt8] {
        var text = "WARC/1.1\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        text += "Content-Length: \(head.count + body.count)\r\n\r\n"
        var bytes = Array(text.utf8)
        bytes.reserveCapacity(bytes.count + head.count + body.count + 4)
        bytes += head
        bytes += body
        bytes += "\r\n\r\n".utf8
        return bytes
    }

    /// A random UUID (RFC 9562, version 4).
    private static func uuid() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return text
    }

    /// An instant in W3C's profile of ISO 8601, to the millisecond.
    private static func instant(_ milliseconds: Int64) -> String {
        let text = digits(of: milliseconds)
        return "\(text[0])-\(text[1])-\(text[2])T\(text[3]):\(text[4]):\(text[5]).\(text[6])Z"
    }

    /// An instant for file names: to the second, digits only.
    static func fileStamp(_ milliseconds: Int64) -> String {
        digits(of: milliseconds)[..<6].joined()
    }

    private static func digits(of milliseconds: Int64) -> [String] {
        var seconds = time_t(milliseconds / 1000)
        var time = tm()
        _ = gmtime_r(&seconds, &time)  // Fails only for years that do not fit.
        let parts = [
            (Int(time.tm_year) + 1900, 4), (Int(time.tm_mon) + 1, 2), (Int(time.tm_mday), 2),
            (Int(time.tm_hour), 2),
            (Int(time.tm_min), 2), (Int(time.tm_sec), 2), (Int(milliseconds % 1000), 3),
        ]
        return parts.map { number, width in
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
    }
}
