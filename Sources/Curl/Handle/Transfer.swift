internal import CCurl
internal import ContentCoding
package import CrawlCore
internal import Glibc

/// One easy handle of curl's that makes one request after another.
///
/// The handle, its buffers and its settings stay; ``running`` is new with each request. A transfer belongs to one
/// thread, that of its loop.
package final class Transfer {
    let handle: EasyHandle
    /// The lines of the header fields that are set on the handle.
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// The addresses of hosts that are set on the handle; nil for none.
    private var addresses: UnsafeMutablePointer<curl_slist>?
    /// The body that is read while it is sent; nil for none.
    var source: UploadSource?
    /// The transfer's place among those that its loop is running; -1 while it is idle.
    var slot = -1
    // Unchecked because it is used many times a page. The loop keeps every transfer that is running.
    unowned(unsafe) let loop: TransferLoop
    // Unchecked because it is used many times a page. The delegate owns the transfer.
    /// The object that is told what happens.
    package unowned(unsafe) let delegate: any TransferDelegate
    /// What holds for every request until it is set to something else.
    var settings = TransferSettings()
    // Unchecked because it changes with every line of a header. No access to it can begin while another is under way:
    // nothing that runs between begin and end calls out.
    /// The request that is running, or ran last.
    @exclusivity(unchecked) package internal(set) var running = RunningRequest(startedAt: .now)
    /// Undoes the content coding of bodies. It is made for the first body that has one, and kept.
    var decoder: ContentDecoder?
    /// Keeps what is sent and received; nil when nobody wants that.
    @exclusivity(unchecked) package internal(set) var recorder: ExchangeRecorder?
    /// Where cookies are kept, and which were sent; nil when none are kept.
    var cookies: TransferCookies?

    /// Header and trailer bytes above which a response is too large: 256 KiB. curl has a limit of its own for headers,
    /// 300 KiB, and none for trailers, which it keeps in memory.
    package static let headerLimit = 256 << 10

    /// An idle transfer of a loop.
    ///
    /// - Throws: `CurlSetupFailure` when curl has no memory for it.
    package init(loop: TransferLoop, delegate: any TransferDelegate) throws(CurlSetupFailure) {
        handle = try EasyHandle()
        self.loop = loop
        self.delegate = delegate
        try setUp()
    }

    deinit {
        handle.close()
        curl_slist_free_all(headers)
        curl_slist_free_all(addresses)
    }

    /// Whether the request goes through a proxy.
    package var isProxied: Bool { !settings.proxy.isEmpty }

    /// Whether the next request makes a connection of its own, even when another one is free. False again after it.
    package var wantsNewConnection: Bool {
        get { settings.wantsNewConnection }
        set {
            guard newValue != settings.wantsNewConnection else { return }
            settings.wantsNewConnection = newValue
            // Fails only for an option that does not exist.
            _ = ccurl_setopt_long(handle.easy, CURLOPT_FRESH_CONNECT, newValue ? 1 : 0)
        }
    }

    /// Sets the lines of the header fields, and frees those before.
    func setHeaderLines(_ lines: [String]) throws(CurlSetupFailure) {
        let old = headers
        headers = try handle.setList(CURLOPT_HTTPHEADER, lines)
        curl_slist_free_all(old)
    }

    /// Sets how connections are made.
    func set(_ network: NetworkOptions) throws(CurlSetupFailure) {
        if let interface = network.interface { try handle.set(CURLOPT_INTERFACE, interface) }
        guard !network.resolve.isEmpty else { return }
        let old = addresses
        addresses = try handle.setList(CURLOPT_RESOLVE, network.resolve.map(\.curlText))
        curl_slist_free_all(old)
    }

    /// Closes the connection at the end of the request, instead of keeping it for the next one.
    func closeConnectionAfterwards() {
        settings.closesConnection = true
        _ = ccurl_setopt_long(handle.easy, CURLOPT_FORBID_REUSE, 1)  // Never fails.
    }

    /// Begins a request.
    ///
    /// - Parameter nameLifetime: at the end of the request curl forgets names that were looked up so many seconds ago;
    ///   -1 for none.
    func prepareForStart(now: MonotonicInstant, nameLifetime: Int) {
        if nameLifetime != settings.nameLifetime {
            settings.nameLifetime = nameLifetime
            // Fails only for a number below -1.
            _ = ccurl_setopt_long(handle.easy, CURLOPT_DNS_CACHE_TIMEOUT, nameLifetime)
        }
        if settings.closesConnection {
            settings.closesConnection = false
            _ = ccurl_setopt_long(handle.easy, CURLOPT_FORBID_REUSE, 0)  // Never fails.
        }
        handle.clearErrorMessage()
        recorder?.reset()
        cookies?.sentHead.reset()
        running = RunningRequest(startedAt: now)
    }

    /// Whether more of the request's body was sent since this was last asked. A server that takes a body is not silent.
    func goesOnSending(now: MonotonicInstant) -> Bool {
        guard settings.sendsBody else { return false }
        return running.noteUploaded(sizeUpload, now: now)
    }

    /// Keeps a part of the request's head, as curl sends it.
    func sent(_ bytes: UnsafeRawBufferPointer) {
        recorder?.sent(bytes)
        cookies?.sentHead.append(bytes)
    }

    /// The cookies that the request was sent with, both kept ones and those of header fields; none when none are kept.
    package var sentCookies: CookieField { cookies?.sentHead.cookies ?? CookieField() }

    /// The cookies that a URL would be requested with now; none when none are kept.
    ///
    /// - Parameter own: cookies of the job's header fields that would go with them.
    package func cookies(for url: WebURL, own: @autoclosure () -> [String]) -> CookieField {
        guard let cookies else { return CookieField() }
        return CookieField(cookies.store.pairs(for: url, now: Int64(time(nil)), by: handle.easy) + own())
    }

    /// curl's description of the last failure, which says more than the code does; nil when it has none.
    package var errorMessage: String? { handle.errorMessage }

    /// A message on a name that was not resolved, with what is known of the reason.
    package func explainUnresolved(_ message: String) -> String { loop.nameDiagnosis.explain(message) }
}

/// What a transfer has to do with cookies.
struct TransferCookies {
    /// Where they are kept.
    let store: CookieStore
    /// The head of the request as it was sent. curl tells nowhere else which cookies it sent.
    var sentHead = SentHead()
}
