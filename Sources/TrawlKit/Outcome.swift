internal import CrawlCore

/// The result of a page or request of a job.
public struct Outcome: Sendable {
    let row: ResultRow

    init(_ row: ResultRow) { self.row = row }

    /// The state of a page.
    public enum State: String, Sendable {
        /// It was fetched, and its status counts as a success.
        case done
        /// It could not be fetched, or its status does not count as a success; ``Outcome/errorKind`` and ``Outcome/error`` say why.
        case failed
        /// It is settled without its content; ``Outcome/skipReason`` says why.
        case skipped
        /// It is not settled. Only outcomes that are read from the store have this state.
        case pending
    }

    /// The state of the page.
    public var state: State { State(rawValue: row.state.rawValue) ?? .pending }
    /// The name of the request, where it has one.
    public var name: String? { row.name }
    /// The URL as it was requested; the text itself where it is not a URL.
    public var url: String { row.url }
    /// The URL that answered, after redirects; nil where none did.
    public var finalURL: String? { row.finalURL }
    /// The HTTP status; nil where no response came.
    public var statusCode: Int? { row.statusCode }
    /// Bytes of the body after decoding.
    public var contentLength: Int64? { row.contentLength }
    /// Bytes of the body on the wire.
    public var sizeDownload: Int64? { row.sizeDownload }
    /// The page's title; empty where it has an empty one, nil where it has none.
    public var title: String? { row.title }
    /// The `Content-Type` as it was sent.
    public var contentType: String? { row.contentType }
    /// The encoding the body was read as, by its name in the Encoding Standard.
    public var charset: String? { row.charset }
    /// The canonical URL that the page names, made absolute. This and the next four are only there if pages are read to
    /// their end: with `metadata: true`, `extract` or `follow`.
    public var canonicalURL: String? { row.canonicalURL }
    /// The language that the page says it is in.
    public var language: String? { row.language }
    /// The page's description (meta element `description`).
    public var pageDescription: String? { row.pageDescription }
    /// The page's instructions for robots: `noindex`, `nofollow` or both.
    public var robots: String? { row.robots }
    /// How many links are on the page.
    public var linkCount: Int? { row.linkCount }
    /// The fields of the job's `extract`, as one JSON object.
    public var extracted: String? { row.extracted }
    /// Redirects that were followed.
    public var numRedirects: Int? { row.numRedirects }
    /// Tries that were made.
    public var attempts: Int { row.attempts }
    /// What went wrong, in a word that is never renamed: `dns`, `timeout_read`, `http_status` …; nil unless it failed.
    public var errorKind: String? { row.errorKind }
    /// What went wrong, for people.
    public var error: String? { row.error }
    /// Why it was settled without its content, in a word that is never renamed: `duplicate`, `robots`, `invalid_url` …
    public var skipReason: String? { row.skipReason }
    /// The line of the list that has the URL, from 1.
    public var line: Int? { row.line }
    /// The address that answered.
    public var remoteIP: String? { row.remoteIP }
    /// `1.0`, `1.1`, `2` or `3`.
    public var httpVersion: String? { row.httpVersion }
    /// How long the last attempt took, to the millisecond.
    public var time: Duration? { row.timeTotalMilliseconds.map { .milliseconds($0) } }
    /// When the last attempt ended, in unix milliseconds.
    public var fetchedAt: Int64? { row.fetchedAt }
    /// The number of links from a URL of the job to this page.
    public var depth: Int { row.depth }
    /// Whether it is a sitemap rather than a page.
    public var isSitemap: Bool { row.kind == .sitemap }
    /// Whether the server answered that the page has not changed since the run before (304).
    public var isNotModified: Bool { row.isNotModified }
    /// The digest of its body, as `xxh128sum` prints it.
    public var contentDigest: String? { row.contentDigest }
    /// The batch that it was claimed in; nil where it never was.
    public var batchID: Int64? { row.batchID }
    /// Values that its line of the list adds, as one JSON object: keys that trawl does not know, or `key=value` after the URL.
    public var input: String? { row.input }
}
