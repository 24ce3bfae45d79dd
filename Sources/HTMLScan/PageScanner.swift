/// Finds the title of an HTML page, and what else is asked for, while the page arrives.
///
/// The title is that of the first HTML `title` element, wherever browsers accept one; those of `svg` do not count. Where
/// only the title is asked for the page is read no further; else it is read to its end, in one pass. Nothing is kept but what is
/// found, so memory does not grow with the page. One scanner serves page after page, on one thread; between pages call
/// ``reset(contentType:byteLimit:)``.
public final class PageScanner {
    /// What is to be found beside the title.
    public struct Options: OptionSet, Sendable {
        /// The options as bits.
        public let rawValue: UInt8
        /// Options of bits.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// What the page says of itself: ``PageScanner/metadata``.
        public static let metadata = Options(rawValue: 1 << 0)
        /// The links, in order: ``PageScanner/links``; and the metadata.
        public static let links = Options(rawValue: 1 << 1)
    }

    /// The title: decoded, white space collapsed, at most 4,096 Unicode characters; empty where it has no text.
    ///
    /// It is nil where the page has no title, or none was found yet.
    public var title: String? { reader.title }

    /// What the page says of itself; complete when the scanner is finished, and empty unless it was asked for.
    public var metadata: PageMetadata { reader.findings.metadata }

    /// The links of the page in order: at most 50,000, of at most 8 KiB each and 4 MiB in all; empty unless they were
    /// asked for.
    public var links: [PageLink] { reader.findings.links }

    /// What the page's addresses are relative to: the `href` of its first `base` that has one, as it is written.
    ///
    /// It is itself resolved against the page's address. It is nil where there is none, or neither links nor metadata were asked
    /// for.
    public var baseHref: String? { reader.findings.baseHref }

    /// Whether the scanner needs no more of the body: all that was asked for is found, or there is nothing to be found.
    public private(set) var isFinished = false

    /// The name of the page's encoding in the Encoding Standard, such as `windows-1252`; nil before it is known.
    ///
    /// A byte order mark decides, then the `Content-Type`, then what the page declares of itself. Of a page that does not
    /// declare anything, what follows its first byte that is not ASCII is looked at, 16 KiB of it: a declaration there, then
    /// whether it is UTF-8, then a guess. Else it is windows-1252. Where all that was needed is ASCII it is UTF-8.
    public var charset: String? { encoding?.rawValue }

    /// What is done with the next bytes.
    private enum Stage {
        /// The first bytes are gathered, until they are enough to tell the encoding.
        case head
        /// The page has not declared an encoding; while it is ASCII it is read nevertheless.
        case undeclared
        /// Bytes are held back, until there are enough of them to tell the encoding.
        case holding
        /// The encoding is known.
        case reading
    }

    private var stage = Stage.head
    private var contentType: String?
    private var declaredType = MIMEType(contentType: nil)
    private var type = MIMEType(contentType: nil)
    private var encoding: TextEncoding?
    private var held: [UInt8] = []
    private var remaining = 0

    private var reader: PageReader
    private var streamDecoder: (any StreamDecoder)?
    private var decoded: [UInt8] = []
    private let legacyDecoder: LegacyDecoder
    private let text: PageText
    private lazy var guess = EncodingGuess()

    /// How much of a page is searched for a declaration before any of it is read (HTML Standard, §13.2.3.2).
    private static let prescanLength = 1024
    /// How much of a page is looked at from its first byte that is not ASCII, where it has not declared an encoding.
    private static let sampleLength = 16 << 10
    /// How much is decoded at a time, where a page has to be.
    private static let sliceLength = 512

    /// Creates a scanner, ready for a page of which no `Content-Type` is known.
    ///
    /// - Parameters:
    ///   - options: What is to be found beside the title. Nothing by default.
    ///   - productToken: The crawler's name as pages know it, such as `trawl`, for ``PageMetadata/agentRobots``. Empty:
    ///     none.
    public init(_ options: Options = [], productToken: String = "") {
        legacyDecoder = LegacyDecoder()
        text = PageText(decoder: legacyDecoder)
        reader = PageReader(options, productToken: productToken, text: text)
        held.reserveCapacity(ContentSignature.length)
        reset(contentType: nil)
    }

    /// Forgets the page and begins another.
    ///
    /// - Parameters:
    ///   - contentType: The value of the page's `Content-Type` header. Without one, the first bytes of the body tell whether
    ///     it is HTML (MIME Sniffing Standard, §7).
    ///   - byteLimit: How many bytes are looked at before the page is taken to end. No limit by default.
    public func reset(contentType: String?, byteLimit: Int = .max) {
        encoding = nil
        text.encoding = .utf8
        if contentType != self.contentType {
            // A site sends the same one with page after page.
            self.contentType = contentType
            declaredType = MIMEType(contentType: contentType)
        }
        type = declaredType
        isFinished = !type.isPage
        stage = .head
        held.removeAll(keepingCapacity: true)
        remaining = byteLimit
        reader.reset()
        streamDecoder = nil
    }

    /// Reads the next bytes of the page, as they are after any transfer and content encoding. The pieces may be of any length.
    public func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !isFinished else { return }
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(remaining))
        remaining -= piece.count
        take(piece)
        if remaining == 0 { finish() }
    }

    /// Says that the page ends here: a title that is still open ends too.
    public func finish() {
        guard !isFinished else { return }
        if stage == .head { readHeld { readHead($0) } }
        if stage == .holding { readHeld { readSample($0) } }
        if !isFinished, var decoder = streamDecoder {
            decoded.removeAll(keepingCapacity: true)
            decoder.finish(into: &decoded)
            decoded.withUnsafeBytes { _ = reader.read($0) }
        }
        reader.finish()
        end()
    }

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
        guard type.isPage, !ContentSignature.isBinary(bytes) else {
            isFinished = true
            return
        }
        reader.isXML = type.format == .xhtml
        let mark = ByteOrderMark(bytes)
        let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.prescanLength))
        if let encoding = mark?.encoding ?? type.encoding ?? MetaPrescan.encoding(in: head) {
            begin(encoding)
        } else if type.format == .xhtml {
            begin(.utf8)
        } else {
            stage = .undeclared
            reader.looksForEncoding = true
        }
        take(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(mark?.count ?? 0)))
    }

    /// Reads the page as far as it is ASCII, looking for a declaration.
    private func readASCII(_ bytes: UnsafeRawBufferPointer) {
        let end = bytes.firstIndex { $0 >= 0x80 } ?? bytes.count
        let read = reader.read(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        if reader.isFinished { return self.end() }
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
            reader.encodingDeclared(in: sample)
                ?? (isUTF8 ? .utf8 : guess.encoding(of: sample, decoder: legacyDecoder) ?? .windows1252))
        take(bytes)
    }

    private func begin(_ encoding: TextEncoding) {
        self.encoding = encoding
        stage = .reading
        reader.looksForEncoding = false
        switch encoding {
        case .utf16BE: streamDecoder = UTF16Decoder(isBigEndian: true)
        case .utf16LE: streamDecoder = UTF16Decoder(isBigEndian: false)
        case .iso2022JP: streamDecoder = ISO2022JPDecoder()
        // Such a page is one U+FFFD: the encodings that it stands for can hide markup (Encoding Standard, §14.1).
        case .replacement: isFinished = true
        default: text.encoding = encoding
        }
    }

    // MARK: - The markup

    private func read(_ bytes: UnsafeRawBufferPointer) {
        if var decoder = streamDecoder {
            var rest = bytes[...]
            while !rest.isEmpty, !reader.isFinished {
                decoded.removeAll(keepingCapacity: true)
                decoder.decode(
                    UnsafeRawBufferPointer(rebasing: rest.prefix(Self.sliceLength)), into: &decoded)
                rest = rest.dropFirst(Self.sliceLength)
                decoded.withUnsafeBytes { _ = reader.read($0) }
            }
            streamDecoder = decoder
        } else {
            _ = reader.read(bytes)
        }
        if reader.isFinished { end() }
    }

    private func end() {
        isFinished = true
        // All that was needed is ASCII.
        if encoding == nil { encoding = .utf8 }
    }
}
