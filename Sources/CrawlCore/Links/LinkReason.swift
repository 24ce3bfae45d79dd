/// Why a link has its verdict. A closed list: the raw values are stored, and are never renamed.
///
/// A reason goes with one verdict, but for troubles that may pass (``isPassing``): elsewhere than on the site itself they are `unsure`
/// in the first run that meets them, and `broken` in the next.
package enum LinkReason: String, Sendable, CaseIterable {
    // MARK: broken

    /// The status is 404 or 410.
    case gone
    /// The status is another that is no success: of 400 to 499, or of 500 to 599 on the site itself.
    case status
    /// The name does not exist.
    case dns
    /// There is no TLS connection, or the certificate is not valid.
    case tls
    /// There is no connection.
    case connect
    /// The redirects go in a circle, or on for too long.
    case loop
    /// A redirect leads nowhere that can be asked for.
    case badRedirect = "bad_redirect"
    /// What the page gives is no URL.
    case malformed
    /// The page has no element with that `id`.
    case noFragment = "no_fragment"
    /// The folder has no such file.
    case noFile = "no_file"
    /// The folder has a folder of that name, and no index in it.
    case isDirectory = "is_directory"
    /// The folder has a file of that name in other capitals, which a server may not find.
    case caseDiffers = "case_differs"
    /// The answer is broken: cut off, not HTTP, or not decodable.
    case badResponse = "bad_response"

    // MARK: unsure

    /// The fault is this machine's or trawl's own.
    case `internal`

    /// A wall against bots answered (status 999, or the field `cf-mitigated`).
    case botWall = "bot_wall"
    /// The status is 403, 406 or 451, elsewhere than on the site itself.
    case refused
    /// The status is 401 or 407, elsewhere than on the site itself.
    case login
    /// The status is 429 after all attempts.
    case rateLimited = "rate_limited"
    /// The status is 500 or more.
    case serverError = "server_error"
    /// There was no answer in time.
    case timeout
    /// The connection was closed before an answer was there.
    case reset
    /// The name could not be looked up for the time being.
    case dnsTemporary = "dns_temporary"
    /// A certificate in the chain is missing, which browsers make up for.
    case tlsChain = "tls_chain"
    /// The host's robots.txt disallows it, or could not be had.
    case robots
    /// A script may make the place: `#/…`, `#!…`, or a page none of whose elements has an `id`.
    case scriptFragment = "script_fragment"
    /// More than the limit of the page would have to be read to find the `id`.
    case cutShort = "cut_short"

    // MARK: not checked

    /// The scheme is not `http` or `https`: `mailto`, `tel`, `data`, `javascript` and others.
    case scheme
    /// The page only hints at a host (`preconnect`, `dns-prefetch`).
    case hint
    /// A form is sent there.
    case form
    /// It is told of clicks (`ping`), or only names something (`itemid`).
    case ping
    /// The job does not ask for it: `exclude`, another site without `check.external`, an image without `check.assets`.
    case excluded
    /// The address is not one of the public internet.
    case `private`
    /// The name is reserved for examples and tests (RFC 2606, RFC 6761).
    case reservedName = "reserved_name"
    /// A limit of the job was reached.
    case limit
    /// The target is no HTML page, so that its fragment means something else.
    case fragmentType = "fragment_type"

    /// Whether the trouble may be gone tomorrow.
    package var isPassing: Bool {
        switch self {
        case .serverError, .timeout, .connect, .reset, .dnsTemporary: true
        default: false
        }
    }
}
