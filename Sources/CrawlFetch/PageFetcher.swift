public import CrawlCore
public import Curl
internal import HTMLScan

/// Who a fetcher reports to, on the loop's thread.
public protocol PageFetchReceiver: AnyObject {
    /// The request goes out now.
    func willSend(_ fetcher: PageFetcher)
    /// The fetcher is done with its request and may be used again.
    func finished(_ fetcher: PageFetcher, _ result: PageFetchResult)
}

/// What came of one request.
public enum PageFetchResult: Sendable {
    /// The attempt is over.
    case outcome(PageOutcome)
    /// The attempt goes on with another request, to be admitted at the target's host first.
    case redirect(ClaimedPage, to: WebURL, RedirectChain, from: HostID)
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

    private let policy: FetchPolicy
    private let environment: FetchEnvironment
    private unowned let receiver: any PageFetchReceiver
    private var transfer: Transfer?
    private let loop: TransferLoop
    private let scanner = PageScanner()

    private var startedAt: Int64 = 0
    private var contentLength: Int64 = 0
    private var contentType: String?
    private var phase = BodyPhase.unseen
    private var isTooLarge = false
    /// The origin that the transfer's header fields are set for; they go to no other.
    private var sendsHeaders = true

    private enum BodyPhase {
        case unseen
        case scanning
        case counting
    }

    /// An idle fetcher on a loop.
    public init(
        loop: TransferLoop, policy: FetchPolicy, environment: FetchEnvironment,
        receiver: any PageFetchReceiver
    ) throws(CurlSetupFailure) {
        self.loop = loop
        self.policy = policy
        self.environment = environment
        self.receiver = receiver
        let transfer = try Transfer(loop: loop, delegate: self)
        self.transfer = transfer
        try transfer.configure(policy.transfer)
        try transfer.setHeaders(policy.headers)
    }

    /// Sends a request; the receiver hears of its end from a later turn of the loop.
    public func start(_ request: PageRequest) {
        self.request = request
        startedAt = request.chain?.startedAt ?? environment.wallClock()
        contentLength = 0
        phase = .unseen
        isTooLarge = false
        wasSent = false
        do {
            try prepare(request)
        } catch {
            finish(failure: .internal, error.description)
            return
        }
    }

    private func prepare(_ request: PageRequest) throws(CurlSetupFailure) {
        guard let transfer else { return }
        try transfer.setURL(request.url)
        if !policy.headers.isEmpty {
            // What a job sends to a host may be a secret of that host: no redirect takes it elsewhere.
            let staysHome = request.host == request.page.host
            if staysHome != sendsHeaders {
                try transfer.setHeaders(staysHome ? policy.headers : [])
                sendsHeaders = staysHome
            }
        }
        guard loop.start(transfer) else {
            throw CurlSetupFailure.outOfMemory
        }
    }

    /// Gives the request up. The receiver hears nothing.
    public func cancel() {
        guard let transfer, request != nil else { return }
        loop.cancel(transfer)
        request = nil
    }

    // MARK: TransferDelegate

    /// Passes on that the request goes out.
    public func willSend(_ transfer: Transfer) {
        wasSent = true
        receiver.willSend(self)
    }

    /// Counts decoded bytes and feeds the scanner; false once the body is over its limit.
    public func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool {
        if phase == .unseen {
            contentType = transfer.contentType
            phase = ContentType.isHTML(contentType) ? .scanning : .counting
            if phase == .scanning { scanner.reset(contentType: contentType) }
        }
        contentLength += Int64(bytes.count)
        if phase == .scanning, !scanner.isFinished { scanner.feed(bytes) }
        guard policy.limits.body == 0 || contentLength <= policy.limits.body else {
            isTooLarge = true
            return false
        }
        return true
    }

    /// Turns the transfer's end into an outcome or a redirect.
    public func finished(_ transfer: Transfer, _ result: TransferResult) {
        guard let request else { return }
        switch result {
        case .readTimeout:
            finish(failure: .timeoutRead, "no byte came for \(policy.transfer.readTimeout)")
        case .code(.ok):
            complete(request, transfer)
        case .code(.writeError) where isTooLarge && redirectTarget(transfer) != nil:
            // Nobody wants the body of a redirect.
            complete(request, transfer)
        case .code(let code):
            let kind = kind(of: code, transfer)
            finish(failure: kind, message(of: kind, code, transfer))
        }
    }

    // MARK: Private

    /// Ends an attempt whose last response arrived whole, or goes on with a redirect.
    private func complete(_ request: PageRequest, _ transfer: Transfer) {
        if let location = redirectTarget(transfer) {
            var chain = request.chain ?? RedirectChain(startedAt: startedAt)
            chain.append(
                url: request.url, microseconds: transfer.totalMicroseconds,
                sizeDownload: transfer.sizeDownload)
            switch chain.decide(location: location, limits: policy.limits) {
            case .follow(let target) where curlHost(of: target.hostKey + "/") != target.host:
                finish(failure: .badRedirect, "libcurl reads another host out of Location")
            case .follow(let target):
                self.request = nil
                receiver.finished(self, .redirect(request.page, to: target, chain, from: request.host))
            case .refuse(let kind, let message):
                finish(failure: kind, message)
            }
            return
        }
        let status = transfer.statusCode ?? 0
        if policy.accept.contains(status) {
            finish(.done, error: nil)
        } else {
            finish(failure: .httpStatus, "status \(status) is not accepted")
        }
    }

    /// The `Location` of a response that is a redirect to be followed.
    private func redirectTarget(_ transfer: Transfer) -> String? {
        guard let status = transfer.statusCode, RedirectChain.isRedirect(status),
            !policy.accept.contains(status),
            policy.limits.redirects > 0
        else { return nil }
        return transfer.header("location")
    }

    private func finish(failure kind: ErrorKind, _ message: String) {
        guard let request else { return }
        let attempt = request.page.attempts + 1
        guard policy.retry.retries(kind, status: transfer?.statusCode ?? 0, attempt: attempt) else {
            return finish(.failed(kind), error: message)
        }
        let wait = policy.retry.wait(afterAttempt: attempt, fraction: environment.random())
        finish(.retry(kind, wait: wait), error: message)
    }

    private func finish(_ verdict: PageOutcome.Verdict, error: String?) {
        guard let request, let transfer else { return }
        var outcome = PageOutcome(page: request.page, startedAt: startedAt)
        outcome.verdict = verdict
        outcome.lastHost = request.host
        outcome.error = error
        outcome.finishedAt = environment.wallClock()
        outcome.requests = 1 + (request.chain?.urls.count ?? 0)
        outcome.response = response(to: request, transfer)
        self.request = nil
        receiver.finished(self, .outcome(outcome))
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
            response.numRedirects = chain.urls.count
            response.finalURL = request.url
        }
        guard response.statusCode != nil else { return response }
        // Without a body nobody has asked for it yet.
        response.contentType = phase == .unseen ? transfer.contentType : contentType
        response.remoteIP = transfer.remoteIP
        response.httpVersion = transfer.httpVersion
        response.etag = transfer.validators.etag
        response.lastModified = transfer.validators.lastModified
        if phase == .scanning {
            scanner.finish()
            response.title = scanner.title
            response.charset = scanner.charset
        }
        return response
    }

    private func kind(of code: CurlCode, _ transfer: Transfer) -> ErrorKind {
        switch code {
        case .writeError where isTooLarge:
            .tooLarge
        case .timedOut:
            // curl has one code for both of its limits; a request that never went out was still connecting,
            // unless the limit for everything was the shorter one.
            transfer.preTransferMicroseconds == 0 && policy.transfer.connectTimeout > .zero
                && (policy.transfer.totalTimeout == .zero
                    || policy.transfer.connectTimeout <= policy.transfer.totalTimeout)
                ? .timeoutConnect : .timeoutTotal
        case .writeError where transfer.headerBytes > Transfer.headerLimit:
            .tooLarge
        case .outOfMemory where transfer.statusCode != nil:
            // What curl 7 says of a header line beyond its limit of 100 KiB.
            .tooLarge
        default:
            code.errorKind
        }
    }

    private func message(of kind: ErrorKind, _ code: CurlCode, _ transfer: Transfer) -> String {
        switch kind {
        case .tooLarge where isTooLarge: "the body is larger than limits.body (\(policy.limits.body) bytes)"
        case .tooLarge:
            "the header or trailer is larger than \(Transfer.headerLimit) bytes, or one line of it than 100 KiB"
        case .timeoutConnect: "no connection within \(policy.transfer.connectTimeout)"
        case .timeoutTotal: "not finished within \(policy.transfer.totalTimeout)"
        default: transfer.errorMessage ?? code.message
        }
    }
}
