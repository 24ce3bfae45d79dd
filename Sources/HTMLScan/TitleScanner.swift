/// Finds the title of an HTML page while the page arrives.
///
/// The title is that of the first HTML `title` element, wherever browsers accept one; those of `svg` do not count. Nothing
/// but the title's own text is kept, so memory does not grow with the page. One scanner serves page after
/// page, on one thread; between pages call ``reset(contentType:byteLimit:)``.
public final class TitleScanner {
    /// The title: decoded, white space collapsed, at most 4,096 Unicode characters; empty where it has no text.
    ///
    /// It is nil where the page has no title, or none was found yet.
    public private(set) var title: String?

    /// Whether the scanner needs no more of the page: the title was found, or looking for one was given up.
    public private(set) var isFinished = false

    /// The name of the page's encoding in the Encoding Standard, such as `windows-1252`; nil before it is known.
    ///
    /// A byte order mark decides, then the `Content-Type`, then what the page declares of itself, then whether it is UTF-8;
    /// else it is windows-1252.
    public var charset: String? { encoding?.rawValue }

    private var encoding: TextEncoding?
    private var headerEncoding: TextEncoding?
    /// The first bytes of the page, until they are enough to tell the encoding.
    private var head: [UInt8] = []
    private var isHeadRead = false
    /// Whether the page's first bytes may be UTF-8.
    private var isHeadUTF8 = true
    private var remaining = 0

    private var search = TitleSearch()
    private var streamDecoder: (any StreamDecoder)?
    private var decoded: [UInt8] = []
    private let legacyDecoder = LegacyDecoder()

    /// How much of a page is searched for a declaration before any of it is read (HTML Standard, §13.2.3.2).
    private static let prescanLength = 1024
    private static let byteOrderMarkLength = 3
    /// How much is decoded at a time, where a page has to be.
    private static let sliceLength = 512

    /// Creates a scanner, ready for a page of which no `Content-Type` is known.
    public init() {
        head.reserveCapacity(Self.prescanLength)
        reset(contentType: nil)
    }

    /// Forgets the page and begins another.
    ///
    /// - Parameters:
    ///   - contentType: The value of the page's `Content-Type` header; nil where there was none.
    ///   - byteLimit: How many bytes are looked at before the search for a title is given up. No limit by default.
    public func reset(contentType: String?, byteLimit: Int = .max) {
        title = nil
        isFinished = false
        encoding = nil
        headerEncoding = contentType.flatMap { ContentType.encoding($0) }
        head.removeAll(keepingCapacity: true)
        isHeadRead = false
        isHeadUTF8 = true
        remaining = byteLimit
        search.reset()
        streamDecoder = nil
    }

    /// Reads the next bytes of the page, as they are after any transfer and content encoding. The pieces may be of any length.
    public func feed(_ bytes: UnsafeRawBufferPointer) {
        guard !isFinished else { return }
        let piece = UnsafeRawBufferPointer(rebasing: bytes.prefix(remaining))
        remaining -= piece.count
        if isHeadRead { read(piece) } else { readHead(piece) }
        if remaining == 0 { finish() }
    }

    /// Says that the page ends here: a title that is still open ends too.
    public func finish() {
        guard !isFinished else { return }
        if !isHeadRead { readCollectedHead() }
        if !isFinished, var decoder = streamDecoder {
            decoded.removeAll(keepingCapacity: true)
            decoder.finish(into: &decoded)
            decoded.withUnsafeBytes { search.scan($0) }
        }
        search.finish()
        takeTitle()
    }

    // MARK: - The encoding

    /// Gathers the page's first bytes, without a copy where they come in one piece.
    private func readHead(_ bytes: UnsafeRawBufferPointer) {
        let needed = headerEncoding == nil ? Self.prescanLength : Self.byteOrderMarkLength
        if head.isEmpty, bytes.count >= needed {
            chooseEncoding(UnsafeRawBufferPointer(rebasing: bytes.prefix(needed)))
            return read(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(byteOrderMarkLength(bytes))))
        }
        let missing = needed - head.count
        head.append(contentsOf: bytes.prefix(missing))
        guard head.count == needed else { return }
        readCollectedHead()
        if !isFinished { read(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(missing))) }
    }

    private func readCollectedHead() {
        head.withUnsafeBytes { bytes in
            chooseEncoding(bytes)
            read(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(byteOrderMarkLength(bytes))))
        }
    }

    private func byteOrderMarkLength(_ bytes: UnsafeRawBufferPointer) -> Int {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return 3 }
        return bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) ? 2 : 0
    }

    /// Chooses the encoding by the page's first bytes (HTML Standard, §13.2.3.2).
    private func chooseEncoding(_ bytes: UnsafeRawBufferPointer) {
        isHeadRead = true
        switch byteOrderMarkLength(bytes) {
        case 3: encoding = .utf8
        case 2: encoding = bytes[0] == 0xFE ? .utf16BE : .utf16LE
        default: encoding = headerEncoding ?? MetaPrescan.encoding(in: bytes)
        }
        switch encoding {
        case .utf16BE: streamDecoder = UTF16Decoder(isBigEndian: true)
        case .utf16LE: streamDecoder = UTF16Decoder(isBigEndian: false)
        case .iso2022JP: streamDecoder = ISO2022JPDecoder()
        // Such a page is one U+FFFD: the encodings that it stands for can hide markup (Encoding Standard, §14.1).
        case .replacement: isFinished = true
        case nil:
            isHeadUTF8 = Self.isUTF8(bytes)
            // Browsers take a declaration that stands further down, when they meet it.
            search.looksForEncoding = true
        default: break
        }
    }

    /// Whether bytes are UTF-8, but for a character that is cut off at their end.
    private static func isUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return true }
        var end = bytes.count
        while end > 0, bytes.count - end < 3, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
        if end > 0, bytes[end - 1] >= 0xC0 { end -= 1 } else { end = bytes.count }
        return String(validating: bytes.prefix(end), as: UTF8.self) != nil
    }

    // MARK: - The title

    private func read(_ bytes: UnsafeRawBufferPointer) {
        guard !isFinished else { return }
        if var decoder = streamDecoder {
            var rest = bytes[...]
            while !rest.isEmpty, search.outcome == .searching {
                decoded.removeAll(keepingCapacity: true)
                decoder.decode(
                    UnsafeRawBufferPointer(rebasing: rest.prefix(Self.sliceLength)), into: &decoded)
                rest = rest.dropFirst(Self.sliceLength)
                decoded.withUnsafeBytes { search.scan($0) }
            }
            streamDecoder = decoder
        } else {
            search.scan(bytes)
        }
        takeTitle()
    }

    /// Takes what the search found, if it is over.
    private func takeTitle() {
        guard !isFinished, search.outcome != .searching else { return }
        isFinished = true
        let encoding =
            encoding ?? search.declaredEncoding ?? (isHeadUTF8 && search.text.isUTF8 ? .utf8 : .windows1252)
        self.encoding = encoding
        guard search.outcome == .found else { return }
        title = search.title(in: streamDecoder == nil ? encoding : .utf8, decoder: legacyDecoder)
    }
}
