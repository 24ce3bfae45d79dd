/// A URL as browsers know it: the result of the WHATWG URL Standard's basic URL parser, always absolute, normalised and
/// ASCII.
///
/// This is the one URL parser of the program. libcurl parses URLs too. Where it reads another host out of a URL, the
/// URL is refused (`AgreedHosts`).
///
/// The value is its serialisation and where the parts begin, so a URL costs one allocation, and parsing a text that is
/// normalised already (the usual case in a long list) costs none. Two URLs are equal if their ``href`` is.
package struct WebURL: Sendable {
    /// The longest text that is accepted, in bytes of UTF-8; beyond it ``ParseFailure/tooLong`` is thrown. It is there
    /// because offsets are 32 bits wide: what is sensible for a job is another, much smaller number.
    package static let maximumLength = 1 << 28

    /// The whole URL, serialised (URL Standard, section 4.5). Parsing it again gives an equal URL.
    package let href: String

    let offsets: Offsets
    let specialScheme: SpecialScheme?

    /// The port, if one is written; `nil` means the default of the scheme, if it has one.
    package let port: UInt16?

    /// Parses `input` as the URL Standard's basic URL parser does (section 4.4).
    ///
    /// Whatever a browser would forgive in a link is forgiven here: white space around and line ends within the text,
    /// backslashes, capital letters, characters that must be escaped.
    ///
    /// - Parameters:
    ///   - input: the text, for example the `href` of a link.
    ///   - base: what a relative reference is resolved against; without one `input` must be absolute.
    /// - Throws: ``ParseFailure``, which says what is wrong.
    package init(parsing input: String, base: WebURL? = nil) throws(ParseFailure) {
        var input = input
        // Strings bridged from elsewhere may not be contiguous; native ones, that is nearly all, are left alone.
        input.makeContiguousUTF8()
        let bytes = input.utf8.span
        guard bytes.count <= Self.maximumLength else { throw .tooLong }
        if let scan = NormalizedURLScan(bytes) {
            self.init(href: input, offsets: scan.offsets, specialScheme: scan.scheme, port: scan.port)
        } else {
            self.init(try URLParser.parse(bytes, base: base))
        }
    }

    /// Takes what the parser built.
    private init(_ record: URLRecord) {
        self.init(
            href: String(decoding: record.bytes, as: UTF8.self), offsets: record.offsets,
            specialScheme: record.specialScheme, port: record.port)
    }

    private init(href: String, offsets: Offsets, specialScheme: SpecialScheme?, port: UInt16?) {
        self.href = href
        self.offsets = offsets
        self.specialScheme = specialScheme
        self.port = port
    }
}

extension WebURL {
    /// Where the parts of a URL are, in bytes from its start.
    ///
    ///     https://user:pass@example.com:1234/foo?bar#baz
    ///          |      |    |           |    |   |   |
    ///          |      |    hostStart   |    |   |   fragmentStart
    ///          |      usernameEnd      |    |   queryStart
    ///          schemeEnd               |    pathStart
    ///                                  hostEnd
    ///
    /// A part that is absent is an empty range: without credentials `usernameEnd` is `hostStart`, without a query
    /// `queryStart` is `fragmentStart`, without a fragment `fragmentStart` is the length. Without a host `usernameEnd`,
    /// `hostStart` and `hostEnd` all follow the colon.
    struct Offsets: Sendable {
        var schemeEnd: UInt32 = 0
        var usernameEnd: UInt32 = 0
        var hostStart: UInt32 = 0
        var hostEnd: UInt32 = 0
        var pathStart: UInt32 = 0
        var queryStart: UInt32 = 0
        var fragmentStart: UInt32 = 0
    }
}

extension WebURL: Hashable {
    /// Whether both have the same ``href``.
    package static func == (left: WebURL, right: WebURL) -> Bool { left.href == right.href }

    /// Hashes ``href``.
    package func hash(into hasher: inout Hasher) { hasher.combine(href) }
}

extension WebURL: CustomStringConvertible {
    /// The same as ``href``.
    package var description: String { href }
}
