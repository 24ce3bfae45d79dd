/// The URL that a parser is building: the standard's "URL record" (section 4.1), kept in its serialised form from the
/// beginning.
///
/// The parts of a URL are parsed in the order in which they are serialised, so each is appended when it is known. The
/// one part that changes later is the path, which `..` shortens.
struct URLRecord {
    private(set) var bytes: [UInt8] = []
    private(set) var offsets = WebURL.Offsets()
    private(set) var specialScheme: SpecialScheme?
    private(set) var port: UInt16?

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    private var end: UInt32 { UInt32(truncatingIfNeeded: bytes.count) }
}

// The scheme and the authority.
extension URLRecord {
    /// Appends the scheme, made lower case, and its colon.
    mutating func setScheme(_ scheme: Span<UInt8>) {
        for index in 0..<scheme.count { bytes.append(scheme[index].asciiLowercased) }
        specialScheme = SpecialScheme(bytes.span)
        endScheme()
    }

    /// Appends the scheme of another URL.
    mutating func copyScheme(of base: WebURL) {
        bytes.append(base.href.utf8.span.extracting(0..<Int(base.offsets.schemeEnd)))
        specialScheme = base.specialScheme
        endScheme()
    }

    private mutating func endScheme() {
        offsets.schemeEnd = end
        bytes.append(ASCII.colon)
        endAuthorityWithoutHost()
    }

    private mutating func endAuthorityWithoutHost() {
        offsets.usernameEnd = end
        offsets.hostStart = end
        offsets.hostEnd = end
        offsets.pathStart = end
    }

    /// Appends the slashes that say that there is a host, which is empty so far.
    mutating func beginAuthority() {
        bytes.append(ASCII.slash)
        bytes.append(ASCII.slash)
        endAuthorityWithoutHost()
    }

    /// Appends user name and password; where both are empty, nothing.
    mutating func setCredentials(_ username: Span<UInt8>, _ password: Span<UInt8>) {
        guard !username.isEmpty || !password.isEmpty else { return }
        bytes.append(username, escaping: .userinfo)
        let usernameEnd = end
        if !password.isEmpty {
            bytes.append(ASCII.colon)
            bytes.append(password, escaping: .userinfo)
        }
        bytes.append(ASCII.at)
        endAuthorityWithoutHost()
        offsets.usernameEnd = usernameEnd
    }

    /// Parses and appends the host.
    mutating func setHost(_ host: Span<UInt8>) throws(WebURL.ParseFailure) {
        try HostParser.parse(host, isOpaque: specialScheme == nil, into: &bytes)
        offsets.hostEnd = end
        offsets.pathStart = end
    }

    /// Takes the host "localhost" back, as the file host state does.
    mutating func removeLocalhost() {
        let start = Int(offsets.hostStart)
        guard bytes.span.extracting(start..<bytes.count).equalsIgnoringCase("localhost") else { return }
        bytes.removeSubrange(start...)
        endAuthorityWithoutHost()
    }

    /// Appends the port, unless it is the scheme's default.
    mutating func setPort(_ number: UInt16) {
        guard number != specialScheme?.defaultPort else { return }
        port = number
        bytes.append(ASCII.colon)
        bytes.appendDecimal(number)
        offsets.pathStart = end
    }

    /// Appends credentials, host and port of another URL. The scheme must have been copied from it.
    mutating func copyAuthority(of base: WebURL) {
        guard base.hasHost else { return }
        bytes.append(
            base.href.utf8.span.extracting(Int(base.offsets.schemeEnd) + 1..<Int(base.offsets.pathStart)))
        offsets = base.offsets
        port = base.port
    }
}

// The path, the query and the fragment.
extension URLRecord {
    /// Appends one segment to the path.
    mutating func appendPathSegment(_ segment: Span<UInt8>) {
        bytes.append(ASCII.slash)
        if specialScheme == .file, bytes.count == Int(offsets.pathStart) + 1, segment.isWindowsDriveLetter {
            bytes.append(segment[0])
            bytes.append(ASCII.colon)
        } else {
            bytes.append(segment, escaping: .path)
        }
    }

    /// Appends an empty segment to the path, which serialises as a slash at its end.
    mutating func appendEmptyPathSegment() {
        bytes.append(ASCII.slash)
    }

    /// Removes the last segment of the path, but never the drive letter of a file (section 4.2, "shorten a url's
    /// path").
    mutating func shortenPath() {
        let start = Int(offsets.pathStart)
        if specialScheme == .file, bytes.count == start + 3,
            bytes.span.extracting(start..<bytes.count).beginsWithNormalizedDriveLetter
        {
            return
        }
        var last = bytes.count
        while last > start {
            last -= 1
            if bytes[last] == ASCII.slash { break }
        }
        bytes.removeSubrange(last...)
    }

    /// Appends the path of another URL.
    mutating func copyPath(of base: WebURL) {
        bytes.append(
            base.href.utf8.span.extracting(Int(base.offsets.pathStart)..<Int(base.offsets.queryStart)))
    }

    /// Appends the drive letter that another file URL's path begins with, if it does.
    mutating func copyDriveLetter(of base: WebURL) {
        let path = base.href.utf8.span.extracting(Int(base.offsets.pathStart)..<Int(base.offsets.queryStart))
        if path.beginsWithNormalizedDriveLetter { bytes.append(path.extracting(0..<3)) }
    }

    /// Appends text to an opaque path.
    mutating func appendOpaquePath(_ text: Span<UInt8>) {
        bytes.append(text, escaping: .c0Control)
    }

    /// Appends an escaped space to an opaque path.
    mutating func appendEscapedSpace() {
        bytes.appendEscaped(ASCII.space)
    }

    /// Ends the path. Where there is no host, "/." goes before a path of two slashes, lest it be read as one
    /// (section 4.5, "URL serializer", step 3).
    mutating func endPath() {
        let start = Int(offsets.pathStart)
        if offsets.hostStart == offsets.schemeEnd + 1, bytes.count >= start + 2,
            bytes[start] == ASCII.slash, bytes[start + 1] == ASCII.slash
        {
            bytes.insert(contentsOf: [ASCII.slash, ASCII.dot], at: start)
            offsets.pathStart += 2
        }
        offsets.queryStart = end
        offsets.fragmentStart = end
    }

    /// Appends the query and its question mark.
    mutating func setQuery(_ query: Span<UInt8>) {
        bytes.append(ASCII.question)
        bytes.append(query, escaping: specialScheme == nil ? .query : .specialQuery)
        offsets.fragmentStart = end
    }

    /// Appends the query of another URL, if it has one.
    mutating func copyQuery(of base: WebURL) {
        bytes.append(
            base.href.utf8.span.extracting(Int(base.offsets.queryStart)..<Int(base.offsets.fragmentStart)))
        offsets.fragmentStart = end
    }

    /// Appends the fragment and its hash sign.
    mutating func setFragment(_ fragment: Span<UInt8>) {
        bytes.append(ASCII.hash)
        bytes.append(fragment, escaping: .fragment)
    }
}
