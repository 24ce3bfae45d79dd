/// Gathers the text of a title and makes of it what is kept.
struct TitleText {
    /// The most characters (Unicode scalar values) that a title keeps.
    static let characterLimit = 4096
    /// The most bytes that are gathered: sixteen a character, room for all but the most wasteful references.
    static let byteLimit = 16 * characterLimit

    private var raw: [UInt8] = []
    private var output: [UInt8] = []

    /// Whether no more need be gathered.
    var isFull: Bool { raw.count >= Self.byteLimit }

    /// Whether nothing but ASCII was gathered.
    var isASCII: Bool { raw.allSatisfy { $0 < 0x80 } }

    /// Forgets what was gathered.
    mutating func reset() { raw.removeAll(keepingCapacity: true) }

    /// Adds text as it stands in the page. Of white space in a row the first is kept, so that its amount has no cost.
    mutating func append(_ bytes: Slice<UnsafeRawBufferPointer>) {
        for byte in bytes {
            if byte.isASCIIWhitespace {
                if let last = raw.last, last != UInt8(ascii: " ") { raw.append(UInt8(ascii: " ")) }
            } else {
                raw.append(byte)
            }
            if isFull { return }
        }
    }

    /// Removes the bytes last added.
    mutating func removeLast(_ count: Int) { raw.removeLast(min(count, raw.count)) }

    /// The title's content: decoded, its references resolved, white space and control characters collapsed and stripped.
    ///
    /// - Parameters:
    ///   - encoding: The encoding of what was gathered.
    ///   - decoder: What decodes it, unless it is UTF-8.
    mutating func content(in encoding: TextEncoding, decoder: LegacyDecoder) -> String {
        output.removeAll(keepingCapacity: true)
        if encoding == .utf8 || isASCII {
            raw.withUnsafeBytes { Self.resolve($0, into: &output) }
        } else {
            raw.withUnsafeBytes { decoder.decode($0, as: encoding) }.withUnsafeBytes {
                Self.resolve($0, into: &output)
            }
        }
        if output.last == UInt8(ascii: " ") { output.removeLast() }
        // What is not UTF-8 becomes U+FFFD here.
        let content = String(decoding: output, as: UTF8.self)
        guard content.utf8.count > Self.characterLimit else { return content }
        return String(String.UnicodeScalarView(content.unicodeScalars.prefix(Self.characterLimit)))
    }

    private static func resolve(_ bytes: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte > 0x20, byte != UInt8(ascii: "&"), byte != 0x7F {
                output.append(byte)
                position += 1
                continue
            }
            let start = output.count
            switch byte {
            case UInt8(ascii: "&"):
                let length = CharacterReference.resolve(bytes, at: position, into: &output)
                if length == 0 { output.append(byte) }
                position += max(length, 1)
            case 0:
                output.append(contentsOf: "\u{FFFD}".utf8)
                position += 1
            default:
                output.append(byte)
                position += 1
            }
            collapse(&output, from: start)
        }
    }

    /// Turns a control character or white space just added into one space, or into nothing after another or at the start.
    ///
    /// As in browsers a vertical tab is no white space and stays.
    private static func collapse(_ output: inout [UInt8], from start: Int) {
        guard output.count == start + 1, output[start] <= 0x20 || output[start] == 0x7F, output[start] != 0x0B
        else {
            return
        }
        if start == 0 || output[start - 1] == UInt8(ascii: " ") {
            output.removeLast()
        } else {
            output[start] = UInt8(ascii: " ")
        }
    }
}
