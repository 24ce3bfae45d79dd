internal import TrawlText

/// Finds the title of an HTML page, and whatever else its options ask for, while the page arrives.
///
/// The title is that of the first HTML `title` element, wherever browsers accept one; those of `svg` do not count.
/// Where only the title is asked for, the page is read no further than its title; else it is read to its end, in one
/// pass. Only what is found is kept, so memory does not grow with the page. One scanner serves page after page, on
/// one thread; between pages call ``reset(contentType:byteLimit:)``.
package final class PageScanner {
    /// The title: decoded, white space collapsed, at most 4,096 Unicode characters; empty where it has no text.
    ///
    /// It is nil where the page has no title, or none was found yet.
    package var title: String? { reader.title }

    /// The page's metadata. It is complete when the scanner is finished, and empty unless it was asked for.
    package var metadata: PageMetadata { reader.findings.metadata }

    /// The links of the page in order: at most 50,000, of at most 8 KiB each and 4 MiB in all; empty unless they were
    /// asked for.
    package var links: [PageLink] { reader.findings.links }

    /// What the page's addresses are relative to: the `href` of its first `base` that has one, as it is written.
    ///
    /// It is itself resolved against the page's address. It is nil where there is none, or neither links, references nor metadata
    /// were asked for.
    package var baseHref: String? { reader.findings.baseHref }

    /// Everything that the page refers to, and its ids; nil unless they were asked for. It is complete when the scanner is
    /// finished.
    package var references: PageReferences? { reader.references?.result }

    /// What is searched for beside the title.
    package let options: Options

    /// Whether the scanner needs no more of the body: everything asked for is found, or there is nothing to find.
    @exclusivity(unchecked) package private(set) var isFinished = false

    /// Whether the body is HTML or XHTML, by its type or its first bytes; of a body without a type that is not known
    /// before its first bytes are read.
    @exclusivity(unchecked) package private(set) var isHTML = false

    /// Whether the body is an XML document other than XHTML that is read, as it is for ``Options/tree``.
    package var isXML: Bool { reader.isDocument }

    /// The name of the page's encoding in the Encoding Standard, such as `windows-1252`; nil before it is known.
    ///
    /// A byte order mark decides, then the `Content-Type`, then what the page declares of itself. A page without any
    /// of these is judged by the 16 KiB that begin with its first byte that is not ASCII: by a declaration in them,
    /// then by whether they are UTF-8, then by a guess. If all fail it is windows-1252. If everything that was read
    /// is ASCII it is UTF-8.
    package var charset: String? { encoding?.rawValue }

    /// How the next bytes are handled.
    private enum Stage {
        /// The first bytes are gathered, until they are enough to tell the encoding.
        case head
        /// The page has not declared an encoding so far. It is read while it is ASCII.
        case undeclared
        /// Bytes are held back, until there are enough of them to tell the encoding.
        case holding
        /// The encoding is known.
        case reading
    }

    // The state that is read and written several times a page is unchecked: nothing that is called knows the scanner.

    @exclusivity(unchecked) private var stage = Stage.head
    /// The page's `Content-Type` and what it says, kept because a site sends the same one with page after page.
    private var header = (value: String?.none, type: MIMEType(contentType: nil))
    @exclusivity(unchecked) private var type = MIMEType(contentType: nil)
    @exclusivity(unchecked) private var encoding: TextEncoding?
    private var held: [UInt8] = []
    @exclusivity(unchecked) private var remaining = 0

    @exclusivity(unchecked) private var reader: PageReader
    private var streamDecoder: (any StreamDecoder)?
    private var decoded: [UInt8] = []
    private var keptText: [UInt8] = []
    private let text: PageText
    private lazy var guess = EncodingGuess()

    /// How much of a page is searched for a declaration before any of it is read (HTML Standard, §13.2.3.2).
    private static let prescanLength = 1024
    /// How much of a page is looked at from its first byte that is not ASCII, where it has not declared an encoding.
    private static let sampleLength = 16 << 10
    /// How many bytes are decoded at a time. Few, where the page may soon be finished.
    private static let sliceLength = 512
    private static let longSliceLength = 16 << 10
    /// How much text is kept, in bytes of UTF-8; what comes beyond is left out.
    package static let textLimit = 16 << 20

    /// Creates a scanner, ready for a page of which no `Content-Type` is known.
    ///
    /// - Parameters:
    ///   - options: What is searched for beside the title. Nothing by default.
    ///   - productToken: The crawler's name as pages know it, such as `trawl`, for ``PageMetadata/agentRobots``. Empty:
    ///     none.
    package convenience init(_ options: Options = [], productToken: String = "") {
        self.init(options, productToken: productToken, depth: 0)
    }

    /// Creates a scanner for documents within others.
    ///
    /// - Parameter depth: How many documents are around them.
    init(_ options: Options, productToken: String = "", depth: Int) {
        self.options = options
        text = PageText(decoder: LegacyDecoder())
        reader = PageReader(options, productToken: productToken, text: text, depth: depth)
        held.reserveCapacity(ContentSignature.length)
        reset(contentType: nil)
    }

    /// Forgets the page and begins another.
    ///
    /// - Parameters:
    ///   - contentType: The value of the page's `Content-Type` header. Without one, the first bytes of the body tell whether
    ///     it is HTML (MIME Sniffing Standard, §7).
    ///   - byteLimit: How many bytes are looked at before the page is taken to end. No limit by default.
    package func reset(contentType: String?, byteLimit: Int = .max) {
        encoding = nil
        text.encoding = .utf8
        text.pageEncoding = .utf8
        if contentType != header.value { header = (contentType, MIMEType(contentType: contentType)) }
        type = header.type
        isHTML = type.isPage
        isFinished = !isRead
        stage = .head
        held.removeAll(keepingCapacity: true)
        remaining = byteLimit
        reader.reset()
        streamDecoder = nil
        keptText.removeAll(keepingCapacity: false)
    }

    /// Reads the next bytes of the page, as they are after any transfer and content encoding. The pieces may be of any length.
    package func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !isFinished else { return }
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(remaining))
        remaining -= piece.count
        take(piece)
        if remaining == 0 { finish() }
    }

    /// Says that the page ends here: a title that is still open ends too.
    package func finish() {
        guard !isFinished else { return }
        if stage == .head { readHeld { readHead($0) } }
        if stage == .holding { readHeld { readSample($0) } }
        if !isFinished, var decoder = streamDecoder {
            decoded.removeAll(keepingCapacity: true)
            decoder.finish(into: &decoded)
            decoded.withUnsafeBytes { _ = deliver($0) }
        }
        reader.finish()
        end()
    }

    /// Gives access to the text of the body in UTF-8, where ``Options/text`` was asked for; at most 16 MiB of it.
    ///
    /// - Parameter body: Gets the text, which is only valid during the call.
    package func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        keptText.withUnsafeBytes(body)
    }

    /// Evaluates an XPath expression on the tree of the page or XML document, where ``Options/tree`` was asked for and the scanner is finished.
    ///
    /// - Parameter limit: How many of the nodes that are found are made into text.
    /// - Returns: nil where the body is neither, evaluating would take too long, or the expression is not for such a body.
    package func evaluate(_ expression: XPathExpression, limit: Int) -> XPathValue? {
        isFinished && (isHTML || isXML) ? reader.evaluate(expression, limit: limit) : nil
    }

    /// The texts of the page's `script` elements of a MIME type, where ``Options/tree`` was asked for and the scanner is finished.
    ///
    /// - Parameter type: The type in lower case.
    package func scripts(ofType type: StaticString) -> [[UInt8]] {
        isFinished && isHTML ? reader.scripts(ofType: type) : []
    }

    private var keepsText: Bool { options.contains(.text) }
    private var isReadAsXML: Bool { type.format == .xml && options.contains(.tree) }
    /// Whether something of the body is wanted.
    private var isRead: Bool { isHTML || isReadAsXML || keepsText && type.isText }
    /// Whether the whole body is decoded before it is read.
    private var decodesAll: Bool { !options.isDisjoint(with: [.text, .tree, .references]) }

    private func take(_ bytes: UnsafeRawBufferPointer) {
        guard !isFinished, !bytes.isEmpty else { return }
        switch stage {
        case .head: gather(bytes, headLength) { readHead($0) }
        case .undeclared: readASCII(bytes)
        case .holding: gather(bytes, Self.sampleLength) { readSample($0) }
        case .reading: read(bytes)
        }
    }

    // MARK: - The encoding

    private var headLength: Int {
        switch type.format {
        case .unknown: ContentSignature.length
        default: type.encoding == nil ? Self.prescanLength : ContentSignature.binaryLength
        }
    }

    /// Gathers bytes, without a copy where they come in one piece.
    ///
    /// - Parameter body: Reads what was gathered and all that follows; gets more than the length only where there is more.
    private func gather(
        _ bytes: UnsafeRawBufferPointer, _ length: Int, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        if held.isEmpty, bytes.count >= length { return body(bytes) }
        let missing = min(length - held.count, bytes.count)
        held.append(contentsOf: bytes.prefix(missing))
        guard held.count == length else { return }
        readHeld(body)
        take(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing)))
    }

    private func readHeld(_ body: (UnsafeRawBufferPointer) -> Void) {
        var bytes: [UInt8] = []
        swap(&bytes, &held)
        bytes.withUnsafeBytes(body)
        // The memory serves the next page, unless more was held meanwhile.
        guard held.isEmpty else { return }
        bytes.removeAll(keepingCapacity: true)
        swap(&bytes, &held)
    }

    /// Chooses the encoding by the page's first bytes (HTML Standard, §13.2.3.2), and reads them.
    private func readHead(_ bytes: UnsafeRawBufferPointer) {
        if type.format == .unknown { type.format = ContentSignature.format(of: bytes) }
        isHTML = type.isPage
        guard isRead, !ContentSignature.isBinary(bytes) else {
            isHTML = false
            isFinished = true
            return
        }
        reader.isXML = type.format == .xhtml || isReadAsXML
        reader.isDocument = isReadAsXML
        let mark = ByteOrderMark(bytes)
        if let encoding = mark?.encoding ?? type.encoding ?? declaredEncoding(bytes) {
            begin(encoding)
        } else {
            stage = .undeclared
            reader.looksForEncoding = isHTML
        }
        take(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(mark?.count ?? 0)))
    }

    private func declaredEncoding(_ bytes: UnsafeRawBufferPointer) -> TextEncoding? {
        let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.prescanLength))
        return switch type.format {
        case .html: MetaPrescan.encoding(in: head)
        case .xhtml: MetaPrescan.encoding(in: head) ?? .utf8
        // RFC 8259, §8.1.
        case .json: .utf8
        default: XMLDeclaration.encoding(in: head)
        }
    }

    /// Reads the page as far as it is ASCII, looking for a declaration.
    private func readASCII(_ bytes: UnsafeRawBufferPointer) {
        let end = bytes.firstNonASCII()
        let read = deliver(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        if isComplete { return self.end() }
        if let declared = reader.declaredEncoding {
            begin(declared)
        } else if end < bytes.count {
            stage = .holding
        }
        take(UnsafeRawBufferPointer(rebasing: bytes[read...]))
    }

    /// Chooses the encoding by a sample that begins with the first byte that is not ASCII, and reads it.
    private func readSample(_ bytes: UnsafeRawBufferPointer) {
        let sample = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.sampleLength))
        let isUTF8 = UTF8Check(sample).isUTF8
        begin(
            (isHTML ? reader.encodingDeclared(in: sample) : nil)
                ?? (isUTF8 ? .utf8 : guess.encoding(of: sample, decoder: text.decoder) ?? .windows1252))
        take(bytes)
    }

    private func begin(_ encoding: TextEncoding) {
        self.encoding = encoding
        text.pageEncoding = encoding
        stage = .reading
        reader.looksForEncoding = false
        if encoding == .replacement {
            // Such a page is one U+FFFD: the encodings that it stands for can hide markup (Encoding Standard, §14.1).
            isFinished = true
        } else if decodesAll || !encoding.isMarkupCompatible {
            streamDecoder = encoding.streamDecoder(text.decoder)
        } else {
            text.encoding = encoding
        }
    }

    // MARK: - The markup

    private func read(_ bytes: UnsafeRawBufferPointer) {
        if var decoder = streamDecoder {
            let sliceLength = decodesAll ? Self.longSliceLength : Self.sliceLength
            var rest = bytes[...]
            while !rest.isEmpty, !isComplete {
                decoded.removeAll(keepingCapacity: true)
                decoder.decode(UnsafeRawBufferPointer(rebasing: rest.prefix(sliceLength)), into: &decoded)
                rest = rest.dropFirst(sliceLength)
                decoded.withUnsafeBytes { _ = deliver($0) }
            }
            streamDecoder = decoder
        } else {
            _ = deliver(bytes)
        }
        if isComplete { end() }
    }

    /// - Returns: How many of the bytes were read.
    private func deliver(_ bytes: UnsafeRawBufferPointer) -> Int {
        var count = bytes.count
        if isHTML || isXML, !reader.isFinished {
            count = reader.read(bytes)
            if keepsText, reader.isFinished { count = bytes.count }
        }
        if keepsText {
            keptText.append(contentsOf: bytes.prefix(min(count, Self.textLimit - keptText.count)))
        }
        return count
    }

    /// Whether no more of the body is needed.
    private var isComplete: Bool { reader.isFinished && !keepsText }

    private func end() {
        isFinished = true
        // Everything that was read is ASCII.
        if encoding == nil { encoding = .utf8 }
    }
}
