internal import CrawlCore
internal import HTMLScan
internal import Sitemap

/// How far the fetch of one request has come.
///
/// A new value is assigned at each start, so that nothing of the request before can be left. What is large is in classes
/// that are used again: ``PageReader`` and ``BodyDigest``.
struct FetchProgress {
    /// Whether the request's host may be at an address that is not of the public internet.
    var mayBePrivate = false
    /// The user name and password that the request is sent with; nil for none.
    var credentials: Credentials?
    /// Whether it is sent with what shows who asks, where the job has that for pages without a request of their own.
    var showsAccess = false
    /// Whether the request went out.
    var wasSent = false
    /// Bytes of the body that have come, after decoding.
    private(set) var contentLength: Int64 = 0
    /// What becomes of the body.
    var body = Body.unseen
    /// Whether the body has ended.
    var extent = Extent.partial

    /// Reads what is wanted of the reply beside what every page has; nil for nothing.
    var reply: ReplyReader?
    /// The items of the page and the pages after it; nil for none.
    var followUp: FollowUp?

    /// How many more requests the host takes, as the reply says; nil where it does not.
    var allowance: RateAllowance?
    /// The beginning of the body of a 403 or 429, in jobs of requests; nil for other replies.
    var refusalText: [UInt8]?
    /// Why the folder that stands for the host has nothing to send; nil where it has, and where there is none.
    var folderFault: FolderSite.Fault?
    /// What the failure says beyond its kind.
    var signs: PageResponse.Signs = []

    /// Whether the body of a page was read, so that it has a digest. That of a check may have been passed over.
    func isRead(_ page: ClaimedPage) -> Bool {
        guard page.kind == .check else { return true }
        return switch body {
        case .page, .sheet: true
        default: false
        }
    }

    /// What becomes of a body. It is decided when the first byte comes, by the response's header.
    enum Body {
        /// No byte has come.
        case unseen
        /// It is a page's.
        case page(PageReader)
        /// It is a robots.txt, of which this has come.
        case robots([UInt8])
        /// It is the answer to a request for a token, of which this has come.
        case token([UInt8])
        /// It is a sitemap.
        case sitemap(SitemapReader)
        /// It is a redirect's, which nobody reads.
        case discarded
        /// It is a stylesheet of the site that is checked.
        case sheet(StyleSheetScanner)
        /// It is that of a check, which only has to be there.
        case passedOver
    }

    /// How much of a body has come.
    enum Extent {
        /// It is still coming, or broke off.
        case partial
        /// The response came to its end.
        case whole
        /// It has met its limit, and no more of it is read.
        case tooLarge
    }

    /// Counts bytes of the body.
    ///
    /// - Parameter limit: how many there may be; 0 for no limit.
    /// - Returns: false when there are more.
    mutating func count(_ bytes: Int, limit: Int64) -> Bool {
        contentLength += Int64(bytes)
        guard limit == 0 || contentLength <= limit else {
            extent = .tooLarge
            return false
        }
        return true
    }

    /// Adds bytes to a robots.txt, up to ``RobotsAnswer/limit``.
    ///
    /// - Returns: false when no more of it is read.
    mutating func addToRobots(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .robots(var text) = body else { return false }
        // With `text` in one place only, appending does not copy it.
        body = .unseen
        text.append(contentsOf: bytes.prefix(RobotsAnswer.limit - text.count))
        body = .robots(text)
        if text.count >= RobotsAnswer.limit { extent = .tooLarge }
        return extent != .tooLarge
    }

    /// Adds bytes to what is looked at of a refusal.
    mutating func addToRefusal(_ bytes: UnsafeRawBufferPointer) {
        guard let count = refusalText?.count, count < LimitRefusal.readLimit else { return }
        refusalText?.append(contentsOf: bytes.prefix(LimitRefusal.readLimit - count))
    }

    /// Adds bytes to the answer to a request for a token, up to ``tokenLimit``.
    ///
    /// - Returns: false when it is longer.
    mutating func addToToken(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .token(var text) = body else { return false }
        body = .unseen
        text.append(contentsOf: bytes.prefix(FetchProgress.tokenLimit + 1 - text.count))
        body = .token(text)
        if text.count > FetchProgress.tokenLimit { extent = .tooLarge }
        return extent != .tooLarge
    }

    /// The longest answer to a request for a token, in bytes: 1 MiB.
    static let tokenLimit = 1 << 20

    /// The answer to a request for a token; empty for a response without a body.
    var tokenText: [UInt8] {
        if case .token(let text) = body { text } else { [] }
    }

    /// The robots.txt that has come; empty for a response without a body.
    var robotsText: [UInt8] {
        if case .robots(let text) = body { text } else { [] }
    }

    /// Whether enough of the body has come, although the transfer failed: nobody needs more of a robots.txt that has met
    /// its limit, or of a sitemap that is broken.
    var isEnough: Bool {
        switch body {
        case .robots: extent == .tooLarge
        case .sitemap(let reader): reader.failure != nil
        case .passedOver: true
        case .page: reply.map { $0.isOver || $0.hasFault } ?? false
        case .unseen, .sheet, .discarded, .token: false
        }
    }

    /// Lets go of the body, whose memory a fetcher that waits for its next request does not need.
    mutating func endBody() {
        if case .page(let reader) = body { reader.end() }
        body = .unseen
        reply = nil
    }
}
