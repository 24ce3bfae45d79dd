internal import CCurl
internal import ContentCoding
package import CrawlCore
internal import Glibc

/// One easy handle of curl's, used for one request after another: its settings, buffers and name are made once.
///
/// It belongs to one thread, that of its loop.
package final class Transfer {
    let easy: UnsafeMutableRawPointer
    /// Where it stands among the loop's transfers under way; -1 while it is idle.
    var slot = -1
    // Unchecked, as are the next ones that say so: they change with every line of a header, and no access to one of them
    // can begin while another is under way, since none of the code between begin and end calls out.
    /// When the last byte of a header or body came, or the request started.
    @exclusivity(unchecked) var lastActivity: MonotonicInstant = .now
    /// Bytes of the request's body that were sent when it was last asked.
    private var uploaded: Int64 = 0
    // Unchecked because both are used many times a page: the loop keeps a transfer that is under way, and the
    // delegate owns it.
    unowned(unsafe) let loop: TransferLoop
    /// Who the running transfer reports to.
    package unowned(unsafe) let delegate: any TransferDelegate
    /// How long the server may send nothing; zero for ever.
    package var readTimeout: Duration = .zero
    /// Bytes of header and trailer received so far.
    @exclusivity(unchecked) package internal(set) var headerBytes = 0
    /// What the response's header says, as far as it has come.
    @exclusivity(unchecked) package internal(set) var head = ResponseHead()
    /// What is wrong with the response, where trawl and not curl has found it.
    var fault: ResponseFault?
    /// Whether curl took the response of the last transfer for whole.
    package internal(set) var cameWhole = false
    /// Undoes the content coding of the body that is coming; nil where it has none.
    var decoder: ContentDecoder?
    /// Bytes of a coded body that have come.
    var codedBytes: Int64 = 0
    /// Bytes that a body may have, before and after decoding; 0 for any number.
    private(set) var bodyLimit: Int64 = 0
    /// How long the whole transfer may take; zero for ever.
    private(set) var totalTimeout: Duration = .zero
    /// When the request started.
    private(set) var startedAt: MonotonicInstant = .now
    /// Slices of the body that were decoded.
    var slices = 0
    /// Kept from one coded body for the next.
    private var idleDecoder: ContentDecoder?
    /// The system's last error on a socket of this transfer as the header was complete (CURLINFO_OS_ERRNO(3)).
    var socketErrorAtHead = 0
    /// Header and trailer bytes from which a response is too large: 256 KiB. curl has a limit of its own for
    /// headers, 300 KiB, and none for trailers, which it keeps.
    package static let headerLimit = 256 << 10

    /// Addresses of the running request that were not to be connected to.
    var refusedAddresses: [IPAddress] = []
    /// Whether the running request was not to go out.
    var isHeldBack = false
    /// Whether the running request has opened a socket.
    var hasOpenedSocket = false
    /// Whether the next start is on a new connection, whatever others are free.
    package var wantsNewConnection = false {
        didSet {
            guard wantsNewConnection != oldValue else { return }
            // Fails only for an option that does not exist.
            _ = ccurl_setopt_long(easy, CURLOPT_FRESH_CONNECT, wantsNewConnection ? 1 : 0)
        }
    }
    /// Whether the request may be sent again on another connection where the one that was there turns out to be dead; as
    /// curl does by itself, and we do. The default is that it may.
    package private(set) var isRepeatable = true
    /// How often the running request was about to be sent.
    var sendings = 0
    /// What the transfer sends but for a GET; nil for that.
    var method: String?
    /// Whether the request may have a body.
    private var sendsBody = false
    /// Whether the running request goes through a proxy.
    package private(set) var isProxied = false
    /// What is sent and received, where that is kept; nil where it is not.
    @exclusivity(unchecked) package private(set) var recorder: ExchangeRecorder?
    /// Where cookies are kept; nil where they are not.
    private(set) var cookies: CookieStore?
    /// The request's head as it was sent, where cookies are kept: what was sent of them is in no other place.
    private var sentHead: SentHead?

    private var proxies: ProxySelection?
    private var proxy = ""
    private var credentials: Credentials?
    /// What CURLOPT_DNS_CACHE_TIMEOUT is.
    private var nameLifetime = -1
    /// Whether the connection is closed at the transfer's end.
    var closesConnection = false
    private var headers: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutablePointer<CChar>

    /// An idle transfer of a loop.
    ///
    /// - Throws: `CurlSetupFailure` where curl has no memory for it.
    package init(loop: TransferLoop, delegate: any TransferDelegate) throws(CurlSetupFailure) {
        guard let easy = curl_easy_init() else {
            throw CurlSetupFailure(option: "curl_easy_init", message: "no memory")
        }
        self.easy = easy
        self.loop = loop
        self.delegate = delegate
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try setUp()
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// The settings that no job changes.
    private func setUp() throws(CurlSetupFailure) {
        // Safe because the loop keeps a transfer alive from start to finish, and callbacks come only in between.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try set(CURLOPT_PRIVATE, pointer: context)
        try set(CURLOPT_WRITEDATA, pointer: context)
        try set(CURLOPT_HEADERDATA, pointer: context)
        try set(CURLOPT_ERRORBUFFER, pointer: errorText)
        try check(ccurl_setopt_data_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody), "WRITEFUNCTION")
        try check(ccurl_setopt_data_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader), "HEADERFUNCTION")
        try set(CURLOPT_OPENSOCKETDATA, pointer: context)
        try check(ccurl_setopt_opensocket_callback(easy, openSocket), "OPENSOCKETFUNCTION")
        // A connection outlives the transfer that opened it, but not the loop.
        try set(CURLOPT_CLOSESOCKETDATA, pointer: Unmanaged.passUnretained(loop.sockets).toOpaque())
        try check(ccurl_setopt_closesocket_callback(easy, closeSocket), "CLOSESOCKETFUNCTION")
        try set(CURLOPT_RESOLVER_START_DATA, pointer: context)
        try check(ccurl_setopt_resolver_start_callback(easy, noteLookUp), "RESOLVER_START_FUNCTION")
        // Which proxy is used is decided here: see ProxySelection.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "")
        // A user name and password are sent as Basic says (RFC 7617) and in no other way.
        try set(CURLOPT_HTTPAUTH, ccurl_auth_basic)
        // Not pruned, unless the loop says so.
        try set(CURLOPT_DNS_CACHE_TIMEOUT, nameLifetime)
        // Signals and threads do not mix (libcurl-thread(3)).
        try set(CURLOPT_NOSIGNAL, 1)
        // Whatever a URL or a redirect says, nothing but HTTP is ever spoken (libcurl-security(3)).
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        // Every hop is a new admission, so that curl must not follow by itself.
        try set(CURLOPT_FOLLOWLOCATION, 0)
        // What a proxy answers to CONNECT is not the response.
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // The URL is normalised already, and is to be sent as it is.
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        // A request that waits to share a connection that is being made has no time-outs while it waits, in curl 7.88: with
        // one that never stands they would run one after the other. So the first requests to a host make one each.
        try set(CURLOPT_PIPEWAIT, 0)
        try setHeaders([])
    }

    /// The settings of a job.
    package func configure(_ configuration: TransferConfiguration) throws(CurlSetupFailure) {
        try set(CURLOPT_USERAGENT, configuration.userAgent)
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(configuration.connectTimeout, ifZero: Int(Int32.max)))
        try set(CURLOPT_TIMEOUT_MS, milliseconds(configuration.totalTimeout, ifZero: 0))
        try set(CURLOPT_SSL_VERIFYPEER, configuration.insecure ? 0 : 1)
        try set(CURLOPT_SSL_VERIFYHOST, configuration.insecure ? 0 : 2)
        proxies = configuration.proxies.isDirect ? nil : configuration.proxies
        if let cookies = configuration.cookies {
            try set(CURLOPT_SHARE, pointer: cookies.share)
            // No file: what is shared is used only where cookies are switched on as well.
            try set(CURLOPT_COOKIEFILE, "")
            self.cookies = cookies
            sentHead = SentHead()
        }
        if configuration.reportsSending {
            try check(ccurl_setopt_prereq_callback(easy, reportSending), "PREREQFUNCTION")
            try set(CURLOPT_PREREQDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
        }
        if let bytes = configuration.recordedBytes {
            recorder = ExchangeRecorder(bodyLimit: bytes)
        }
        if recorder != nil || sentHead != nil {
            // curl says what it sends to nobody else.
            try check(ccurl_setopt_debug_callback(easy, recordSending), "DEBUGFUNCTION")
            try set(CURLOPT_DEBUGDATA, pointer: Unmanaged.passUnretained(self).toOpaque())
            try set(CURLOPT_VERBOSE, 1)
        }
        readTimeout = configuration.readTimeout
        totalTimeout = configuration.totalTimeout
        bodyLimit = configuration.bodyLimit
    }

    /// What is requested next.
    package func setURL(_ url: String) throws(CurlSetupFailure) {
        try set(CURLOPT_URL, url)
        guard let proxies else { return }
        let proxy = proxies.proxy(for: url) ?? ""
        if proxy != self.proxy { try set(CURLOPT_PROXY, proxy) }
        self.proxy = proxy
        isProxied = !proxy.isEmpty
    }

    /// The user name and password that are sent with every request until they are set again; nil for none.
    ///
    /// They are for one origin: whoever sets the URL of another one takes them away first. They belong to a request
    /// and not to a connection, so that none is left for who uses the connection next. A field `Authorization` among
    /// the header fields goes before them.
    package func setCredentials(_ credentials: Credentials?) throws(CurlSetupFailure) {
        guard credentials != self.credentials else { return }
        try setText(CURLOPT_USERNAME, credentials?.user)
        try setText(CURLOPT_PASSWORD, credentials?.password)
        self.credentials = credentials
    }

    /// Whether more of the request's body was sent since this was last asked, which is no silence.
    func goesOnSending(now: MonotonicInstant) -> Bool {
        guard sendsBody else { return false }
        let sent = sizeUpload
        guard sent > uploaded else { return false }
        uploaded = sent
        lastActivity = now
        return true
    }

    /// What is sent from now on: nothing but a GET, until this is called.
    ///
    /// - Parameters:
    ///   - method: in capitals.
    ///   - body: what is sent, of which curl takes a copy; nil for nothing.
    ///   - isRepeatable: whether it may reach the server twice (``isRepeatable``).
    package func setMethod(
        _ method: String, body: [UInt8]?, isRepeatable: Bool
    ) throws(CurlSetupFailure) {
        // In the order that matters: each of these sets the method that it is usual with.
        if self.method == "HEAD" { try set(CURLOPT_NOBODY, 0) }
        if let body = body ?? (method == "POST" || method == "PATCH" || method == "PUT" ? [] : nil) {
            try set(CURLOPT_POST, 1)
            try check(
                ccurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
                "POSTFIELDSIZE")
            // Without bytes there may be no address; curl would then ask a callback for the body.
            let code = body.withUnsafeBytes {
                ccurl_setopt_bytes(easy, CURLOPT_COPYPOSTFIELDS, $0.isEmpty ? nil : $0.baseAddress)
            }
            try check(code, "COPYPOSTFIELDS")
        } else if method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        } else {
            try set(CURLOPT_HTTPGET, 1)
        }
        let isCurls = method == "GET" && body == nil || method == "POST" || method == "HEAD"
        try setText(CURLOPT_CUSTOMREQUEST, isCurls ? nil : method)
        // A server gives up connections that are idle; a request that must not be sent twice had better not meet that.
        try set(CURLOPT_MAXAGE_CONN, isRepeatable ? Transfer.idleAge : 1)
        self.method = method == "GET" && body == nil ? nil : method
        sendsBody = self.method != nil
        self.isRepeatable = isRepeatable
    }

    /// How long a connection may have been idle to be used again, in seconds: curl's default.
    private static let idleAge = 118

    /// Sets other time-outs than those of the job; zero for no limit.
    package func setTimeouts(_ timeouts: JobSpec.Timeouts) throws(CurlSetupFailure) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds(timeouts.connect, ifZero: Int(Int32.max)))
        try set(CURLOPT_TIMEOUT_MS, milliseconds(timeouts.total, ifZero: 0))
        readTimeout = timeouts.read
        totalTimeout = timeouts.total
    }

    /// The header fields sent beside curl's own, until they are set again; after the method, which decides on curl's own.
    package func setHeaders(_ fields: [JobSpec.HeaderField]) throws(CurlSetupFailure) {
        // A field without a value is sent only where it ends in a semicolon (CURLOPT_HTTPHEADER(3)).
        let isCookie: (JobSpec.HeaderField) -> Bool = { $0.name.lowercased() == "cookie" }
        // There is one such field at most (RFC 6265, section 5.4): curl joins this with the cookies that are kept.
        let cookies = fields.filter(isCookie).map(\.value).filter { !$0.isEmpty }
        try setText(CURLOPT_COOKIE, cookies.isEmpty ? nil : cookies.joined(separator: "; "))
        var lines = fields.filter { !isCookie($0) }
            .map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if !fields.contains(where: { $0.name.lowercased() == "accept-encoding" }) {
            // By CURLOPT_ACCEPT_ENCODING curl would undo the codings itself; as any other field it leaves them to us.
            lines.append("Accept-Encoding: \(ContentDecoder.acceptEncoding)")
        }
        // Of a body whose type nobody knows curl would say that it is a form's.
        if sendsBody, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        // Who waits for `100 Continue` sends a body again that is refused with 417, and a second late otherwise.
        if sendsBody { lines.append("Expect:") }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                throw CurlSetupFailure(option: "HTTPHEADER", message: "no memory")
            }
            list = longer
        }
        try check(ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, list), "HTTPHEADER")
        curl_slist_free_all(headers)
        headers = list
    }

    private func milliseconds(_ duration: Duration, ifZero: Int) -> Int {
        duration == .zero ? ifZero : Int(min(duration.wholeMilliseconds, Int64(Int32.max)))
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlSetupFailure) {
        try check(ccurl_setopt_long(easy, option, value), "\(option.rawValue)")
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlSetupFailure) {
        // Passed as it is, the text would be copied into an array first.
        let code = value.withCString { ccurl_setopt_string(easy, option, $0) }
        try check(code, "\(option.rawValue)")
    }

    /// Sets a text, or takes it away.
    private func setText(_ option: CURLoption, _ value: String?) throws(CurlSetupFailure) {
        guard let value else {
            return try check(ccurl_setopt_string(easy, option, nil), "\(option.rawValue)")
        }
        try set(option, value)
    }

    private func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) throws(CurlSetupFailure) {
        try check(ccurl_setopt_pointer(easy, option, pointer), "\(option.rawValue)")
    }

    private func check(_ code: CURLcode, _ option: @autoclosure () -> String) throws(CurlSetupFailure) {
        guard code == CURLE_OK else {
            throw CurlSetupFailure(option: option(), message: CurlCode(code).message)
        }
    }

    /// - Parameter nameLifetime: names that were looked up so many seconds ago are forgotten at the transfer's end; -1 for
    ///   none.
    func prepareForStart(now: MonotonicInstant, nameLifetime: Int) {
        if nameLifetime != self.nameLifetime {
            self.nameLifetime = nameLifetime
            // Fails only for a number below -1.
            _ = ccurl_setopt_long(easy, CURLOPT_DNS_CACHE_TIMEOUT, nameLifetime)
        }
        if closesConnection {
            closesConnection = false
            _ = ccurl_setopt_long(easy, CURLOPT_FORBID_REUSE, 0)  // Never fails.
        }
        errorText[0] = 0
        headerBytes = 0
        head = ResponseHead()
        recorder?.reset()
        sentHead?.reset()
        fault = nil
        cameWhole = false
        sendings = 0
        codedBytes = 0
        slices = 0
        hasOpenedSocket = false
        isHeldBack = false
        if !refusedAddresses.isEmpty { refusedAddresses = [] }
        startedAt = now
        lastActivity = now
        uploaded = 0
    }

    /// Takes in a part of the request's head.
    func sent(_ bytes: UnsafeRawBufferPointer) {
        recorder?.sent(bytes)
        sentHead?.append(bytes)
    }

    /// The cookies that the request was sent with, of the store and of the header fields; none where none are kept.
    package var sentCookies: CookieField { sentHead?.cookies ?? CookieField() }

    /// The cookies that a URL would be requested with now; none where none are kept.
    ///
    /// - Parameter own: fields of the job that would go with them.
    package func cookies(for url: WebURL, own: @autoclosure () -> [String]) -> CookieField {
        guard let cookies else { return CookieField() }
        return CookieField(cookies.pairs(for: url, now: Int64(time(nil)), by: easy) + own())
    }

    /// Takes a decoder for the body that begins.
    func takeDecoder() -> ContentDecoder { idleDecoder.take() ?? ContentDecoder() }

    /// Lets the body go that was being decoded.
    func returnDecoder() {
        guard let decoder = decoder.take() else { return }
        decoder.end()
        idleDecoder = decoder
    }

    /// What curl has to say about the failure of the last transfer, in more words than its code; nil for nothing.
    package var errorMessage: String? {
        errorText[0] == 0 ? nil : String(cString: errorText)
    }
}
