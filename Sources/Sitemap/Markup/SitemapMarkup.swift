internal import TrawlText

/// Splits sitemaps and feeds in XML into tags and text as they arrive, for ``SitemapElements``.
///
/// It is no XML parser: it continues behind any mistake. A `<` begins a tag wherever it stands, so an unclosed tag or
/// quote ends there. A document type is skipped, and its declarations are not used. Memory does not grow with the
/// document: it holds a tag of at most ``tagLimit``, and what ``SitemapElements`` holds.
struct SitemapMarkup {
    /// The longest tag that is read, in bytes: 16 KiB; of longer ones the rest is passed over.
    static let tagLimit = 16 << 10

    private(set) var elements: SitemapElements
    private var state = State.text
    /// A tag, or the beginning of a declaration, as far as it has come.
    private var tag: [UInt8] = []
    private var quote: UInt8 = 0
    private var documentType = SitemapDocumentType()
    private var hidden: Hidden?
    /// Tells how many bytes of the body the decoded bytes stand for.
    private let decoder: TextStreamDecoder
    private var offset: Int
    /// How many of the bytes that are being read are counted in `offset`.
    private var counted = 0
    private var tagOffset = 0

    private enum State {
        case text
        /// Behind `<`.
        case opened
        /// Behind `</`.
        case closing
        case startTag
        case endTag
        /// Behind `<!`, until it is known what it begins.
        case declaration
        /// In something that is skipped up to the next `>` or `<`.
        case ignored
        case documentType
    }

    /// A reader of the text that begins at `offset` in the body.
    init(_ decoder: TextStreamDecoder, offset: Int, limit: Int) {
        self.decoder = decoder
        self.offset = offset
        elements = SitemapElements(limit: limit)
    }

    /// The entries that were read since they were last taken; those that may yet turn out to be hidden are not among them.
    mutating func takeEntries() -> [SitemapEntry] {
        hidden == nil ? elements.harvest.takeEntries() : hidden?.saved.harvest.takeEntries() ?? []
    }

    /// Whether nothing can come of the rest.
    var isOver: Bool { hidden == nil && elements.isOver }

    /// Reads on, in UTF-8.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        var position = 0
        while position < bytes.count, !isOver {
            if hidden == nil, state == .text {
                let end = bytes[position...].firstIndex(of: UInt8(ascii: "<")) ?? bytes.count
                if elements.wantsText {
                    elements.add(
                        UnsafeRawBufferPointer(rebasing: bytes[position..<end]), isCharacterData: false)
                }
                position = end
                if end == bytes.count { break }
            }
            let byte = bytes[position]
            let isHidden = hides(byte)
            if !isHidden { take(byte, at: position, in: bytes) }
            position += 1
            if hidden == nil, let kind = opens { position = skip(kind, from: position, in: bytes) }
        }
        _ = count(to: bytes.count, in: bytes)
        counted = 0
    }

    /// Ends the reading.
    ///
    /// - Parameter isAtEnd: whether there is no more; else it was stopped.
    mutating func finish(isAtEnd: Bool) {
        // What was opened is not closed, so it hides nothing.
        reveal()
        if isAtEnd { elements.finish(at: offset) }
    }

    private mutating func count(to position: Int, in bytes: UnsafeRawBufferPointer) -> Int {
        offset += decoder.sourceLength(of: UnsafeRawBufferPointer(rebasing: bytes[counted..<position]))
        counted = position
        return offset
    }

    // MARK: - Markup

    private mutating func take(_ byte: UInt8, at position: Int, in bytes: UnsafeRawBufferPointer) {
        switch state {
        case .text:
            guard byte == UInt8(ascii: "<") else { return addText(byte) }
            tagOffset = count(to: position, in: bytes)
            state = .opened
        case .opened where byte == UInt8(ascii: "<"):
            // The one before was text.
            addText(byte)
            tagOffset = count(to: position, in: bytes)
        case .opened: open(byte)
        case .closing:
            if byte.isNameStart {
                begin(.endTag, byte)
            } else {
                state = .text
                take(byte, at: position, in: bytes)
            }
        case .startTag, .endTag:
            if byte == UInt8(ascii: ">"), quote == 0 {
                endTag()
            } else if byte == UInt8(ascii: "<") {
                endTag()
                take(byte, at: position, in: bytes)
            } else {
                addToTag(byte)
            }
        case .declaration: declare(byte)
        case .ignored:
            if byte == UInt8(ascii: ">") { state = .text }
            if byte == UInt8(ascii: "<") {
                tagOffset = count(to: position, in: bytes)
                state = .opened
            }
        case .documentType:
            switch documentType.step(byte) {
            case .inside: elements.declaresEntities = documentType.hasSubset
            case .end: state = .text
            case .tag:
                tagOffset = count(to: position, in: bytes)
                begin(.startTag, byte)
            }
        }
    }

    private mutating func addText(_ byte: UInt8) {
        guard elements.wantsText else { return }
        withUnsafeBytes(of: byte) { elements.add($0, isCharacterData: false) }
    }

    private mutating func open(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "/"): state = .closing
        case UInt8(ascii: "?"): state = .ignored
        case UInt8(ascii: "!"): begin(.declaration, nil)
        case _ where byte.isNameStart: begin(.startTag, byte)
        default:
            addText(UInt8(ascii: "<"))
            addText(byte)
            state = .text
        }
    }

    private mutating func begin(_ state: State, _ byte: UInt8?) {
        self.state = state
        quote = 0
        tag.removeAll(keepingCapacity: true)
        if let byte { tag.append(byte) }
    }

    private mutating func addToTag(_ byte: UInt8) {
        if quote != 0 {
            if byte == quote { quote = 0 }
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"),
            tag.last(where: { $0 > 0x20 }) == UInt8(ascii: "=")
        {
            quote = byte
        }
        if tag.count < Self.tagLimit { tag.append(byte) }
    }

    private mutating func endTag() {
        tag.withUnsafeBytes { bytes in
            let tag = SitemapTag(bytes, offset: tagOffset)
            if state == .endTag { elements.end(tag) } else { elements.start(tag) }
        }
        state = .text
    }

    private mutating func declare(_ byte: UInt8) {
        tag.append(byte)
        if Hidden.openings.contains(where: { tag.elementsEqual($0) }) {
            // `opens` sees it.
            if hidden != nil { openWithin() }
        } else if tag.elementsEqual("doctype".utf8, by: { $0.asciiLowercased == $1 }) {
            documentType = SitemapDocumentType()
            state = .documentType
        } else if !Self.declarations.contains(where: { $0.starts(with: tag.map(\.asciiLowercased)) }) {
            state = byte == UInt8(ascii: ">") ? .text : .ignored
        }
    }

    private static let declarations = ["--", "[cdata[", "doctype"].map { Array($0.utf8) }

    // MARK: - Comments and CDATA

    /// A comment, or character data, that has begun.
    ///
    /// It may never be closed, and then it hides nothing. That is assumed if another one begins beyond the entry that
    /// it stands in. So its content is read as if it were not hidden, and a copy from before is restored when its end
    /// comes.
    private struct Hidden {
        enum Kind: Int {
            case comment
            case characterData
        }

        static let openings = ["--", "[CDATA["].map { Array($0.utf8) }

        let kind: Kind
        /// What was read before it.
        var saved: SitemapElements
        /// Whether its content is skipped, because too much was read in vain before.
        let isOpaque: Bool
        /// The last two bytes, which may belong to its end; 0 for none.
        private var last: (UInt8, UInt8) = (0, 0)

        init(_ kind: Kind, saved: SitemapElements) {
            self.kind = kind
            self.saved = saved
            isOpaque = !saved.maySpeculate
            // The two dashes that open a comment may also be those that close it.
            if kind == .comment { last = (UInt8(ascii: "-"), UInt8(ascii: "-")) }
        }

        /// What its end begins with, twice; `>` follows.
        var closing: UInt8 { kind == .comment ? UInt8(ascii: "-") : UInt8(ascii: "]") }

        /// Whether a byte is the last one.
        mutating func ends(with byte: UInt8) -> Bool {
            if byte == UInt8(ascii: ">"), last == (closing, closing) { return true }
            if kind == .characterData, last.0 != 0, saved.wantsText {
                withUnsafeBytes(of: last.0) { saved.add($0, isCharacterData: true) }
            }
            last = (last.1, byte)
            return false
        }
    }

    /// What has just been opened, where it is a comment or character data.
    private var opens: Hidden.Kind? {
        guard state == .declaration, let index = Hidden.openings.firstIndex(where: { tag.elementsEqual($0) })
        else {
            return nil
        }
        return Hidden.Kind(rawValue: index)
    }

    /// Skips a comment, or reads character data as text.
    ///
    /// - Returns: where to read on.
    private mutating func skip(_ kind: Hidden.Kind, from start: Int, in bytes: UnsafeRawBufferPointer) -> Int
    {
        state = .text
        var next = Hidden(kind, saved: elements)
        // Nearly all have no tag in them, and end soon.
        let end =
            bytes[start...].firstIndex { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") } ?? bytes.count
        if end < bytes.count, bytes[end] == UInt8(ascii: ">"), end - start >= 2,
            bytes[end - 1] == next.closing, bytes[end - 2] == next.closing
        {
            if kind == .characterData, elements.wantsText {
                elements.add(UnsafeRawBufferPointer(rebasing: bytes[start..<end - 2]), isCharacterData: true)
            }
            return end + 1
        }
        next.saved.countHidden()
        elements.countHidden()
        // The copy keeps the entries before.
        elements.harvest.setEntriesAside()
        hidden = next
        return start
    }

    /// Whether a byte is not read: it ends what is hidden, or is within it.
    private mutating func hides(_ byte: UInt8) -> Bool {
        guard hidden?.ends(with: byte) ?? false else { return hidden?.isOpaque ?? false }
        if let saved = hidden.take()?.saved { elements = saved }
        state = .text
        return true
    }

    /// Another comment, or other character data, begins within what is hidden.
    private mutating func openWithin() {
        guard let kind = hidden?.kind, opens == kind, elements.boundaries != hidden?.saved.boundaries else {
            state = .text
            return
        }
        reveal()
    }

    /// What was hidden is not: it has no end.
    private mutating func reveal() {
        guard var open = hidden.take() else { return }
        elements.harvest.follow(open.saved.harvest.takeEntries())
    }
}

extension UInt8 {
    /// Whether a name can begin with it (XML 1.0, section 2.3).
    var isNameStart: Bool {
        asciiLowercased &- 0x61 < 26 || self >= 0x80 || self == UInt8(ascii: "_") || self == UInt8(ascii: ":")
    }
}
