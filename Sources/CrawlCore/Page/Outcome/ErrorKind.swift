/// What went wrong with a page. A closed list: the raw values are stored, and are never renamed.
package enum ErrorKind: String, Sendable, CaseIterable {
    /// The URL does not parse, or curl and the URL Standard disagree about its host.
    case invalidURL = "invalid_url"
    /// A scheme other than `http` and `https`.
    case unsupportedScheme = "unsupported_scheme"
    /// The host's name did not resolve.
    case dns
    /// No connection could be made: refused, unreachable, or the proxy would not.
    case connect
    /// The TLS handshake failed or the certificate was not accepted.
    case tls
    /// No connection within `timeouts.connect`.
    case timeoutConnect = "timeout_connect"
    /// No byte for `timeouts.read`.
    case timeoutRead = "timeout_read"
    /// Not finished within `timeouts.total`.
    case timeoutTotal = "timeout_total"
    /// The connection was closed or reset before a whole response header arrived.
    case reset
    /// The body ended before its announced end.
    case truncated
    /// The body, or the header, is larger than its limit.
    case tooLarge = "too_large"
    /// More redirects than `limits.redirects`.
    case tooManyRedirects = "too_many_redirects"
    /// A redirect back to a URL that was already part of the chain.
    case redirectLoop = "redirect_loop"
    /// A redirect without a usable `Location`, or to a scheme other than `http` and `https`.
    case badRedirect = "bad_redirect"
    /// The reply is not HTTP, or, of a sitemap, no sitemap.
    case badResponse = "bad_response"
    /// The body could not be decoded as its `Content-Encoding` says.
    case decode
    /// The status is not one that the job accepts.
    case httpStatus = "http_status"
    /// The address is private or otherwise not to be connected to.
    case blockedAddress = "blocked_address"
    /// The host failed so often that it was set aside.
    case hostUnavailable = "host_unavailable"
    /// The reply is not what the job says that it has to be, or what its other pages lead to expect.
    case unexpected
    /// The page was given up on request.
    case cancelled
    /// A fault of trawl or of this machine: out of memory, out of descriptors, a bug.
    case `internal`
}
