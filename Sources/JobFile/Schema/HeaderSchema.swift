internal import CrawlCore

/// The header fields of a job or a request.
enum HeaderSchema {
    /// What a mapping of header fields may be (RFC 9110, section 5).
    static let type = ValueType.mapping(names: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", of: .line)

    /// Header fields as a job file writes them; nil for none.
    static func written(_ fields: [JobSpec.HeaderField]) -> DocumentNode? {
        fields.isEmpty ? nil : .mapping(fields.map { ($0.name, .text($0.value)) })
    }

    /// Reads header fields in their order.
    static func fields(_ cursor: Cursor) throws(JobFileError) -> [JobSpec.HeaderField] {
        var fields: [JobSpec.HeaderField] = []
        var names: Set<String> = []
        for entry in try cursor.entries() {
            let field = cursor.child(entry)
            guard !entry.key.isEmpty, entry.key.utf8.allSatisfy(isTokenByte) else {
                throw cursor.source.failure(
                    at: entry.position, keyPath: field.path,
                    "\"\(entry.key)\" is not the name of a header; write letters, digits and hyphens")
            }
            guard names.insert(entry.key.lowercased()).inserted else {
                throw cursor.source.failure(
                    at: entry.position, keyPath: field.path,
                    "the header is given twice; its case makes no difference, remove one of them")
            }
            fields.append(JobSpec.HeaderField(name: entry.key, value: try field.lineTemplate()))
        }
        return fields
    }

    /// Reads the value of a header field: a text without the control characters that would end the field
    /// (RFC 9110, section 5.5).
    static func value(_ cursor: Cursor) throws(JobFileError) -> String {
        let value = try cursor.text()
        guard RequestMessage.isFieldValue(value) else {
            throw cursor.failure("a header holds no line breaks or control characters; remove them")
        }
        return value
    }

    /// Whether a byte can stand in the name of a header (RFC 9110, section 5.6.2).
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default:
            "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
