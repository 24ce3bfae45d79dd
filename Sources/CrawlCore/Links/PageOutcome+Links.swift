/// What an outcome says of the links to its page.
extension PageOutcome {
    /// The verdict on the page's URL, and the reason; nil where the page is to be tried again, or is a duplicate of another page, whose
    /// verdict it then has.
    ///
    /// On the run's own hosts every failure is one. Elsewhere a refusal says little, and a trouble that may pass is `unsure` until a
    /// second run meets one.
    package var linkVerdict: (verdict: LinkVerdict, reason: LinkReason?)? {
        let isOwn = page.check?.isOwn ?? true
        switch verdict {
        case .retry, .postponed, .skipped(.duplicate): return nil
        case .skipped where isCheckedElsewhere: return nil
        case .done:
            if !isOwn, leadsToLogin { return (.unsure, .login) }
            return (hasMoved ? .redirected : .ok, nil)
        case .skipped(let reason):
            return (
                reason.isOfRobots ? .unsure : reason == .invalidURL ? .broken : .notChecked,
                LinkReason(reason)
            )
        case .failed(let kind):
            let found = linkVerdict(of: kind, isOwn: isOwn)
            guard found.verdict == .unsure, found.reason?.isPassing == true, let former = page.check?.former,
                former.verdict == .unsure || former.verdict == .broken, former.reason?.isPassing == true
            else { return found }
            return (.broken, found.reason)
        }
    }

    /// Whether the page redirects to where the run does not follow, and what is there is checked: the page has its verdict.
    package var isCheckedElsewhere: Bool {
        guard case .skipped = verdict else { return false }
        return discovery?.urls.contains { $0.kind == .check } == true
    }

    private func linkVerdict(of kind: ErrorKind, isOwn: Bool) -> (verdict: LinkVerdict, reason: LinkReason?) {
        let passing = isOwn ? LinkVerdict.broken : .unsure
        switch kind {
        case .httpStatus: return linkVerdict(ofStatus: response.statusCode ?? 0, isOwn: isOwn)
        case .timeoutConnect, .timeoutRead, .timeoutTotal: return (passing, .timeout)
        case .reset: return (passing, .reset)
        case .hostUnavailable where response.signs.contains(.refusedByHost): return (.unsure, .rateLimited)
        case .hostUnavailable: return (passing, .connect)
        case .connect: return (.broken, .connect)
        case .dns:
            return response.signs.contains(.temporaryDNS) ? (passing, .dnsTemporary) : (.broken, .dns)
        case .tls:
            return response.signs.contains(.incompleteChain) ? (.unsure, .tlsChain) : (.broken, .tls)
        // The target is there.
        case .tooLarge: return (hasMoved ? .redirected : .ok, nil)
        case .tooManyRedirects, .redirectLoop: return (.broken, .loop)
        case .badRedirect: return (.broken, .badRedirect)
        case .truncated, .badResponse, .decode, .unexpected: return (.broken, .badResponse)
        case .invalidURL: return (.broken, .malformed)
        case .unsupportedScheme: return (.notChecked, .scheme)
        case .blockedAddress: return (.notChecked, .private)
        case .cancelled: return (.notChecked, .excluded)
        case .internal: return (.unsure, .internal)
        }
    }

    private func linkVerdict(ofStatus status: Int, isOwn: Bool) -> (verdict: LinkVerdict, reason: LinkReason?)
    {
        if response.signs.contains(.botWall) || status == 999 { return (.unsure, .botWall) }
        if response.signs.contains(.noFile) { return (.broken, .noFile) }
        if response.signs.contains(.isDirectory) { return (.broken, .isDirectory) }
        if response.signs.contains(.caseDiffers) { return (.broken, .caseDiffers) }
        switch status {
        case 404, 410: return (.broken, .gone)
        case 429: return (.unsure, .rateLimited)
        case 401, 407: return isOwn ? (.broken, .status) : (.unsure, .login)
        case 403, 406, 451: return isOwn ? (.broken, .status) : (.unsure, .refused)
        case 500...: return isOwn ? (.broken, .status) : (.unsure, .serverError)
        default: return (.broken, .status)
        }
    }

    /// Whether a redirect on the way there is meant to last (RFC 9110, sections 15.4.2 and 15.4.9).
    private var hasMoved: Bool {
        chain?.hops(from: page.id).contains { $0.statusCode == 301 || $0.statusCode == 308 } == true
    }

    /// Whether a redirect ends at a page to sign in.
    private var leadsToLogin: Bool {
        guard response.numRedirects > 0, let final = response.finalURL, let url = try? WebURL(parsing: final)
        else { return false }
        return url.path.lowercased().split(separator: "/").contains {
            ["login", "signin", "sign-in", "sign_in", "log-in", "sso"].contains($0)
        }
    }

    /// The state that the page is in, and what went wrong; nil where it is to be tried again.
    ///
    /// A page that is only checked has failed where links to it are broken, and nowhere else.
    package var settled: (state: PageState, kind: ErrorKind?, reason: SkipReason?)? {
        switch verdict {
        case .retry, .postponed: nil
        case .done: (.done, nil, nil)
        case .skipped(let reason): (.skipped, nil, reason)
        case .failed(let kind):
            page.kind == .check && linkVerdict?.verdict != .broken ? (.done, kind, nil) : (.failed, kind, nil)
        }
    }
}

extension SkipReason {
    fileprivate var isOfRobots: Bool { self == .robots || self == .robotsUnreachable }
}

extension LinkReason {
    fileprivate init(_ reason: SkipReason) {
        switch reason {
        case .robots, .robotsUnreachable: self = .robots
        case .limit, .trap: self = .limit
        case .blockedAddress: self = .private
        case .invalidURL: self = .malformed
        case .scope, .depth, .duplicate, .contentType, .notNewer: self = .excluded
        }
    }
}
