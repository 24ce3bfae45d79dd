/// The requests of an attempt that were answered with a redirect.
public struct RedirectChain: Sendable {
    /// The requests so far, in order. Bounded by `limits.redirects`.
    public private(set) var hops: [Hop] = []
    /// Unix milliseconds when the attempt began.
    public let startedAt: Int64
    /// Microseconds that the requests so far took.
    public private(set) var microseconds: Int64 = 0
    /// Bytes on the wire that their bodies took.
    public private(set) var sizeDownload: Int64 = 0
    /// Whether a redirect has turned the request into a GET without a body.
    public private(set) var isRewritten = false

    /// A request that was answered with a redirect.
    public struct Hop: Sendable, Equatable {
        /// The URL requested.
        public let url: String
        /// What it was answered with.
        public let statusCode: Int
    }

    /// From where on the requests are of the method that is sent now.
    private var firstSame = 0

    /// An empty chain for an attempt that began then.
    public init(startedAt: Int64) {
        self.startedAt = startedAt
    }

    /// Changes the URLs that were requested, before they are stored.
    public mutating func mapURLs(_ transform: (String) -> String) {
        hops = hops.map { Hop(url: transform($0.url), statusCode: $0.statusCode) }
    }

    /// Adds a request that was answered with a redirect.
    ///
    /// - Parameter method: what was sent. After 303, and after 301 and 302 to a POST, the next request is a GET
    ///   (RFC 9110, section 15.4; as browsers do, by the Fetch Standard).
    public mutating func append(
        url: String, statusCode: Int, method: String = "GET", microseconds: Int64, sizeDownload: Int64
    ) {
        hops.append(Hop(url: url, statusCode: statusCode))
        switch statusCode {
        case 303 where method != "GET" && method != "HEAD", 301 where method == "POST",
            302 where method == "POST":
            isRewritten = true
            // What was asked for with a body may well be where the answer is.
            firstSame = hops.count
        default: break
        }
        self.microseconds += microseconds
        self.sizeDownload += sizeDownload
    }
}

/// Where a redirect leads.
public enum RedirectDecision: Sendable, Equatable {
    /// To another request.
    case follow(WebURL)
    /// Nowhere: the page fails.
    case refuse(ErrorKind, String)
}

extension RedirectChain {
    /// Whether a status with a `Location` redirects a GET (RFC 9110, section 15.4: 301, 302, 303, 307, 308).
    public static func isRedirect(_ status: Int) -> Bool {
        switch status {
        case 301, 302, 303, 307, 308: true
        default: false
        }
    }

    /// Decides on the redirect that the last URL of the chain was answered with.
    ///
    /// - Parameters:
    ///   - location: the `Location` as it was sent.
    ///   - limits: of the job.
    public func decide(location: String, limits: JobSpec.Limits) -> RedirectDecision {
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
        guard !hops[firstSame...].contains(where: { $0.url == url }) else {
            return .refuse(.redirectLoop, "redirected back to \(url)")
        }
        guard hops.count <= limits.redirects else {
            return .refuse(.tooManyRedirects, "more than limits.redirects (\(limits.redirects))")
        }
        return .follow(target)
    }
}
