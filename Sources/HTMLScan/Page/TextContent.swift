internal import TrawlText

/// How text is made of a page's bytes: which references are resolved, and whether white space is collapsed.
struct TextContent: OptionSet {
    let rawValue: UInt8

    /// The text is that of an attribute, in which fewer references are resolved (HTML Standard, §13.2.5.73).
    static let isAttribute = TextContent(rawValue: 1 << 0)
    /// White space and control characters in a row become one space, or none at either end.
    static let isCollapsed = TextContent(rawValue: 1 << 1)

    /// Adds the text of some of a page's bytes, in UTF-8. Invalid bytes stay as they are.
    func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        let isCollapsed = contains(.isCollapsed)
        var position = 0
        while position < bytes.count {
            let end = Self.plainEnd(in: bytes, from: position, isCollapsed)
            if end > position {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<end]))
                position = end
                continue
            }
            let byte = bytes[position]
            let start = output.count
            switch byte {
            case UInt8(ascii: "&"):
                let length = CharacterReference.resolve(
                    bytes, at: position, isAttribute: contains(.isAttribute), into: &output)
                if length == 0 { output.append(byte) }
                position += max(length, 1)
            case 0:
                output.append(contentsOf: "\u{FFFD}".utf8)
                position += 1
            default:
                output.append(byte)
                position += 1
            }
            if isCollapsed { Self.collapse(&output, from: start) }
        }
        if isCollapsed, output.last == UInt8(ascii: " ") { output.removeLast() }
    }

    /// Where the bytes end that are text as they stand.
    private static func plainEnd(
        in bytes: UnsafeRawBufferPointer, from start: Int, _ isCollapsed: Bool
    ) -> Int {
        var end = start
        if isCollapsed {
            while end < bytes.count, bytes[end] > 0x20, bytes[end] != UInt8(ascii: "&"), bytes[end] != 0x7F {
                end += 1
            }
        } else {
            while end < bytes.count, bytes[end] != 0, bytes[end] != UInt8(ascii: "&") { end += 1 }
        }
        return end
    }

    /// Turns a control character or white space just added into one space, or into nothing after another or at the start.
    ///
    /// As in browsers, a vertical tab is not white space and stays.
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

extension String {
    /// A text of at most so many Unicode characters.
    func limited(to count: Int) -> String {
        guard utf8.count > count else { return self }
        return String(UnicodeScalarView(unicodeScalars.prefix(count)))
    }
}
