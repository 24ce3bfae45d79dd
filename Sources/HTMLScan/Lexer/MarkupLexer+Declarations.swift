internal import TrawlText

/// What begins with `<!` or `<?`: comments, doctypes, CDATA sections and the instructions of XML.
extension MarkupLexer {
    /// What of a declaration the next byte belongs to.
    enum DeclarationPart {
        /// What tells the kind of a declaration, behind `<!`.
        case opening(Opening)
        /// A doctype, or anything else that ends at the first `>`.
        case bogusComment
        case comment(CommentPart)
        /// A CDATA section, of whose end this many brackets were read: 0 to 2.
        case cdata(brackets: Int)
        case xmlInstruction(isAfterQuestionMark: Bool)
        /// A doctype of XML: within a quote, or not (0), and within so many brackets.
        case xmlDoctype(quote: UInt8, brackets: Int)
    }

    /// What was read behind `<!`.
    enum Opening {
        case nothing
        case dash
        /// The first bytes of `[CDATA[`, so many of them.
        case section(matched: Int)
    }

    /// Where in a comment the next byte stands.
    enum CommentPart {
        /// Behind `<!--`, where a `>` ends the comment, but a `!` does not begin such an end.
        case start
        /// Behind `<!---`, likewise.
        case startDash
        case text
        case dash
        case dashes
        /// Behind `--!`, where a `>` ends the comment.
        case bang
    }

    private static let contentLimit = 64 << 10

    /// - Returns: What was found, if it is to be reported.
    mutating func readDeclaration(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, from part: DeclarationPart
    ) -> Event? {
        let start = position
        skipDeclaration(bytes, &position, from: part)
        switch part {
        case .cdata where findsText:
            content.append(contentsOf: bytes[start..<position])
            return isInData || content.count > Self.contentLimit ? .section : nil
        case .bogusComment where keepsEverything:
            keepContent(bytes[start..<position])
            return isInData ? endBogusComment() : nil
        case .comment where keepsEverything:
            keepContent(bytes[start..<position])
            return isInData ? endComment() : nil
        default: return nil
        }
    }

    /// Takes what there is of a CDATA section, but nothing of what may be its end.
    mutating func takeSection() -> [UInt8] {
        let isOver = isInData
        let section = content.dropLast(isOver ? 3 : 2)
        let rest = isOver ? [] : Array(content.suffix(2))
        defer { content = rest }
        return Array(section)
    }

    private mutating func keepContent(_ bytes: Slice<UnsafeRawBufferPointer>) {
        content.append(contentsOf: bytes.prefix(Self.contentLimit - content.count))
    }

    private var isContentCutOff: Bool { content.count == Self.contentLimit }

    private mutating func endBogusComment() -> Event {
        if !isContentCutOff { content.removeLast() }
        return content.prefix(7).map(\.asciiLowercased).elementsEqual("doctype".utf8) ? .doctype : .comment
    }

    private mutating func endComment() -> Event {
        // A comment may also end in `--!>`, or with the `>` of `<!-->` and `<!--->`.
        let end =
            content.suffix(4).elementsEqual("--!>".utf8)
            ? 4 : content.suffix(3).elementsEqual("-->".utf8) ? 3 : 2
        if !isContentCutOff { content.removeLast(min(end, content.count)) }
        return .comment
    }

    private mutating func skipDeclaration(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, from part: DeclarationPart
    ) {
        switch part {
        case .opening(let opening): openDeclaration(bytes[position], &position, opening)
        case .xmlInstruction(let isAfterQuestionMark):
            readXMLInstruction(bytes, &position, isAfterQuestionMark)
        case .xmlDoctype(let quote, let brackets): readXMLDoctype(bytes, &position, quote, brackets)
        case .comment(let part): readComment(bytes, &position, from: part)
        case .cdata(let brackets): readCDATA(bytes, &position, brackets)
        case .bogusComment:
            // A doctype, too, ends at the first `>`, quoted or not.
            guard let end = bytes.firstIndex(of: UInt8(ascii: ">"), from: position) else {
                position = bytes.count
                return
            }
            position = end + 1
            state = .data
        }
    }

    /// Reads a byte after `<!`: of `--`, of `[CDATA[` or of neither. That of neither is read again.
    private mutating func openDeclaration(_ byte: UInt8, _ position: inout Int, _ opening: Opening) {
        content.removeAll(keepingCapacity: true)
        switch opening {
        case .nothing where byte == UInt8(ascii: "-"):
            position += 1
            state = .declaration(.opening(.dash))
        case .dash where byte == UInt8(ascii: "-"):
            position += 1
            state = .declaration(.comment(isXML ? .text : .start))
        case .dash: state = .declaration(.bogusComment)
        case .nothing: openSection(byte, &position, matched: 0)
        case .section(let matched): openSection(byte, &position, matched: matched)
        }
    }

    private mutating func openSection(_ byte: UInt8, _ position: inout Int, matched: Int) {
        let start: StaticString = "[CDATA["
        guard allowsCDATA || isXML, byte == start.bytes[matched] else {
            state = .declaration(isXML ? .xmlDoctype(quote: 0, brackets: 0) : .bogusComment)
            return
        }
        position += 1
        let isComplete = matched + 1 == start.utf8CodeUnitCount
        state = .declaration(isComplete ? .cdata(brackets: 0) : .opening(.section(matched: matched + 1)))
    }

    /// Reads an instruction up to `?>` (XML 1.0, 2.6).
    private mutating func readXMLInstruction(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ isAfterQuestionMark: Bool
    ) {
        var isAfterQuestionMark = isAfterQuestionMark
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: ">"), isAfterQuestionMark { return state = .data }
            isAfterQuestionMark = byte == UInt8(ascii: "?")
        }
        state = .declaration(.xmlInstruction(isAfterQuestionMark: isAfterQuestionMark))
    }

    /// Reads a doctype with the declarations in its brackets (XML 1.0, 2.8).
    private mutating func readXMLDoctype(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ openQuote: UInt8, _ openBrackets: Int
    ) {
        var quote = openQuote
        var brackets = openBrackets
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard quote == 0 else {
                if byte == quote { quote = 0 }
                continue
            }
            switch byte {
            case UInt8(ascii: "\"") where brackets == 0, UInt8(ascii: "'") where brackets == 0: quote = byte
            case UInt8(ascii: "["): brackets += 1
            case UInt8(ascii: "]"): brackets -= 1
            case UInt8(ascii: ">") where brackets <= 0: return state = .data
            default: break
            }
        }
        state = .declaration(.xmlDoctype(quote: quote, brackets: brackets))
    }

    private mutating func readComment(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, from start: CommentPart
    ) {
        var part = start
        while position < bytes.count {
            if case .text = part {
                guard let dash = bytes.firstIndex(of: UInt8(ascii: "-"), from: position) else {
                    position = bytes.count
                    break
                }
                position = dash
            }
            let byte = bytes[position]
            position += 1
            switch (byte, part) {
            case (UInt8(ascii: "-"), .text), (UInt8(ascii: "-"), .bang): part = .dash
            case (UInt8(ascii: "-"), .start): part = .startDash
            case (UInt8(ascii: "-"), .dash), (UInt8(ascii: "-"), .dashes), (UInt8(ascii: "-"), .startDash):
                part = .dashes
            case (UInt8(ascii: ">"), .dashes), (UInt8(ascii: ">"), .bang), (UInt8(ascii: ">"), .start),
                (UInt8(ascii: ">"), .startDash):
                return state = .data
            case (UInt8(ascii: "!"), .dashes) where !isXML: part = .bang
            default: part = .text
            }
        }
        state = .declaration(.comment(part))
    }

    private mutating func readCDATA(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int, _ openBrackets: Int
    ) {
        let start = position
        var brackets = openBrackets
        defer {
            hasText =
                hasText
                || bytes[start..<position].contains {
                    $0 != 0 && !$0.isASCIIWhitespace && $0 != UInt8(ascii: "]") && $0 != UInt8(ascii: ">")
                }
        }
        while position < bytes.count {
            if brackets == 0 {
                guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]"), from: position) else {
                    position = bytes.count
                    break
                }
                position = bracket
            }
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "]"): brackets = min(brackets + 1, 2)
            case UInt8(ascii: ">") where brackets == 2: return state = .data
            default: brackets = 0
            }
        }
        state = .declaration(.cdata(brackets: brackets))
    }
}
