internal import TrawlText

/// Comments, declarations, and the content of elements that holds no tags.
extension MarkupLexer {
    private static let contentLimit = 64 << 10

    /// - Returns: What was found, if it is to be reported.
    mutating func readDeclaration(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Event? {
        let start = position
        let kind = state
        skipDeclaration(bytes, &position)
        switch kind {
        case .cdata where findsText:
            content.append(contentsOf: bytes[start..<position])
            return state == .data || content.count > Self.contentLimit ? .section : nil
        case .bogusComment where keepsAll, .comment where keepsAll:
            content.append(contentsOf: bytes[start..<position].prefix(Self.contentLimit - content.count))
            return state == .data ? endContent(of: kind) : nil
        default: return nil
        }
    }

    /// Takes what there is of a CDATA section; of what may be its end nothing.
    mutating func takeSection() -> [UInt8] {
        let isOver = state == .data
        let section = content.dropLast(isOver ? 3 : 2)
        let rest = isOver ? [] : Array(content.suffix(2))
        defer { content = rest }
        return Array(section)
    }

    private mutating func endContent(of kind: State) -> Event {
        let isCutOff = content.count == Self.contentLimit
        if kind == .bogusComment {
            if !isCutOff { content.removeLast() }
            return content.prefix(7).map(\.asciiLowercased).elementsEqual("doctype".utf8)
                ? .doctype : .comment
        }
        // A comment may also end in `--!>`, or with the `>` of `<!-->` and `<!--->`.
        let end =
            content.suffix(4).elementsEqual("--!>".utf8)
            ? 4 : content.suffix(3).elementsEqual("-->".utf8) ? 3 : 2
        if !isCutOff { content.removeLast(min(end, content.count)) }
        return .comment
    }

    private mutating func skipDeclaration(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) {
        switch state {
        case .markupDeclaration: openDeclaration(bytes[position], &position)
        case .xmlInstruction, .xmlDoctype: readXMLDeclaration(bytes, &position)
        case .comment: readComment(bytes, &position)
        case .cdata: readCDATA(bytes, &position)
        default:
            // A doctype, too, ends at the first `>`, quoted or not.
            guard let end = bytes.firstIndex(of: UInt8(ascii: ">"), from: position) else {
                position = bytes.count
                return
            }
            position = end + 1
            state = .data
        }
    }

    /// Reads the bytes after `<!`: `--`, `[CDATA[` or neither.
    private mutating func openDeclaration(_ byte: UInt8, _ position: inout Int) {
        content.removeAll(keepingCapacity: true)
        let sectionStart: StaticString = "[CDATA["
        if matched == 0 ? byte == UInt8(ascii: "-") : matched == -1 {
            guard byte == UInt8(ascii: "-") else {
                state = .bogusComment
                return
            }
            position += 1
            matched -= 1
            guard matched == -2 else { return }
            matched = isXML ? 0 : CommentPosition.start
            state = .comment
        } else if matched >= 0, allowsCDATA || isXML, byte == sectionStart.bytes[matched] {
            position += 1
            matched += 1
            if matched == sectionStart.utf8CodeUnitCount {
                matched = 0
                state = .cdata
            }
        } else {
            (quote, matched) = (0, 0)
            state = isXML ? .xmlDoctype : .bogusComment
        }
    }

    /// Reads an instruction up to `?>`, or a doctype with the declarations in its brackets (XML 1.0, 2.6 and 2.8).
    private mutating func readXMLDeclaration(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if state == .xmlInstruction {
                if byte == UInt8(ascii: ">"), matched == 1 { return state = .data }
                matched = byte == UInt8(ascii: "?") ? 1 : 0
            } else if quote != 0 {
                if byte == quote { quote = 0 }
            } else {
                switch byte {
                case UInt8(ascii: "\"") where matched == 0, UInt8(ascii: "'") where matched == 0: quote = byte
                case UInt8(ascii: "["): matched += 1
                case UInt8(ascii: "]"): matched -= 1
                case UInt8(ascii: ">") where matched <= 0: return state = .data
                default: break
                }
            }
        }
    }

    /// What `matched` means in a comment, beside the number of dashes before a byte, 0 to 2.
    private enum CommentPosition {
        /// After `--!`, where a `>` ends the comment.
        static let bang = -1
        /// After `<!--` and `<!---`, where a `>` ends the comment too, but a `!` does not begin such an end.
        static let start = 3
        static let startDash = 4
    }

    private mutating func readComment(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) {
        while position < bytes.count {
            if matched == 0 {
                guard let dash = bytes.firstIndex(of: UInt8(ascii: "-"), from: position) else {
                    position = bytes.count
                    return
                }
                position = dash
            }
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "-"):
                switch matched {
                case CommentPosition.start: matched = CommentPosition.startDash
                case CommentPosition.bang: matched = 1
                default: matched = min(matched + 1, 2)
                }
            case UInt8(ascii: ">") where matched >= 2 || matched == CommentPosition.bang:
                state = .data
                return
            case UInt8(ascii: "!") where matched == 2 && !isXML: matched = CommentPosition.bang
            default: matched = 0
            }
        }
    }

    private mutating func readCDATA(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) {
        let start = position
        defer {
            hasText =
                hasText
                || bytes[start..<position].contains {
                    $0 != 0 && !$0.isASCIIWhitespace && $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: ">")
                }
        }
        while position < bytes.count {
            if matched == 0 {
                guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]"), from: position) else {
                    position = bytes.count
                    return
                }
                position = bracket
            }
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "]"): matched = min(matched + 1, 2)
            case UInt8(ascii: ">") where matched == 2:
                state = .data
                return
            default: matched = 0
            }
        }
    }

    /// Reads text up to the end tag of its element.
    ///
    /// - Returns: Whether the end tag's name was read, and the byte after it.
    mutating func readRawText(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
        while position < bytes.count {
            switch state {
            case .rawText: readText(bytes, &position)
            case .rawTextLess: openRawTextTag(bytes[position], &position)
            case .rawTextEndTagOpen:
                if bytes[position].isASCIILetter {
                    name = TagName()
                    isEndTag = true
                    state = .rawTextTagName
                } else {
                    state = .rawText
                }
            default:
                let byte = bytes[position]
                if byte.isASCIILetter || byte.isASCIIDigit {
                    name.append(byte)
                    position += 1
                } else if endRawTextTagName(byte, &position) {
                    return true
                }
            }
        }
        return false
    }

    /// Reads text up to and past a `<`, and the dashes of an escaped script.
    private mutating func readText(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) {
        if escape == .none {
            guard let less = bytes.firstIndex(of: UInt8(ascii: "<"), from: position) else {
                position = bytes.count
                return
            }
            position = less + 1
            state = .rawTextLess
            matched = 0
            return
        }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "-"): matched = min(matched + 1, 2)
            case UInt8(ascii: ">") where matched == 2:
                escape = .none
                return
            case UInt8(ascii: "<"):
                matched = 0
                state = .rawTextLess
                return
            default: matched = 0
            }
        }
    }

    /// Reads the bytes after a `<` in text.
    private mutating func openRawTextTag(_ byte: UInt8, _ position: inout Int) {
        if byte == UInt8(ascii: "/"), matched == 0 {
            position += 1
            state = .rawTextEndTagOpen
        } else if rawTextName == Self.script, escape == .none, byte == openComment.bytes[matched] {
            position += 1
            matched += 1
            guard matched == openComment.utf8CodeUnitCount else { return }
            matched = 2
            escape = .escaped
            state = .rawText
        } else if escape == .escaped, byte.isASCIILetter {
            name = TagName()
            isEndTag = false
            state = .rawTextTagName
        } else {
            matched = 0
            state = .rawText
        }
    }

    private var openComment: StaticString { "!--" }

    /// Weighs a name in text and the byte that ended it.
    ///
    /// - Returns: Whether it ends the text.
    private mutating func endRawTextTagName(_ byte: UInt8, _ position: inout Int) -> Bool {
        state = .rawText
        matched = 0
        guard byte == UInt8(ascii: ">") || byte == UInt8(ascii: "/") || byte.isASCIIWhitespace else {
            return false
        }
        if isEndTag, escape != .doubleEscaped, name == rawTextName {
            position += 1
            isSelfClosing = false
            if endName(byte) { state = .data }
            return true
        }
        if escape != .none, name == Self.script {
            escape = isEndTag ? (escape == .doubleEscaped ? .escaped : escape) : .doubleEscaped
        }
        return false
    }

    private static let script = TagName("script")
}
