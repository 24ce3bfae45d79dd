/// Finds the title of an HTML page while the page arrives.
///
/// The title is that of the first HTML `title` element, wherever browsers accept one; those of `svg` do not count. Nothing
/// but the title's own text is kept, so memory does not grow with the page. One scanner serves page after
/// page, on one thread; between pages call ``reset(contentType:byteLimit:)``.
public final class PageScanner {
    /// The title: decoded, white space collapsed, at most 4,096 Unicode characters; empty where it has no text.
    ///
    /// It is nil where the page has no title, or none was found yet.
    public private(set) var title: String?

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

    private var search = TitleSearch()
    private var streamDecoder: (any StreamDecoder)?
    private var decoded: [UInt8] = []
    private let legacyDecoder = LegacyDecoder()
    private lazy var guess = EncodingGuess()

    /// How much of a page is searched for a declaration before any of it is read (HTML Standard, §13.2.3.2).
    private static let prescanLength = 1024
    /// How much of a page is looked at from its first byte that is not ASCII, where it has not declared an encoding.
    private static let sampleLength = 16 << 10
    /// How much is decoded at a time, where a page has to be.
    private static let sliceLength = 512

    /// Creates a scanner, ready for a page of which no `Content-Type` is known.
    public init() {
        held.reserveCapacity(ContentSignature.length)
        reset(contentType: nil)
    }

    /// Forgets the page and begins another.
    ///
    /// - Parameters:
    ///   - contentType: The value of the page's `Content-Type` header. Without one, the first bytes of the body tell whether
    ///     it is HTML (MIME Sniffing Standard, §7).
    ///   - byteLimit: How many bytes are looked at before the search for a title is given up. No limit by default.
    public func reset(contentType: String?, byteLimit: Int = .max) {
        title = nil
        encoding = nil
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
        search.reset()
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
            decoded.withUnsafeBytes { _ = search.scan($0) }
        }
        search.finish()
        takeTitle()
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
        let mark = ByteOrderMark(bytes)
        let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.prescanLength))
        if let encoding = mark?.encoding ?? type.encoding ?? MetaPrescan.encoding(in: head) {
            begin(encoding)
        } else if type.format == .xhtml {
            begin(.utf8)
        } else {
            stage = .undeclared
            search.looksForEncoding = true
        }
        take(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(mark?.count ?? 0)))
    }

    /// Reads the page as far as it is ASCII, looking for a declaration.
    private func readASCII(_ bytes: UnsafeRawBufferPointer) {
        let end = bytes.firstIndex { $0 >= 0x80 } ?? bytes.count
        let read = search.scan(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
        takeTitle()
        if let declared = search.declaredEncoding {
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
            search.encodingDeclared(in: sample)
                ?? (isUTF8 ? .utf8 : guess.encoding(of: sample, decoder: legacyDecoder) ?? .windows1252))
        take(bytes)
    }

    private func begin(_ encoding: TextEncoding) {
        self.encoding = encoding
        stage = .reading
        search.looksForEncoding = false
        switch encoding {
        case .utf16BE: streamDecoder = UTF16Decoder(isBigEndian: true)
        case .utf16LE: streamDecoder = UTF16Decoder(isBigEndian: false)
        case .iso2022JP: streamDecoder = ISO2022JPDecoder()
        // Such a page is one U+FFFD: the encodings that it stands for can hide markup (Encoding Standard, §14.1).
        case .replacement: isFinished = true
        default: break
        }
    }

    // MARK: - The title

    private func read(_ bytes: UnsafeRawBufferPointer) {
        if var decoder = streamDecoder {
            var rest = bytes[...]
            while !rest.isEmpty, search.outcome == .searching {
                decoded.removeAll(keepingCapacity: true)
                decoder.decode(
                    UnsafeRawBufferPointer(rebasing: rest.prefix(Self.sliceLength)), into: &decoded)
                rest = rest.dropFirst(Self.sliceLength)
                decoded.withUnsafeBytes { _ = search.scan($0) }
            }
            streamDecoder = decoder
        } else {
            _ = search.scan(bytes)
        }
        takeTitle()
    }

    /// Takes what the search found, if it is over.
    private func takeTitle() {
        guard !isFinished, search.outcome != .searching else { return }
        isFinished = true
        let encoding = encoding ?? .utf8
        self.encoding = encoding
        guard search.outcome == .found else { return }
        title = search.title(in: streamDecoder == nil ? encoding : .utf8, decoder: legacyDecoder)
    }
}
