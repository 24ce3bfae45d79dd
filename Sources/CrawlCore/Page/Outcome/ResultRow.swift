/// A page of a run as its results show it: the view `results`, one row.
package struct ResultRow: Sendable {
    /// The page's row; nil where that is not known.
    package var page: PageID?
    /// The number of its run; nil where it is not asked for.
    package var run: Int?
    /// The name of the request, where it has one.
    package var name: String?
    /// The URL as it was requested; of a page that is no URL, its text.
    package var url: String
    /// The URL that answered; nil where none did.
    package var finalURL: String?
    /// Where the page stands.
    package var state: PageState
    /// The HTTP status; nil where no response came.
    package var statusCode: Int?
    /// Bytes of the body after decoding.
    package var contentLength: Int64?
    /// Bytes of the body on the wire.
    package var sizeDownload: Int64?
    /// The page's title; empty where it has an empty one, nil where it has none.
    package var title: String?
    /// The `Content-Type` as it was sent.
    package var contentType: String?
    /// The encoding the body was read as, by its name in the Encoding Standard.
    package var charset: String?
    /// What the page says is its own address, absolute.
    package var canonicalURL: String?
    /// The language that the page says it is in.
    package var language: String?
    /// The page's description of itself.
    package var pageDescription: String?
    /// What the page asks of robots: `noindex`, `nofollow` or both.
    package var robots: String?
    /// How many links are on the page.
    package var linkCount: Int?
    /// The job's fields, as one JSON object.
    package var extracted: String?
    /// Redirects that were followed.
    package var numRedirects: Int?
    /// Tries so far.
    package var attempts: Int
    /// What went wrong, as an ``ErrorKind``'s raw value.
    package var errorKind: String?
    /// What went wrong, for people.
    package var error: String?
    /// Why it was not requested, as a ``SkipReason``'s raw value.
    package var skipReason: String?
    /// The line of the list that it stands in, from 1.
    package var line: Int?
    /// The address that answered.
    package var remoteIP: String?
    /// `1.0`, `1.1`, `2` or `3`.
    package var httpVersion: String?
    /// The field `ETag`.
    package var etag: String?
    /// The field `Last-Modified`.
    package var lastModified: String?
    /// When it was last changed, as a sitemap says, in unix milliseconds.
    package var lastModifiedAt: Int64?
    /// Milliseconds from the start of the last attempt until the name was resolved.
    package var timeNameLookupMilliseconds: Int64?
    /// Milliseconds until the connection stood.
    package var timeConnectMilliseconds: Int64?
    /// Milliseconds until the first byte of the answer.
    package var timeStartTransferMilliseconds: Int64?
    /// Milliseconds that the last attempt took.
    package var timeTotalMilliseconds: Int64?
    /// Unix milliseconds.
    package var fetchedAt: Int64?
    /// How many links led to it from a URL of the job.
    package var depth = 0
    /// The URL of the page that led to it first; nil for one of the job's own.
    package var referrer: String?
    /// What it is.
    package var kind = PageKind.page
    /// Whether its server said that it has not changed since the run before.
    package var isNotModified = false
    /// The digest of its body, as `xxh128sum` prints it.
    package var contentDigest: String?
    /// The batch that it was claimed in, a row of `batches`; nil where it never was.
    package var batchID: Int64?
    /// What its line of a list says beside its request, as one JSON object; nil for nothing.
    package var input: String?
    /// Its body, where the job keeps it and it is asked for.
    package var body: PageBody?

    /// A page of which nothing but its URL and state is known.
    package init(url: String, state: PageState) {
        self.url = url
        self.state = state
        attempts = 0
    }
}

extension ResultRow {
    /// The row that an outcome makes; nil where the page is to be tried again.
    package init?(_ outcome: PageOutcome) {
        let response = outcome.response
        switch outcome.verdict {
        case .done:
            self.init(url: outcome.page.url, state: .done)
        case .failed(let kind):
            self.init(url: outcome.page.url, state: outcome.settled?.state ?? .failed)
            errorKind = kind.rawValue
        case .skipped(let reason):
            self.init(url: outcome.page.url, state: .skipped)
            skipReason = reason.rawValue
        case .retry, .postponed:
            return nil
        }
        page = outcome.page.id
        name = outcome.page.name
        batchID = outcome.page.batch.rawValue
        input = outcome.page.input
        attempts = outcome.attemptsUsed
        error = outcome.error
        depth = outcome.page.depth
        kind = outcome.page.kind
        isNotModified = response.isNotModified
        contentDigest = response.contentDigest?.hexadecimal
        numRedirects = response.numRedirects
        let timings = response.timings
        timeNameLookupMilliseconds = timings.milliseconds(timings.nameLookup)
        timeConnectMilliseconds = timings.milliseconds(timings.connect)
        timeStartTransferMilliseconds = timings.milliseconds(timings.startTransfer)
        timeTotalMilliseconds = timings.milliseconds(timings.total)
        fetchedAt = outcome.finishedAt
        guard let status = response.statusCode else { return }
        statusCode = status
        finalURL = response.finalURL ?? outcome.page.url
        contentLength = response.contentLength
        sizeDownload = response.sizeDownload
        title = response.title
        contentType = response.contentType
        charset = response.charset
        etag = response.etag
        lastModified = response.lastModified
        robots = response.robots.words
        if let content = response.content {
            canonicalURL = content.canonicalURL
            language = content.language
            pageDescription = content.description
            linkCount = content.linkCount
            extracted = content.extracted
        }
        remoteIP = response.remoteIP
        httpVersion = response.httpVersion
    }
}
