internal import TrawlText

/// The content of elements that holds no tags but their own end tag.
extension MarkupLexer {
    /// An element whose content is text.
    struct RawText {
        /// Its name: that of the end tag that ends the text.
        var name = TagName()
        /// How far a script is within `<!--`.
        var escape = ScriptEscape.none

        /// Whether it is a script, whose end tag may be hidden.
        var isScript: Bool { name == .script }
    }

    /// How far a script is within `<!--` (HTML Standard, "script data escaped state").
    enum ScriptEscape { case none, escaped, doubleEscaped }

    /// What of a raw text element the next byte belongs to.
    enum RawTextPart {
        /// The text, of whose last bytes so many are the dashes of an escaped script: 0 to 2.
        case text(dashes: Int)
        /// What follows a `<`: so many bytes of `!--` were read.
        case less(matched: Int)
        /// What follows a `</`.
        case endTagOpen
        /// A name behind `<` or `</`.
        case tagName
    }

    /// Reads text up to the end tag of its element.
    ///
    /// - Returns: Whether the end tag's name was read, and the byte after it.
    mutating func readRawText(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
        while position < bytes.count, case .rawText(let part) = state {
            switch part {
            case .text(let dashes): readText(bytes, &position, dashes)
            case .less(let matched): openRawTextTag(bytes[position], &position, matched)
            case .endTagOpen:
                if bytes[position].isASCIILetter {
                    beginRawTextTag(isEnd: true)
                } else {
                    state = .rawText(.text(dashes: 0))
                }
            case .tagName:
                let byte = bytes[position]
                if byte.isASCIILetter || byte.isASCIIDigit {
                    tag.name.append(byte)
                    position += 1
                } else if endRawTextTagName(byte, &position) {
                    return true
                }
            }
        }
        return false
    }

    private mutating func beginRawTextTag(isEnd: Bool) {
        tag.name = TagName()
        tag.isEnd = isEnd
        state = .rawText(.tagName)
    }

    /// Reads text up to and past a `<`, and the dashes of an escaped script.
    private mutating func readText(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ lastDashes: Int
    ) {
        if rawText.escape == .none {
            guard let less = bytes.firstIndex(of: UInt8(ascii: "<"), from: position) else {
                position = bytes.count
                return
            }
            position = less + 1
            state = .rawText(.less(matched: 0))
            return
        }
        var dashes = lastDashes
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "-"): dashes = min(dashes + 1, 2)
            case UInt8(ascii: ">") where dashes == 2:
                rawText.escape = .none
                return
            case UInt8(ascii: "<"):
                state = .rawText(.less(matched: 0))
                return
            default: dashes = 0
            }
        }
        state = .rawText(.text(dashes: dashes))
    }

    /// Reads a byte after a `<` in text. One that opens nothing is read again.
    private mutating func openRawTextTag(_ byte: UInt8, _ position: inout Int, _ matched: Int) {
        let openComment: StaticString = "!--"
        if byte == UInt8(ascii: "/"), matched == 0 {
            position += 1
            state = .rawText(.endTagOpen)
        } else if rawText.isScript, rawText.escape == .none, byte == openComment.bytes[matched] {
            position += 1
            guard matched + 1 == openComment.utf8CodeUnitCount else {
                state = .rawText(.less(matched: matched + 1))
                return
            }
            rawText.escape = .escaped
            state = .rawText(.text(dashes: 2))
        } else if rawText.escape == .escaped, byte.isASCIILetter {
            beginRawTextTag(isEnd: false)
        } else {
            state = .rawText(.text(dashes: 0))
        }
    }

    /// Weighs a name in text and the byte that ended it. A byte that does not end the text is read again.
    ///
    /// - Returns: Whether it ends the text.
    private mutating func endRawTextTagName(_ byte: UInt8, _ position: inout Int) -> Bool {
        state = .rawText(.text(dashes: 0))
        guard byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") || byte.isASCIIWhitespace else {
            return false
        }
        if tag.isEnd, rawText.escape != .doubleEscaped, tag.name == rawText.name {
            position += 1
            tag.isSelfClosing = false
            if endName(byte) { state = .data }
            return true
        }
        if rawText.escape != .none, tag.name == .script {
            if !tag.isEnd {
                rawText.escape = .doubleEscaped
            } else if rawText.escape == .doubleEscaped {
                rawText.escape = .escaped
            }
        }
        return false
    }
}
