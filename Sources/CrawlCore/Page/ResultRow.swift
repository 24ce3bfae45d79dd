/// A page of a run as its results show it: the view `results`, one row.
public struct ResultRow: Sendable {
    public var name: String?
    public var url: String
    public var finalURL: String?
    public var state: PageState
    public var statusCode: Int?
    public var contentLength: Int64?
    public var sizeDownload: Int64?
    public var title: String?
    public var contentType: String?
    public var charset: String?
    public var numRedirects: Int?
    public var attempts: Int
    public var errorKind: String?
    public var error: String?
    public var skipReason: String?
    public var line: Int?
    public var remoteIP: String?
    public var httpVersion: String?
    public var timeTotalMilliseconds: Int64?
    /// Unix milliseconds.
    public var fetchedAt: Int64?

    /// A page of which nothing but its URL and state is known.
    public init(url: String, state: PageState) {
        self.url = url
        self.state = state
        attempts = 0
    }
}

extension ResultRow {
    /// The row that an outcome makes; nil where the page is to be tried again.
    public init?(_ outcome: PageOutcome) {
        let response = outcome.response
        switch outcome.verdict {
        case .done:
            self.init(url: outcome.page.url, state: .done)
        case .failed(let kind):
            self.init(url: outcome.page.url, state: .failed)
            errorKind = kind.rawValue
        case .retry:
            return nil
        }
        name = outcome.page.name
        attempts = outcome.attempt
        error = outcome.error
        numRedirects = response.numRedirects
        timeTotalMilliseconds = response.timings.total / 1000
        fetchedAt = outcome.finishedAt
        guard let status = response.statusCode else { return }
        statusCode = status
        finalURL = response.finalURL ?? outcome.page.url
        contentLength = response.contentLength
        sizeDownload = response.sizeDownload
        title = response.title
        contentType = response.contentType
        charset = response.charset
        remoteIP = response.remoteIP
        httpVersion = response.httpVersion
    }
}
