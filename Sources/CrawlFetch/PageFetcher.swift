internal import ContentCoding
public import CrawlCore
public import Curl
internal import Extract
internal import HTMLScan
internal import Sitemap

/// Who a fetcher reports to, on the loop's thread.
public protocol PageFetchReceiver: AnyObject {
    /// Whether another request is waiting for the connection.
    func wantsConnectionKept(_ fetcher: PageFetcher) -> Bool
    /// The request goes out now, unless this is false: then the fetch ends with ``PageFetchResult/again(_:)``.
    ///
    /// It is asked again (``PageFetcher/wasSent``) where the request met a connection that the server was giving up.
    func willSend(_ fetcher: PageFetcher) -> Bool
    /// The fetcher is done with its request and may be used again.
    func finished(_ fetcher: PageFetcher, _ result: consuming PageFetchResult, _ signal: HostSignal)
}

/// What came of one request.
public enum PageFetchResult: Sendable {
    /// The attempt is over.
    case outcome(PageOutcome)
    /// The attempt goes on with another request, to be admitted at the target's host first.
    case redirect(PageRequest.Purpose, to: WebURL, RedirectChain, from: HostID)
    /// What a host's robots.txt came to; `from` is the host that was asked last, and `isOwn` whether what it was asked
    /// for is its own robots.txt.
    case robots(RobotsAnswer, of: HostID, from: HostID, isOwn: Bool)
    /// The request is to be admitted once more.
    case again(PageRequest)
}

/// Takes one page after another from request to outcome, with one transfer and one scanner of its own.
///
/// It belongs to one thread, that of its loop.
public final class PageFetcher: TransferDelegate {
    /// Where its request was admitted; kept for the receiver.
    public var slot: HostGate.Slot?
    /// Whether the request of the running fetch went out.
    public private(set) var wasSent = false
    /// What is being fetched; nil while idle.
    public private(set) var request: PageRequest?

    let policy: FetchPolicy
    private let environment: FetchEnvironment
    // Unchecked because it is used twice a page; the receiver owns the fetcher.
    private unowned(unsafe) let receiver: any PageFetchReceiver
    private var transfer: Transfer?
    private let loop: TransferLoop
    private let fields: CompiledFields
    private let sieve: LinkSieve?
    /// One for each set of options that was ever needed.
    private var scanners: [PageScanner] = []
    private var scanner: PageScanner
    /// What takes the fields of the page, where there are any.
    private var extractor: FieldExtractor?
    private let digest = BodyDigest()
    /// The body, where the job keeps it.
    private var keptBody: [UInt8] = []
    private var keepsBody = false
    /// Whether the body is kept, where it is JSON.
    private(set) var keepsReply = false

    private var contentLength: Int64 = 0
    private var contentType: String?
    private var phase = BodyPhase.unseen
    /// Whether the body has met its limit.
    private(set) var isTooLarge = false
    /// Whether the response came to its end.
    private var isWhole = false
    private var mayBePrivate = false
    /// Whose header fields the transfer has.
    private var headersInUse = HeaderSet.job
    private var robotsText: [UInt8] = []
    private var sitemap: SitemapReader?

    /// The header fields of a request.
    private enum HeaderSet {
        /// The job's.
        case job
        /// None: what a job sends to a host may be a secret of that host, and no redirect takes it elsewhere.
        case none
        /// The job's, and those that ask whether the page has changed.
        case conditional
        /// Those of a request that has its own, with all else that it sends.
        case message
    }

    private enum BodyPhase {
        case unseen
        case scanning
        case counting
        /// It is a sitemap.
        case listing
        /// It is a robots.txt.
        case collecting
        /// It is a redirect's, which nobody reads.
        case discarding
    }

    /// So much of a redirect's body is read to use its connection again: 64 KiB.
    private static let redirectBodyLimit: Int64 = 64 << 10

    /// An idle fetcher on a loop.
    ///
    /// - Parameters:
    ///   - fields: the policy's, compiled for the loop.
    ///   - sieve: what is followed of the pages' links, the same for all fetchers of the loop; nil for nothing.
    public init(
        loop: TransferLoop, policy: FetchPolicy, fields: CompiledFields, sieve: LinkSieve? = nil,
        environment: FetchEnvironment,
        receiver: any PageFetchReceiver
    ) throws(CurlSetupFailure) {
        self.loop = loop
        self.policy = policy
        self.fields = fields
        self.sieve = sieve
        scanner = PageScanner(policy.scannerOptions, productToken: policy.productToken)
        self.environment = environment
        self.receiver = receiver
        let transfer = try Transfer(loop: loop, delegate: self)
        self.transfer = transfer
        try transfer.configure(policy.transfer)
        try transfer.setHeaders(policy.headers)
    }

    /// Sends a request; the receiver hears of its end from a later turn of the loop.
    ///
    /// - Parameters:
    ///   - request: what is requested.
    ///   - mayBePrivate: whether its host may be at an address that is not of the public internet.
    ///   - credentials: the user name and password of the page's own URL, nil for none. They are sent to the origin
    ///     (scheme, host and port) of that URL, and to no other that a redirect leads to.
    public func start(_ request: PageRequest, mayBePrivate: Bool, credentials: Credentials? = nil) {
        self.request = request
        self.mayBePrivate = mayBePrivate
        contentLength = 0
        phase = .unseen
        digest.reset()
        keepsBody = false
        keptBody = []
        isTooLarge = false
        isWhole = false
        wasSent = false
        do {
            try prepare(request, credentials)
        } catch {
            finish(failure: .internal, error.description)
            return
        }
    }

    private func prepare(_ request: PageRequest, _ credentials: Credentials?) throws(CurlSetupFailure) {
        guard let transfer else { return }
        // A redirect leads to a URL as it is; the page's own may refer to secrets.
        try transfer.setURL(
            request.chain == nil ? request.page?.message?.url ?? request.url : request.url)
        let staysHome = request.host == request.owner
        try transfer.setCredentials(staysHome ? credentials : nil)
        try setHeaders(of: request, staysHome: staysHome, transfer)
        transfer.wantsNewConnection = request.wantsNewConnection
        guard loop.start(transfer) else {
            throw CurlSetupFailure.outOfMemory
        }
    }

    private func setHeaders(of request: PageRequest, staysHome: Bool, _ transfer: Transfer)
        throws(CurlSetupFailure)
    {
        let message = request.page?.message
        if message != nil || headersInUse == .message {
            try prepare(message, of: request, staysHome: staysHome, transfer)
            headersInUse = message == nil ? (staysHome ? .job : .none) : .message
        }
        guard message == nil else { return }
        if let previous = conditions(of: request) {
            try transfer.setHeaders(policy.headers + previous.validators)
            headersInUse = .conditional
            return
        }
        let wanted = staysHome || policy.headers.isEmpty ? HeaderSet.job : .none
        guard wanted != headersInUse else { return }
        try transfer.setHeaders(wanted == .job ? policy.headers : [])
        headersInUse = wanted
    }

    /// What the run before found at the URL that is requested.
    private func conditions(of request: PageRequest) -> PreviousPage? {
        // The reply of the run before is not this one's.
        guard request.chain == nil, !policy.keepsReplies, request.page?.message == nil else { return nil }
        return request.page?.previous
    }

    /// Gives the request up. The receiver hears nothing.
    public func cancel() {
        guard let transfer, request != nil else { return }
        loop.cancel(transfer)
        request = nil
    }

    // MARK: TransferDelegate

    /// Judges an address of the host that is being requested. See ``TransferDelegate/mayConnect(to:_:)`` for when.
    public func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool {
        mayBePrivate || address.isGlobal
    }

    /// Passes the question on.
    public func wantsConnectionKept(_ transfer: Transfer) -> Bool {
        receiver.wantsConnectionKept(self)
    }

    /// Passes on that the request goes out.
    public func willSend(_ transfer: Transfer) -> Bool {
        guard receiver.willSend(self) else { return false }
        wasSent = true
        return true
    }

    /// Counts decoded bytes and feeds the scanner; false once the body is over its limit.
    public func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool {
        if phase == .unseen { begin(transfer) }
        contentLength += Int64(bytes.count)
        if keepsDigest { digest.add(bytes) }
        if keepsBody { keptBody.append(contentsOf: bytes) }
        if phase == .scanning, !scanner.isFinished { scanner.feed(bytes) }
        if phase == .collecting {
            robotsText.append(contentsOf: bytes.prefix(RobotsAnswer.limit - robotsText.count))
            isTooLarge = robotsText.count >= RobotsAnswer.limit
            return !isTooLarge
        }
        if phase == .listing, let sitemap { return sitemap.feed(bytes) }
        let limit = phase == .discarding ? Self.redirectBodyLimit : policy.limits.body
        guard limit == 0 || contentLength <= limit else {
            isTooLarge = true
            return false
        }
        return true
    }

    /// Decides what to do with a body by what its header says.
    private func begin(_ transfer: Transfer) {
        contentType = transfer.contentType
        if redirectTarget(transfer) != nil {
            phase = .discarding
        } else if request?.page == nil {
            robotsText.removeAll(keepingCapacity: true)
            phase = .collecting
        } else if request?.page?.kind == .sitemap {
            sitemap = SitemapReader()
            phase = .listing
        } else {
            choose(request?.page?.message?.extract)
            scanner.reset(contentType: contentType)
            phase = scanner.isFinished ? .counting : .scanning
            keepsBody = policy.keepBody.keeps(contentType)
        }
    }

    /// Chooses what is taken from the page, and a scanner for it.
    ///
    /// - Parameter list: the fields of a request that has its own; nil for those of the job.
    private func choose(_ list: [ExtractionField]?) {
        extractor = list.map { fields.extractor(of: $0) } ?? fields.jobs
        keepsReply = policy.keepsReplies && ContentType.mayBeJSON(contentType)
        var options = policy.scannerOptions.union(extractor?.scannerOptions ?? [])
        if keepsReply { options.insert(.text) }
        guard scanner.options != options else { return }
        scanners.append(scanner)
        if let index = scanners.firstIndex(where: { $0.options == options }) {
            scanner = scanners.remove(at: index)
        } else {
            scanner = PageScanner(options, productToken: policy.productToken)
        }
    }

    /// Whether the body is a page's, to be known again in the next run.
    private var keepsDigest: Bool { phase == .scanning || phase == .counting || phase == .listing }

    /// Turns the transfer's end into an outcome or a redirect.
    public func finished(_ transfer: Transfer, _ result: TransferResult) {
        guard var request else { return }
        if result == .heldBack {
            request.wantsNewConnection = true
            self.request = nil
            return receiver.finished(self, .again(request), .none)
        }
        let failure = failure(result, transfer)
        if policy.exchangeKeeper != nil {
            keep(request, transfer, isCut: failure != nil, now: environment.wallClock())
        }
        guard let (kind, message) = failure else {
            isWhole = true
            return complete(request, transfer)
        }
        // Nobody wants the body of a redirect, or more of a robots.txt.
        let isEnough = phase == .collecting && isTooLarge || phase == .listing && sitemap?.failure != nil
        if isEnough || kind.concernsBody && transfer.head.isComplete && redirectTarget(transfer) != nil {
            complete(request, transfer)
        } else {
            finish(failure: kind, message)
        }
    }

    // MARK: Private

    /// Ends an attempt whose last response arrived whole, or goes on with a redirect.
    private func complete(_ request: PageRequest, _ transfer: Transfer) {
        if let location = redirectTarget(transfer) {
            return follow(location, request, transfer)
        }
        let status = transfer.statusCode ?? 0
        switch request.purpose {
        case .robots where (200..<300).contains(status):
            // Without a body there is none, rather than the one before.
            finish(.found(statusCode: status, phase == .collecting ? robotsText : []), .answered)
        case .robots where status != 429 && status < 500:
            finish(.unavailable(statusCode: status), .answered)
        case .page where status == 304 && conditions(of: request) != nil:
            finish(.done, error: nil, .answered)
        case .page where acceptedStatuses.contains(status): finish(.done, error: nil, .answered)
        default: finish(failure: .httpStatus, "status \(status) is not accepted")
        }
    }

    private func follow(_ location: String, _ request: PageRequest, _ transfer: Transfer) {
        var chain =
            request.chain ?? RedirectChain(startedAt: startedAt(transfer, now: environment.wallClock()))
        chain.append(
            url: request.url, statusCode: transfer.statusCode ?? 0,
            method: request.page?.message?.method ?? "GET", microseconds: transfer.totalMicroseconds,
            sizeDownload: transfer.sizeDownload)
        var limits = policy.limits
        if request.page == nil { limits.redirects = RobotsAnswer.redirects }
        switch chain.decide(location: location, limits: limits) {
        case .follow(let target) where curlHost(of: target.hostKey + "/") != target.host:
            finish(failure: .badRedirect, "libcurl reads another host out of Location")
        case .follow(let target):
            if let refusal = refusal(ofRedirectTo: target, chain) {
                return finish(failure: .badRedirect, refusal)
            }
            self.request = nil
            receiver.finished(
                self, .redirect(request.purpose, to: target, chain, from: request.host), .answered)
        case .refuse(let kind, let message):
            finish(failure: kind, message)
        }
    }

    /// The `Location` of a response that is a redirect to be followed.
    private func redirectTarget(_ transfer: Transfer) -> String? {
        let status = transfer.head.status
        guard RedirectChain.isRedirect(status) else { return nil }
        if request?.page != nil {
            guard !acceptedStatuses.contains(status), policy.limits.redirects > 0 else { return nil }
        }
        return transfer.header("location")
    }

    private func finish(failure kind: ErrorKind, _ message: String) {
        guard let request, let transfer else { return }
        let status = transfer.statusCode ?? 0
        let signal = HostSignal(kind, status: status, wait: retryAfter(status, transfer))
        guard let page = request.page else {
            switch kind {
            case .tooManyRedirects, .redirectLoop, .badRedirect:
                finish(.unavailable(statusCode: transfer.statusCode), signal)
            default:
                finish(.unreachable(kind, message), signal)
            }
            return
        }
        let attempt = page.attempts + 1
        guard !mustNotRepeat, retryPolicy.retries(kind, status: status, attempt: attempt) else {
            let isLost = mustNotRepeat && !transfer.head.isComplete
            let error = isLost ? "\(message); not known to have been delivered" : message
            return finish(.failed(kind), error: error, signal)
        }
        var wait = retryPolicy.wait(afterAttempt: attempt, fraction: environment.random())
        if case .throttled(let asked?) = signal { wait = max(wait, asked) }
        finish(.retry(kind, wait: wait), error: message, signal)
    }

    /// How long a response asks to be left alone.
    private func retryAfter(_ status: Int, _ transfer: Transfer) -> Duration? {
        guard status == 429 || status == 503 else { return nil }
        guard transfer.head.notableFields.contains(.retryAfter), let value = transfer.header("retry-after")
        else { return rateLimitWait(transfer) }
        return RetryAfter.wait(value, date: transfer.header("date"), now: environment.wallClock())
    }

    /// How long a response says that nothing more is taken.
    private func rateLimitWait(_ transfer: Transfer) -> Duration? {
        guard transfer.head.notableFields.contains(.rateLimit) else { return nil }
        return RateLimitFields.wait(now: environment.wallClock()) { transfer.header($0) }
    }

    private func finish(_ answer: RobotsAnswer, _ signal: HostSignal) {
        guard let request else { return }
        self.request = nil
        let isOwn = (try? WebURL(parsing: request.url))?.pathAndQuery == "/robots.txt"
        receiver.finished(self, .robots(answer, of: request.owner, from: request.host, isOwn: isOwn), signal)
    }

    private func finish(_ verdict: PageOutcome.Verdict, error: String?, _ signal: HostSignal) {
        guard let request, let page = request.page, let transfer else { return }
        let now = environment.wallClock()
        var outcome = PageOutcome(
            page: page, startedAt: request.chain?.startedAt ?? startedAt(transfer, now: now))
        outcome.verdict = verdict
        outcome.lastHost = request.host
        outcome.error = error
        outcome.finishedAt = now
        outcome.requests = 1 + (request.chain?.hops.count ?? 0)
        outcome.chain = request.chain
        outcome.response = response(to: request, transfer)
        if phase == .scanning { read(request, &outcome) }
        if phase == .listing { readSitemap(request, &outcome) }
        let redaction = page.message?.redaction ?? policy.redaction
        if outcome.response.statusCode == 304, let previous = conditions(of: request) {
            outcome.response = unchanged(previous, by: outcome.response)
        } else if outcome.response.statusCode != nil, isWhole {
            outcome.response.contentDigest = digest.digest
            if keepsBody {
                let body = redaction.redacted(keptBody) ?? keptBody
                outcome.body = PageBody(size: body.count, data: Deflate.compress(body))
            }
        }
        outcome.redact(redaction)
        self.request = nil
        var signal = signal
        if signal == .answered, let wait = rateLimitWait(transfer) { signal = .exhausted(wait: wait) }
        receiver.finished(self, .outcome(outcome), signal)
    }

    /// When the running transfer began, in unix milliseconds. The clock is read once a request, at its end.
    private func startedAt(_ transfer: Transfer, now: Int64) -> Int64 {
        now - transfer.totalMicroseconds / 1000
    }

    private func response(to request: PageRequest, _ transfer: Transfer) -> PageResponse {
        var response = PageResponse()
        response.statusCode = transfer.statusCode
        response.contentLength = contentLength
        response.sizeDownload = transfer.sizeDownload + (request.chain?.sizeDownload ?? 0)
        response.timings.nameLookup = transfer.nameLookupMicroseconds
        response.timings.connect = transfer.connectMicroseconds
        response.timings.startTransfer = transfer.startTransferMicroseconds
        response.timings.total = transfer.totalMicroseconds + (request.chain?.microseconds ?? 0)
        if let chain = request.chain {
            response.numRedirects = chain.hops.count
            response.finalURL = request.url
        }
        guard response.statusCode != nil else { return response }
        // Without a body nobody has asked for it yet.
        response.contentType = phase == .unseen ? transfer.contentType : contentType
        response.remoteIP = transfer.remoteIP
        response.httpVersion = transfer.httpVersion
        response.etag = transfer.head.etag
        response.lastModified = transfer.head.lastModified
        if transfer.head.notableFields.contains(.robotsTag) {
            for value in transfer.headers("x-robots-tag") {
                response.robots.formUnion(
                    RobotsDirectives(fieldValue: value.utf8.span, productToken: policy.productToken))
            }
        }
        return response
    }

    /// Takes what a sitemap lists. What is wrong with it is said in its row, and what was read holds.
    private func readSitemap(_ request: PageRequest, _ outcome: inout PageOutcome) {
        guard let sitemap, let page = request.page, let url = try? WebURL(parsing: request.url) else {
            return
        }
        self.sitemap = nil
        guard outcome.verdict == .done, let sieve else { return }
        sitemap.finish()
        let entries = sitemap.takeEntries()
        outcome.discovery = sieve.sift(entries, base: url, of: page)
        guard let failure = sitemap.failure else { return }
        outcome.error = "sitemap: \(failure)"
        if entries.isEmpty { outcome.verdict = .failed(.badResponse) }
    }

    /// Takes what the page's scanner has found.
    private func read(_ request: PageRequest, _ outcome: inout PageOutcome) {
        scanner.finish()
        outcome.response.title = scanner.title
        outcome.response.charset = scanner.charset
        guard !scanner.options.isEmpty else { return }
        outcome.response.robots.formUnion(RobotsDirectives(scanner.metadata))
        // Of a page that is asked for again nobody reads it.
        if outcome.verdict.isSettled {
            outcome.response.content = content(of: scanner, extractor, url: request.url)
        }
        if let sieve, outcome.verdict == .done {
            outcome.discovery = discovery(of: scanner, sieve, request, outcome.response.robots)
        }
        // A tree is not kept while the fetcher waits for its next page.
        scanner.reset(contentType: contentType)
    }
}
