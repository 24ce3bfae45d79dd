/// The result of one attempt at a page.
package struct PageOutcome: Sendable {
    /// The page that was tried.
    package let page: ClaimedPage
    /// What the attempt means for the page.
    package var verdict: Verdict
    /// Which attempt it was, from 1.
    package let attempt: Int
    /// The host of the attempt's last request: another than the page's own where redirects led elsewhere.
    package var lastHost: HostID
    /// What the last response said, whatever the verdict.
    package var response: PageResponse
    /// Requests that were sent for the page: 1, and one more a redirect; 0 where it was never asked for.
    package var requests: Int
    /// Requests that were sent for it besides, such as for a token: they count in the run, and not as attempts.
    package var requestsBesides = 0
    /// Unix milliseconds when the attempt began.
    package var startedAt: Int64
    /// Unix milliseconds when it ended.
    package var finishedAt: Int64
    /// What went wrong, for people; nil where nothing did.
    package var error: String?
    /// The redirects that were followed; nil for none.
    package var chain: RedirectChain?
    /// The links that the page led to; nil for none, or where the job follows none.
    package var discovery: PageDiscovery?
    /// The items of the page and the pages after it; nil for none.
    package var followUp: FollowUp?
    /// The body, where the job keeps it.
    package var body: PageBody?
    /// Of a check that is put off: whether it goes on with GET, as the server did not answer HEAD as it should.
    package var asksAgainWithGET = false

    /// What an attempt means for its page.
    package enum Verdict: Sendable, Equatable {
        /// The page is settled, with success.
        case done
        /// The page is settled, without.
        case failed(ErrorKind)
        /// The page stays pending, not to be tried before the wait is over.
        case retry(ErrorKind, wait: Duration)
        /// The same, but the attempt does not count: the fault is the host's.
        case postponed(ErrorKind, wait: Duration)
        /// The page, or what it redirects to, is not to be requested.
        case skipped(SkipReason)
    }

    /// The attempts that the page has used up so far. This one counts if a request was sent and the failure was not
    /// the host's.
    package var attemptsUsed: Int {
        if case .postponed = verdict { return attempt - 1 }
        return requests == 0 ? attempt - 1 : attempt
    }

    /// The outcome of an attempt that has just begun: no response yet, one request.
    package init(page: ClaimedPage, startedAt: Int64) {
        self.page = page
        self.verdict = .failed(.cancelled)
        self.attempt = page.attempts + 1
        self.lastHost = page.host
        self.response = PageResponse()
        self.requests = 1
        self.startedAt = startedAt
        self.finishedAt = startedAt
    }
}

/// What is stored of a response, in the columns of `pages`.
package struct PageResponse: Sendable {
    /// The HTTP status; nil where no response came.
    package var statusCode: Int?
    /// Bytes of the body after decoding.
    package var contentLength: Int64 = 0
    /// Bytes of the body on the wire, over all requests of the attempt.
    package var sizeDownload: Int64 = 0
    /// The URL that answered; nil where it is the page's own.
    package var finalURL: String?
    /// Redirects that were followed.
    package var numRedirects = 0
    /// The title; empty where it is, nil where there is none.
    package var title: String?
    /// The `Content-Type` as it was sent.
    package var contentType: String?
    /// The encoding the body was read as, by its name in the Encoding Standard.
    package var charset: String?
    /// The `ETag` as it was sent.
    package var etag: String?
    /// The `Last-Modified` as it was sent.
    package var lastModified: String?
    /// XXH3 of 128 bits over the body after decoding, the high half first; nil where no whole body came.
    package var contentDigest: ContentDigest?
    /// Whether the server said that the page has not changed since the run before; the rest is what that run found.
    package var isNotModified = false
    /// The directives for robots in the response's header and `meta` elements.
    package var robots = RobotsDirectives()
    /// What tells a trouble of the moment, or of crawlers only, from one that readers have as well.
    package var signs = Signs()
    /// The address that answered.
    package var remoteIP: String?
    /// `1.0`, `1.1`, `2` or `3`.
    package var httpVersion: String?
    /// What the page holds beside its title; nil where the job asks for nothing else, or the attempt is to be repeated.
    package var content: PageContent?
    /// How long the parts of the attempt took.
    package var timings = Timings()

    /// A response of which nothing is known yet.
    package init() {}

    /// What a failure says beyond its kind.
    package struct Signs: OptionSet, Sendable {
        /// One bit a sign.
        package let rawValue: UInt8

        /// Some signs.
        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// A wall against bots answered: the field `cf-mitigated` (Cloudflare's documentation of challenge pages).
        package static let botWall = Signs(rawValue: 1)
        /// The name could not be looked up for the time being; nobody said that it does not exist.
        package static let temporaryDNS = Signs(rawValue: 2)
        /// The server did not send all certificates between its own and a known one.
        package static let incompleteChain = Signs(rawValue: 4)
        /// The folder that stands for the host has no such file.
        package static let noFile = Signs(rawValue: 8)
        /// That folder has a folder of the name, and no index in it.
        package static let isDirectory = Signs(rawValue: 16)
        /// That folder has a file of the name in another spelling.
        package static let caseDiffers = Signs(rawValue: 32)
        /// The host can be reached, and wants fewer requests (``HostRefusal``).
        package static let refusedByHost = Signs(rawValue: 64)
    }

    /// Microseconds from the start of the attempt, as curl counts them.
    package struct Timings: Sendable {
        /// Until the name was resolved.
        package var nameLookup: Int64 = 0
        /// Until the connection stood.
        package var connect: Int64 = 0
        /// Until the first byte of the response.
        package var startTransfer: Int64 = 0
        /// Until the last byte, over all requests of the attempt.
        package var total: Int64 = 0
        /// All zero: nothing was requested.
        package init() {}

        /// One of these in milliseconds; nil for a page that was settled without a request.
        @inlinable
        package func milliseconds(_ microseconds: Int64) -> Int64? { total > 0 ? microseconds / 1000 : nil }
    }
}
