package import CrawlCore
package import Curl
internal import HTMLScan
internal import Sitemap

/// Makes one request after another, and turns each response into an outcome, a redirect or a host's robots.txt.
///
/// It has one transfer and one reader of its own, which it uses again and again. It belongs to one thread, that of its
/// loop.
package final class PageFetcher: TransferDelegate {
    /// The place at its host that the request was admitted to; kept for the receiver.
    package var slot: HostGate.Slot?
    /// What is being fetched; nil while idle.
    package internal(set) var request: PageRequest?
    // Unchecked because it changes several times a page. No access to it can begin while another is under way: nothing that
    // runs between begin and end calls out.
    /// How far that has come.
    @exclusivity(unchecked) var progress = FetchProgress()

    let policy: FetchPolicy
    let environment: FetchEnvironment
    // Unchecked because it is used twice a page; the receiver owns the fetcher.
    unowned(unsafe) let receiver: any PageFetchReceiver
    let loop: TransferLoop
    private(set) var transfer: Transfer?
    /// Selects the links of pages that are requested; nil when none are.
    let sieve: LinkSieve?
    let reader: PageReader
    let digest = BodyDigest()
    /// The header fields that the transfer is set to send.
    private var headersInUse = HeaderSet.job
    /// Whether the transfer is set to send HEAD.
    private var sendsHEAD = false
    /// The secrets of all pages that have these credentials and no request of their own. It is kept because most pages
    /// of a host have the same.
    var knownRedaction: (of: Credentials, Redaction)?

    /// The header fields of a request.
    private enum HeaderSet {
        /// The job's.
        case job
        /// The same, and what shows who asks.
        case own
        /// None. The job's fields may hold secrets of the page's host, and no redirect takes them to another.
        case none
        /// The job's where the request may have them, and others: those that ask whether the page has changed, or cookies.
        case special
        /// Those of a page that has a request of its own.
        case message
    }

    /// How much of a redirect's body is read so that its connection can be used again: 64 KiB.
    private static let redirectBodyLimit: Int64 = 64 << 10

    /// An idle fetcher on a loop.
    ///
    /// - Parameters:
    ///   - fields: the policy's, compiled for the loop.
    ///   - sieve: selects the links of pages that are requested, the same for all fetchers of the loop; nil when none are.
    package init(
        loop: TransferLoop, policy: FetchPolicy, fields: CompiledFields, sieve: LinkSieve? = nil,
        environment: FetchEnvironment,
        receiver: any PageFetchReceiver
    ) throws(CurlSetupFailure) {
        self.loop = loop
        self.policy = policy
        self.sieve = sieve
        reader = PageReader(policy, fields: fields)
        self.environment = environment
        self.receiver = receiver
        let transfer = try Transfer(loop: loop, delegate: self)
        self.transfer = transfer
        try transfer.configure(policy.transfer)
        try transfer.setHeaders(policy.headers)
    }

    /// Whether the request of the fetch that is running, or ran last, went out.
    package var wasSent: Bool { progress.wasSent }
    /// How many more requests the host takes, as the reply of the fetch that ran last says; nil where it does not.
    package var allowance: RateAllowance? { progress.allowance }

    /// Sends a request. The receiver is told of its end during a later turn of the loop.
    ///
    /// - Parameters:
    ///   - request: what is requested.
    ///   - mayBePrivate: whether its host may be at an address that is not of the public internet.
    ///   - credentials: the user name and password of the page's own URL, nil for none. They are sent to the origin
    ///     (scheme, host and port) of that URL, and to no other that a redirect leads to.
    ///   - showsAccess: whether the page's host is sent what shows who asks, where the job has that for pages without a request of
    ///     their own. The default is not.
    package func start(
        _ request: PageRequest, mayBePrivate: Bool, credentials: Credentials? = nil, showsAccess: Bool = false
    ) {
        self.request = request
        progress = FetchProgress(
            mayBePrivate: mayBePrivate, credentials: credentials,
            showsAccess: showsAccess && policy.hasAccess && request.page != nil)
        digest.reset()
        do {
            try prepare(request, credentials)
        } catch {
            finish(failure: .internal, error.description)
            return
        }
    }

    private func prepare(_ request: PageRequest, _ credentials: Credentials?) throws(CurlSetupFailure) {
        guard let transfer else { return }
        if let folder = policy.folder, answer(request, from: folder, transfer) { return }
        try setConnection(of: request, transfer)
        // Only the page's own URL may refer to secrets; a redirect's is requested as it is.
        try transfer.setURL(
            request.chain == nil ? request.page?.message?.url ?? request.url : request.url)
        let staysHome = request.isAtHome
        try transfer.setCredentials(staysHome ? credentials : nil)
        try setHeaders(of: request, staysHome: staysHome, transfer)
        try setMethod(of: request, transfer)
        transfer.wantsNewConnection = request.wantsNewConnection
        guard loop.start(transfer) else {
            throw CurlSetupFailure.outOfMemory
        }
    }

    /// Sets the method of a request without a message. The header fields of one with a message are set with its method.
    private func setMethod(of request: PageRequest, _ transfer: Transfer) throws(CurlSetupFailure) {
        let asksWithHEAD = request.page?.check?.asksWithHEAD == true
        guard asksWithHEAD != sendsHEAD else { return }
        defer { sendsHEAD = asksWithHEAD }
        guard request.page?.message == nil else { return }
        try transfer.setMethod(asksWithHEAD ? "HEAD" : "GET", body: nil, isRepeatable: true)
    }

    private func setHeaders(of request: PageRequest, staysHome: Bool, _ transfer: Transfer)
        throws(CurlSetupFailure)
    {
        let message = request.page?.message
        if message != nil || headersInUse == .message {
            try prepare(message, of: request, staysHome: staysHome, transfer)
            headersInUse = message == nil ? (staysHome ? homeSet : .none) : .message
        }
        guard message == nil else { return }
        let conditions = conditions(of: request)?.validators ?? []
        let cookies = chainCookies(of: request)
        if !conditions.isEmpty || cookies != nil {
            try transfer.setHeaders(
                (staysHome ? homeHeaders : []) + conditions + (cookies.map { [$0] } ?? []))
            headersInUse = .special
            return
        }
        let wanted =
            progress.showsAccess && staysHome
            ? HeaderSet.own : staysHome || policy.headers.isEmpty ? .job : .none
        guard wanted != headersInUse else { return }
        try transfer.setHeaders(wanted == .none ? [] : homeHeaders)
        headersInUse = wanted
    }

    private var homeSet: HeaderSet { progress.showsAccess ? .own : .job }

    /// The header fields of a page without a request of its own, at its own host.
    var homeHeaders: [JobSpec.HeaderField] { progress.showsAccess ? policy.ownHeaders : policy.headers }

    /// Gives the request up. The receiver is not told.
    package func cancel() {
        guard let transfer, request != nil else { return }
        loop.cancel(transfer)
        request = nil
    }

    // MARK: TransferDelegate

    /// Judges an address of the host that is being requested. See ``TransferDelegate/mayConnect(to:_:)`` for when.
    package func mayConnect(to address: IPAddress, _ transfer: Transfer) -> Bool {
        progress.mayBePrivate || address.isGlobal
    }

    /// Passes the question on.
    package func wantsConnectionKept(_ transfer: Transfer) -> Bool {
        receiver.wantsConnectionKept(self)
    }

    /// Passes on that the request goes out.
    package func willSend(_ transfer: Transfer) -> Bool {
        guard receiver.willSend(self) else { return false }
        progress.wasSent = true
        return true
    }

    /// Whether the page is of a type that the job takes, as far as its header tells.
    package func wantsBody(_ transfer: Transfer) -> Bool {
        refusedType(transfer) == nil
    }

    /// Takes decoded bytes of the body; false when no more of them are wanted.
    package func received(_ bytes: UnsafeRawBufferPointer, _ transfer: Transfer) -> Bool {
        if case .unseen = progress.body { begin(transfer) }
        switch progress.body {
        case .page(let reader):
            digest.add(bytes)
            reader.feed(bytes)
            if progress.refusalText != nil { progress.addToRefusal(bytes) }
            if let reply = progress.reply, !reply.feed(bytes) { return false }
            return progress.count(bytes.count, limit: bodyLimit)
        case .sheet(let sheet):
            digest.add(bytes)
            sheet.feed(bytes)
            return progress.count(bytes.count, limit: policy.limits.body)
        case .sitemap(let sitemap):
            digest.add(bytes)
            _ = progress.count(bytes.count, limit: 0)
            return sitemap.feed(bytes)
        case .robots:
            _ = progress.count(bytes.count, limit: 0)
            return progress.addToRobots(bytes)
        case .token:
            _ = progress.count(bytes.count, limit: 0)
            return progress.addToToken(bytes)
        case .discarded, .passedOver, .unseen:
            return progress.count(bytes.count, limit: Self.redirectBodyLimit)
        }
    }

    /// Decides by the response's header what becomes of its body.
    private func begin(_ transfer: Transfer) {
        if redirectTarget(transfer) != nil {
            progress.body = .discarded
        } else if let page = request?.page {
            let contentType = transfer.contentType
            guard page.message?.errand == nil else {
                progress.body = .token([])
                return
            }
            if page.kind == .sitemap {
                progress.body = .sitemap(SitemapReader(contentType: contentType))
            } else if page.kind == .check {
                progress.body = body(ofCheck: page, contentType)
            } else {
                let reading = page.message?.reading
                reader.begin(
                    contentType: contentType, fields: page.message?.extract, keepsBody: reading?.items == nil)
                progress.body = .page(reader)
                let status = transfer.running.head.status
                if policy.asksAPI, status == 403 || status == 429 { progress.refusalText = [] }
                if reading != nil { _ = replyReader(transfer) }
            }
        } else {
            progress.body = .robots([])
        }
    }

    /// Turns the transfer's end into an outcome or a redirect.
    package func finished(_ transfer: Transfer, _ result: TransferResult) {
        guard var request else { return }
        if result == .heldBack {
            request.wantsNewConnection = true
            self.request = nil
            return receiver.finished(self, .again(request), .none)
        }
        let failure = failure(result, transfer)
        if transfer.running.head.notableFields.contains(.rateLimit) {
            progress.allowance = RateLimitFields.allowance(
                now: environment.wallClock(), longest: longestWait
            ) { transfer.header($0) }
        }
        if policy.exchangeKeeper != nil, !transfer.running.isOfFile {
            keep(request, transfer, result, now: environment.wallClock())
        }
        guard let (kind, message) = failure else {
            if let type = refusedType(transfer) { return leave(ofType: type) }
            progress.extent = .whole
            return complete(request, transfer)
        }
        // A redirect is followed even when its body is broken, since nobody reads it.
        let isSoundRedirect =
            kind.concernsBody && transfer.running.head.isComplete && redirectTarget(transfer) != nil
        if progress.isEnough || isSoundRedirect {
            complete(request, transfer)
        } else {
            finish(failure: kind, message)
        }
    }
}
