/// The basic URL parser of the URL Standard (section 4.4), without state override and validation errors.
///
/// Each state of the standard is a function of that name, which goes on to the next state by calling it. `pointer` is
/// the standard's pointer. Where a state of the standard collects a buffer code point by code point, the function here
/// looks ahead for the buffer's end instead. All of it works on bytes of UTF-8: see ``PercentEncodeSet``.
struct URLParser {
    var url: URLRecord
    var pointer = 0
    let base: WebURL?

    /// Parses `input`, which may have white space around it and tabs and line ends within.
    static func parse(_ input: Span<UInt8>, base: WebURL?) throws(WebURL.ParseFailure) -> URLRecord {
        // "Remove any leading and trailing C0 control or space from input."
        var start = 0
        var end = input.count
        while start < end, input[start] <= ASCII.space { start += 1 }
        while end > start, input[end - 1] <= ASCII.space { end -= 1 }
        let trimmed = input.extracting(start..<end)

        // "Remove all ASCII tab or newline from input."
        guard trimmed.containsTabOrNewline else { return try parseCleaned(trimmed, base: base) }
        var cleaned: [UInt8] = []
        cleaned.reserveCapacity(trimmed.count)
        for index in 0..<trimmed.count where !trimmed[index].isTabOrNewline { cleaned.append(trimmed[index]) }
        return try parseCleaned(cleaned.span, base: base)
    }

    private static func parseCleaned(
        _ input: Span<UInt8>, base: WebURL?
    ) throws(WebURL.ParseFailure) -> URLRecord {
        // Room for a slash or a default path, and for a few escapes.
        let capacity = input.count + (base.map { $0.href.utf8.count } ?? 0) + 16
        var parser = URLParser(url: URLRecord(capacity: capacity), base: base)
        try parser.schemeStartState(input)
        guard parser.url.bytes.count <= WebURL.maximumLength else { throw .tooLong }
        return parser.url
    }
}

// What the states ask of the input.
extension URLParser {
    /// The standard's "c": the byte at the pointer, `nil` at the end of the input.
    func c(_ input: Span<UInt8>) -> UInt8? {
        pointer < input.count ? input[pointer] : nil
    }

    /// The byte after "c".
    func next(_ input: Span<UInt8>) -> UInt8? {
        pointer + 1 < input.count ? input[pointer + 1] : nil
    }

    /// Whether the byte separates segments: a slash, or a backslash in a special URL.
    func isSlash(_ byte: UInt8?) -> Bool {
        byte == ASCII.slash || (byte == ASCII.backslash && url.specialScheme != nil)
    }
}

// The states that find out what kind of URL it is.
extension URLParser {
    private mutating func schemeStartState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        if let c = c(input), c.isASCIIAlpha {
            try schemeState(input)
        } else {
            try noSchemeState(input)
        }
    }

    private mutating func schemeState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        while let c = c(input), c.isSchemeCharacter { pointer += 1 }
        guard c(input) == ASCII.colon else {
            pointer = 0
            return try noSchemeState(input)
        }
        url.setScheme(input.extracting(0..<pointer))
        pointer += 1

        if url.specialScheme == .file {
            try fileState(input)
        } else if let special = url.specialScheme {
            if let base, base.specialScheme == special {
                try specialRelativeOrAuthorityState(input, base: base)
            } else {
                // The special authority slashes state only adds a validation error.
                try specialAuthorityIgnoreSlashesState(input)
            }
        } else if c(input) == ASCII.slash {
            try pathOrAuthorityState(input)
        } else {
            opaquePathState(input)
        }
    }

    private mutating func noSchemeState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        guard let base else { throw .missingScheme }
        if base.hasOpaquePath {
            guard c(input) == ASCII.hash else { throw .missingScheme }
            url.copyScheme(of: base)
            url.copyPath(of: base)
            url.endPath()
            url.copyQuery(of: base)
            fragmentState(input)
        } else {
            url.copyScheme(of: base)
            if base.specialScheme == .file {
                try fileState(input)
            } else {
                try relativeState(input, base: base)
            }
        }
    }

    private mutating func specialRelativeOrAuthorityState(
        _ input: Span<UInt8>, base: WebURL
    ) throws(WebURL.ParseFailure) {
        if c(input) == ASCII.slash, next(input) == ASCII.slash {
            try specialAuthorityIgnoreSlashesState(input)
        } else {
            try relativeState(input, base: base)
        }
    }

    private mutating func pathOrAuthorityState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        pointer += 1
        if c(input) == ASCII.slash {
            pointer += 1
            try authorityState(input)
        } else {
            pathState(input)
        }
    }

    /// Begins after the scheme, which is the base's.
    private mutating func relativeState(
        _ input: Span<UInt8>, base: WebURL
    ) throws(WebURL.ParseFailure) {
        guard !isSlash(c(input)) else {
            pointer += 1
            return try relativeSlashState(input, base: base)
        }
        url.copyAuthority(of: base)
        url.copyPath(of: base)
        switch c(input) {
        case ASCII.question:
            url.endPath()
            queryState(input)
        case ASCII.hash, nil:
            url.endPath()
            url.copyQuery(of: base)
            fragmentState(input)
        default:
            url.shortenPath()
            pathState(input)
        }
    }

    private mutating func relativeSlashState(
        _ input: Span<UInt8>, base: WebURL
    ) throws(WebURL.ParseFailure) {
        if url.specialScheme != nil, isSlash(c(input)) {
            try specialAuthorityIgnoreSlashesState(input)
        } else if c(input) == ASCII.slash {
            pointer += 1
            try authorityState(input)
        } else {
            url.copyAuthority(of: base)
            pathState(input)
        }
    }

    private mutating func specialAuthorityIgnoreSlashesState(
        _ input: Span<UInt8>
    ) throws(WebURL.ParseFailure) {
        while isSlash(c(input)) { pointer += 1 }
        try authorityState(input)
    }
}

extension UInt8 {
    fileprivate var isTabOrNewline: Bool {
        self == ASCII.tab || self == ASCII.lineFeed || self == ASCII.carriageReturn
    }

    fileprivate var isSchemeCharacter: Bool {
        isASCIIAlpha || isASCIIDigit || self == ASCII.plus || self == ASCII.hyphen || self == ASCII.dot
    }
}

extension Span<UInt8> {
    fileprivate var containsTabOrNewline: Bool {
        for index in 0..<count where self[index].isTabOrNewline { return true }
        return false
    }
}
