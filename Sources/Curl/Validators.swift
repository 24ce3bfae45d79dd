/// What a response says that a later request may be conditional on (RFC 9110, section 8.8).
///
/// Read off the header's lines as they come by: asking curl for a field afterwards goes over all of them twice.
public struct Validators: Sendable, Equatable {
    /// The `ETag` as it was sent.
    public private(set) var etag: String?
    /// The `Last-Modified` as it was sent.
    public private(set) var lastModified: String?

    /// Takes a line of the header into account, its end included. A status line begins a new response.
    mutating func read(_ line: UnsafeRawBufferPointer) {
        guard let first = line.first else { return }
        switch first | 0x20 {
        case UInt8(ascii: "e"): if let value = Self.value(of: "etag:", in: line) { etag = value }
        case UInt8(ascii: "l"):
            if let value = Self.value(of: "last-modified:", in: line) { lastModified = value }
        case UInt8(ascii: "h") where Self.begins(line, with: "http/"): self = Validators()
        default: break
        }
    }

    /// The value of a field where the line is one of it: without the white space around it.
    private static func value(of name: StaticString, in line: UnsafeRawBufferPointer) -> String? {
        guard begins(line, with: name) else { return nil }
        var value = line[name.utf8CodeUnitCount...]
        while let byte = value.first, byte == 0x20 || byte == 0x09 { value.removeFirst() }
        while let byte = value.last, byte <= 0x20 { value.removeLast() }
        return String(decoding: value, as: UTF8.self)
    }

    /// Whether a line begins with a text in lower case, in whatever case it is written.
    private static func begins(_ line: UnsafeRawBufferPointer, with text: StaticString) -> Bool {
        guard line.count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { text in
            text.indices.allSatisfy { index in
                let byte = line[index]
                let isCapital = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                return (isCapital ? byte | 0x20 : byte) == text[index]
            }
        }
    }
}
