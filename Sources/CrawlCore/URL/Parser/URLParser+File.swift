// The states of the scheme `file` (URL Standard, section 4.4), with the drive letters of Windows.
extension URLParser {
    /// The base, if it is a file too.
    private var fileBase: WebURL? { base?.specialScheme == .file ? base : nil }

    /// Begins after the scheme.
    mutating func fileState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        if isSlash(c(input)) {
            pointer += 1
            return try fileSlashState(input)
        }
        guard let base = fileBase else {
            url.beginAuthority()
            return pathState(input)
        }
        url.copyAuthority(of: base)
        switch c(input) {
        case ASCII.question:
            url.copyPath(of: base)
            url.endPath()
            queryState(input)
        case ASCII.hash, nil:
            url.copyPath(of: base)
            url.endPath()
            url.copyQuery(of: base)
            fragmentState(input)
        default:
            if !input.startsWithWindowsDriveLetter(at: pointer) {
                url.copyPath(of: base)
                url.shortenPath()
            }
            pathState(input)
        }
    }

    private mutating func fileSlashState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        if isSlash(c(input)) {
            pointer += 1
            return try fileHostState(input)
        }
        if let base = fileBase {
            url.copyAuthority(of: base)
            if !input.startsWithWindowsDriveLetter(at: pointer) { url.copyDriveLetter(of: base) }
        } else {
            url.beginAuthority()
        }
        pathState(input)
    }

    private mutating func fileHostState(_ input: Span<UInt8>) throws(WebURL.ParseFailure) {
        url.beginAuthority()
        let host = pointer..<authorityEnd(input)
        // "file://c:/": a drive letter is no host, but the first segment of the path.
        if input.extracting(host).isWindowsDriveLetter { return pathState(input) }
        pointer = host.upperBound
        if !host.isEmpty {
            try url.setHost(input.extracting(host))
            url.removeLocalhost()
        }
        pathStartState(input)
    }
}
