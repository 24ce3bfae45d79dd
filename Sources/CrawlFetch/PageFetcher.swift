internal import ContentCoding
package import CrawlCore
package import Curl
internal import Extract
internal import HTMLScan
internal import Sitemap
internal import TrawlText

/// Takes one page after another from request to outcome, with one transfer and one scanner of its own.
///
/// It belongs to one thread, that of its loop.
package final class PageFetcher: TransferDelegate {
    /// Where its request was admitted; kept for the receiver.
    package var slot: HostGate.Slot?
    /// Whether the request of the running fetch went out.
    package private(set) var wasSent = false
    /// What is being fetched; nil while idle.
    package internal(set) var request: PageRequest?

    let policy: FetchPolicy
    let environment: FetchEnvironment
    // Unchecked because it is used twice a page; the receiver owns the fetcher.
    unowned(unsafe) let receiver: any PageFetchReceiver
    var transfer: Transfer?
    private let loop: TransferLoop
    private let fields: CompiledFields
    let sieve: LinkSieve?
    /// One for each set of options that was ever needed.
    private var scanners: [PageScanner] = []
    var scanner: PageScanner
    /// What takes the fields of the page, where there are any.
    var extractor: FieldExtractor?
    let digest = BodyDigest()
    /// The body, where the job keeps it.
    var keptBody: [UInt8] = []
    var keepsBody = false
    /// Whether the body is kept, where it is JSON.
    private(set) var keepsReply = false

    var contentLength: Int64 = 0
    var contentType: String?
    var phase = BodyPhase.unseen
    /// Whether the body has met its limit.
    private(set) var isTooLarge = false
    /// Whether the response came to its end.
    var isWhole = false
    private var mayBePrivate = false
    /// The user name and password that the request is sent with; nil for none.
    var credentials: Credentials?
    /// The secrets of the pages with certain credentials and nothing else of their own.
    var credentialRedaction: (of: Credentials, Redaction)?
    /// Whose header fields the transfer has.
    private var headersInUse = HeaderSet.job
    var robotsText: [UInt8] = []
    var sitemap: SitemapReader?

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

    enum BodyPhase {
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
    package init(
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
    package func start(_ request: PageRequest, mayBePrivate: Bool, credentials: Credentials? = nil) {
        self.request = request
        self.mayBePrivate = mayBePrivate
        self.credentials = credentials
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
        let staysHome = request.isAtHome
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
            try transfer.setHeaders((staysHome ? policy.headers : []) + previous.validators)
            headersInUse = .conditional
            return
        }
        let wanted = staysHome || policy.headers.isEmpty ? HeaderSet.job : .none
        guard wanted != headersInUse else { return }
        try transfer.setHeaders(wanted == .job ? policy.headers : [])
        headersInUse = wanted
    }

    /// What the run before found at the URL that is requested.
    func conditions(of request: PageRequest) -> PreviousPage? {
        // The reply of the run before is not this one's.
        guard let page = request.page, !policy.keepsReplies, page.message == nil else { return nil }
        // A redirect leads to another answer, unless it leads to a page of its own.
        if let chain = request.chain, request.url != page.url || chain.requests(for: page.id) > 0 {
            return nil
        }
        return page.previous
    }

    /// Gives the request up. The receiver hears nothing.
    package func cancel() {
        guard let transfer, request != nil else { return }
        loop.cancel(transfer)
        request = nil
    }

    // MARK: TransferDelegate

    /// Judges an address of the host that is being requested. See ``TransferDelegate/mayConnect(to:_:)`` for when.
    package func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool {
        mayBePrivate || address.isGlobal
    }

    /// Passes the question on.
    package func wantsConnectionKept(_ transfer: Transfer) -> Bool {
        receiver.wantsConnectionKept(self)
    }

    /// Passes on that the request goes out.
    package func willSend(_ transfer: Transfer) -> Bool {
        guard receiver.willSend(self) else { return false }
        wasSent = true
        return true
    }

    /// Counts decoded bytes and feeds the scanner; false once the body is over its limit.
    package func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool {
        if phase == .unseen { begin(transfer) }
        contentLength += Int64(bytes.count)
        if keepsDigest { digest.add(bytes) }
        if keepsBody { keep(bytes) }
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
            sitemap = SitemapReader(contentType: contentType)
            phase = .listing
        } else {
            choose(request?.page?.message?.extract)
            scanner.reset(contentType: contentType)
            phase = scanner.isFinished ? .counting : .scanning
            keepsBody = policy.keepBody.keeps(contentType)
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        if keptBody.count + bytes.count <= policy.keptBytes { return keptBody.append(contentsOf: bytes) }
        keepsBody = false
        keptBody = []
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
    package func finished(_ transfer: Transfer, _ result: TransferResult) {
        guard var request else { return }
        if result == .heldBack {
            request.wantsNewConnection = true
            self.request = nil
            return receiver.finished(self, .again(request), .none)
        }
        let failure = failure(result, transfer)
        if policy.exchangeKeeper != nil {
            keep(request, transfer, result, now: environment.wallClock())
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
}
