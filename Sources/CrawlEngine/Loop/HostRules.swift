internal import CrawlCore

/// What may be asked of a host.
struct HostRules: Sendable {
    /// Its robots.txt; nil where it has none, or where the job ignores it.
    var robots: RobotsTxt?
    /// Whether it may be at a private address: the job names it.
    var mayBePrivate = false
    /// Whether people want nothing asked of it (`hosts.blocked`).
    var isBlocked = false
    /// The user names and passwords of its URLs; nil for none.
    var credentials: URLCredentials.Origin?
    /// Whether pages of it are sent what shows who asks: the job names it, or names all pages.
    var isOwn = true
    /// Why it was given up; nil where it was not.
    var unavailable: String?

    /// Why a page, or what it redirects to, is not to be requested; nil where it is.
    ///
    /// - Parameter url: normalised: scheme, host and path.
    func refusal(of url: String) -> (verdict: PageOutcome.Verdict, error: String)? {
        if let (kind, error) = closure { return (.failed(kind), error) }
        guard let robots else { return nil }
        let text = url.utf8.span
        switch robots.verdict(for: text.extracting(HostRules.pathStart(in: text)..<text.count)) {
        case .allowed: return nil
        case .disallowed(let line): return (.skipped(.robots), "line \(line) of robots.txt disallows \(url)")
        case .undecided: return (.skipped(.robots), "the rules of robots.txt take too long to try on \(url)")
        }
    }

    /// Why nothing at all is to be requested; nil where something is.
    var closure: (kind: ErrorKind, error: String)? {
        if isBlocked { return (.cancelled, "the host is blocked (hosts.blocked)") }
        if let unavailable { return (.hostUnavailable, unavailable) }
        return nil
    }

    /// Where the path begins, to which the rules of robots.txt apply: at the third slash.
    private static func pathStart(in url: Span<UInt8>) -> Int {
        var slashes = 0
        for index in 0..<url.count where url[index] == UInt8(ascii: "/") {
            slashes += 1
            if slashes == 3 { return index }
        }
        return url.count
    }
}

/// A host that a loop is to serve from now on.
struct HostOpening: Sendable {
    let host: HostID
    let limits: HostLimits
    let rules: HostRules
    let condition: HostCondition
    /// How long no request may start.
    let rest: Duration
}
