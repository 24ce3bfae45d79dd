/// The requests of an attempt that were answered with a redirect.
///
/// In a run that follows links, what a redirect leads to is a page of its own. One chain then goes over several pages, and
/// each request is that of one of them.
package struct RedirectChain: Sendable {
    /// The requests so far, in order. Bounded by `limits.redirects`.
    package private(set) var hops: [Hop] = []
    /// The pages of the chain, in the order in which it met them; empty where all requests are one page's.
    package private(set) var pages: [ClaimedPage] = []
    /// Unix milliseconds when the attempt at the page that is asked for now began.
    package private(set) var startedAt: Int64
    /// The cookies that its answers have set, where they are kept for the chain alone.
    package var cookies = ChainCookies()
    /// Whether a redirect has turned the request into a GET without a body.
    package private(set) var isRewritten = false

    /// A request that was answered with a redirect.
    package struct Hop: Sendable, Equatable {
        /// The URL requested.
        package let url: String
        /// What it was answered with.
        package let statusCode: Int
        /// The page that was asked for by it; nil for a robots.txt.
        package let page: PageID?
        /// Microseconds that it took.
        package let microseconds: Int64
        /// Bytes on the wire that the answer's body took.
        package let sizeDownload: Int64
        /// The cookies that it was sent with.
        let cookies: CookieField
    }

    /// The index of the first request that was sent with the present method.
    private var firstSame = 0

    /// An empty chain for an attempt that began then.
    package init(startedAt: Int64) {
        self.startedAt = startedAt
    }

    /// Changes the URLs that were requested, before they are stored.
    package mutating func mapURLs(_ transform: (String) -> String) {
        hops = hops.map { hop in
            Hop(
                url: transform(hop.url), statusCode: hop.statusCode, page: hop.page,
                microseconds: hop.microseconds, sizeDownload: hop.sizeDownload, cookies: hop.cookies)
        }
    }

    /// Adds a request that was answered with a redirect.
    ///
    /// - Parameters:
    ///   - method: what was sent. After 303, and after 301 and 302 to a POST, the next request is a GET
    ///     (RFC 9110, section 15.4; as browsers do, by the Fetch Standard).
    ///   - page: the page that was asked for; nil for a robots.txt.
    ///   - cookies: what was sent as `Cookie`. The default is nothing.
    package mutating func append(
        url: String, statusCode: Int, method: String = "GET", page: PageID? = nil,
        cookies: CookieField = CookieField(), microseconds: Int64, sizeDownload: Int64
    ) {
        hops.append(
            Hop(
                url: url, statusCode: statusCode, page: page, microseconds: microseconds,
                sizeDownload: sizeDownload, cookies: cookies))
        switch statusCode {
        case 303 where method != "GET" && method != "HEAD", 301 where method == "POST",
            302 where method == "POST":
            isRewritten = true
            // A redirect to the same URL is no loop here: the first request had a body, and the next one has none.
            firstSame = hops.count
        default: break
        }
    }
}

// MARK: - The pages of a chain

extension RedirectChain {
    /// Goes on to another page.
    ///
    /// - Parameters:
    ///   - page: the one that was asked for last.
    ///   - next: the one that it leads to, which the chain may have met before.
    ///   - now: unix milliseconds.
    package mutating func lead(from page: ClaimedPage, to next: ClaimedPage, now: Int64) {
        if pages.isEmpty { pages = [page] }
        guard !pages.contains(where: { $0.id == next.id }) else { return }
        pages.append(next)
        startedAt = now
    }

    /// The redirected requests of a page.
    package func requests(for page: PageID) -> Int { hops.count { $0.page == page } }

    /// The requests from a page's first one to the end of the chain.
    package func hops(from page: PageID) -> ArraySlice<Hop> { hops.drop { $0.page != page } }

    /// Microseconds that the requests for a page took.
    package func microseconds(for page: PageID) -> Int64 {
        hops.reduce(0) { $0 + ($1.page == page ? $1.microseconds : 0) }
    }

    /// Bytes on the wire that the bodies of a page's redirects took.
    package func sizeDownload(for page: PageID) -> Int64 {
        hops.reduce(0) { $0 + ($1.page == page ? $1.sizeDownload : 0) }
    }
}

// MARK: - Where it leads

/// Where a redirect leads.
package enum RedirectDecision: Sendable, Equatable {
    /// To another request.
    case follow(WebURL)
    /// Nowhere: the page fails.
    case refuse(ErrorKind, String)
}

extension RedirectChain {
    /// Whether a status with a `Location` redirects a GET (RFC 9110, section 15.4: 301, 302, 303, 307, 308).
    package static func isRedirect(_ status: Int) -> Bool {
        switch status {
        case 301, 302, 303, 307, 308: true
        default: false
        }
    }

    /// Decides on the redirect that the last URL of the chain was answered with.
    ///
    /// A loop is the same request again: URL, method, body and the cookies that it would be sent with. A page that sets a
    /// cookie and sends back to where it was asked from is none, as in browsers, which only count.
    ///
    /// - Parameters:
    ///   - location: the `Location` as it was sent.
    ///   - limits: of the job.
    ///   - cookies: what would be sent as `Cookie` to a URL. Asked only where the URL was requested before; the default is
    ///     nothing.
    package func decide(
        location: String, limits: JobSpec.Limits, cookies: (WebURL) -> CookieField = { _ in CookieField() }
    ) -> RedirectDecision {
        guard let current = hops.last, let base = try? WebURL(parsing: current.url) else {
            return .refuse(.internal, "the redirected URL does not parse")
        }
        // RFC 3986, section 4.1, and every browser: an empty reference is the same document.
        let target: WebURL
        do {
            target = try WebURL(parsing: location, base: base)
        } catch {
            return .refuse(.badRedirect, "Location \"\(location.prefix(200))\": \(error)")
        }
        guard target.isHTTP else {
            return .refuse(.badRedirect, "Location has the scheme \(target.scheme), which is never followed")
        }
        let url = target.withoutCredentialsAndFragment
        guard limits.urlLength == 0 || url.utf8.count <= limits.urlLength else {
            return .refuse(.badRedirect, "Location is longer than limits.url_length (\(limits.urlLength))")
        }
        let before = hops[firstSame...].filter { $0.url == url }
        if !before.isEmpty {
            let field = cookies(target)
            if before.contains(where: { $0.cookies == field }) {
                return .refuse(.redirectLoop, "redirected back to \(url)")
            }
        }
        guard hops.count <= limits.redirects else {
            return .refuse(.tooManyRedirects, "more than limits.redirects (\(limits.redirects))")
        }
        return .follow(target)
    }
}
