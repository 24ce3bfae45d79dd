internal import CCurl
internal import ContentCoding
package import CrawlCore

/// What is set on the handle.
extension Transfer {
    /// The settings that no job changes.
    func setUp() throws(CurlSetupFailure) {
        let easy = handle.easy
        // Safe because the loop keeps a transfer alive from start to finish, and curl calls back only in between.
        let context = Unmanaged.passUnretained(self).toOpaque()
        try handle.set(CURLOPT_PRIVATE, pointer: context)
        try handle.set(CURLOPT_WRITEDATA, pointer: context)
        try handle.set(CURLOPT_HEADERDATA, pointer: context)
        try handle.check(
            ccurl_setopt_data_callback(easy, CURLOPT_WRITEFUNCTION, receiveBody), "WRITEFUNCTION")
        try handle.check(
            ccurl_setopt_data_callback(easy, CURLOPT_HEADERFUNCTION, receiveHeader), "HEADERFUNCTION")
        try handle.set(CURLOPT_OPENSOCKETDATA, pointer: context)
        try handle.check(ccurl_setopt_opensocket_callback(easy, openSocket), "OPENSOCKETFUNCTION")
        // A connection outlives the transfer that opened it, but not the loop.
        try handle.set(CURLOPT_CLOSESOCKETDATA, pointer: Unmanaged.passUnretained(loop.sockets).toOpaque())
        try handle.check(ccurl_setopt_closesocket_callback(easy, closeSocket), "CLOSESOCKETFUNCTION")
        try handle.set(CURLOPT_RESOLVER_START_DATA, pointer: context)
        try handle.check(ccurl_setopt_resolver_start_callback(easy, noteLookUp), "RESOLVER_START_FUNCTION")
        // ProxySelection chooses the proxy, and not curl.
        try handle.set(CURLOPT_PROXY, "")
        try handle.set(CURLOPT_NOPROXY, "")
        // A user name and password are sent as Basic says (RFC 7617) and in no other way.
        try handle.set(CURLOPT_HTTPAUTH, ccurl_auth_basic)
        // Names are forgotten only when the loop says so.
        try handle.set(CURLOPT_DNS_CACHE_TIMEOUT, settings.nameLifetime)
        // Signals and threads do not mix (libcurl-thread(3)).
        try handle.set(CURLOPT_NOSIGNAL, 1)
        // Whatever a URL or a redirect says, only HTTP is ever spoken (libcurl-security(3)).
        try handle.set(CURLOPT_PROTOCOLS_STR, "http,https")
        // curl must not follow redirects: each one has to be admitted at its host first.
        try handle.set(CURLOPT_FOLLOWLOCATION, 0)
        // A proxy's answer to CONNECT is not the response.
        try handle.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // The URL is normalised already, and is sent as it is.
        try handle.set(CURLOPT_PATH_AS_IS, 1)
        try handle.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS)
        // The first requests to a host make a connection each. With PIPEWAIT they would wait for the first one, and in
        // curl 7.88 their time-outs do not run while they wait: with a host that never answers they would time out one
        // after the other.
        try handle.set(CURLOPT_PIPEWAIT, 0)
        try setHeaders([])
    }

    /// The settings of a job.
    package func configure(_ configuration: TransferConfiguration) throws(CurlSetupFailure) {
        try handle.set(CURLOPT_USERAGENT, configuration.userAgent)
        try setTimeouts(configuration.timeouts)
        try handle.set(CURLOPT_SSL_VERIFYPEER, configuration.insecure ? 0 : 1)
        try handle.set(CURLOPT_SSL_VERIFYHOST, configuration.insecure ? 0 : 2)
        settings.proxies = configuration.proxies.isDirect ? nil : configuration.proxies
        settings.bodyLimit = configuration.bodyLimit
        try set(configuration.network)
        settings.reportsHead = configuration.reportsHead
        let context = Unmanaged.passUnretained(self).toOpaque()
        if let store = configuration.cookies {
            try handle.set(CURLOPT_SHARE, pointer: store.share)
            // The empty name is no file. curl uses the shared cookies only when cookies are switched on as well.
            try handle.set(CURLOPT_COOKIEFILE, "")
            cookies = TransferCookies(store: store)
        }
        if configuration.reportsSending {
            try handle.check(ccurl_setopt_prereq_callback(handle.easy, reportSending), "PREREQFUNCTION")
            try handle.set(CURLOPT_PREREQDATA, pointer: context)
        }
        if let bytes = configuration.recordedBytes {
            recorder = ExchangeRecorder(bodyLimit: bytes)
        }
        if recorder != nil || cookies != nil {
            // Only this callback is told what curl sends.
            try handle.check(ccurl_setopt_debug_callback(handle.easy, recordSending), "DEBUGFUNCTION")
            try handle.set(CURLOPT_DEBUGDATA, pointer: context)
            try handle.set(CURLOPT_VERBOSE, 1)
        }
    }

    /// Sets the URL that is requested next.
    package func setURL(_ url: String) throws(CurlSetupFailure) {
        try handle.set(CURLOPT_URL, url)
        guard settings.proxies != nil || settings.ownProxies != nil || !settings.proxy.isEmpty else { return }
        let proxy = (settings.ownProxies ?? settings.proxies)?.proxy(for: url) ?? ""
        if proxy != settings.proxy { try handle.set(CURLOPT_PROXY, proxy) }
        settings.proxy = proxy
    }

    /// Sets the user name and password that are sent with every request until they are set again; nil for none.
    ///
    /// They are for one origin: the caller removes them before it sets a URL of another one. They belong to a request
    /// and not to a connection, so that the next user of the connection does not send them. A header field
    /// `Authorization` takes precedence over them.
    package func setCredentials(_ credentials: Credentials?) throws(CurlSetupFailure) {
        guard credentials != settings.credentials else { return }
        try handle.setText(CURLOPT_USERNAME, credentials?.user)
        try handle.setText(CURLOPT_PASSWORD, credentials?.password)
        settings.credentials = credentials
    }

    /// Sets the method and the body that are sent from now on. Until this is called every request is a GET.
    ///
    /// - Parameters:
    ///   - method: in capitals.
    ///   - body: what is sent, of which curl takes a copy; nil for nothing.
    ///   - isRepeatable: whether the request may reach the server twice.
    package func setMethod(
        _ method: String, body: [UInt8]?, isRepeatable: Bool
    ) throws(CurlSetupFailure) {
        // The order matters: each of these options also sets the method that it is usual with.
        if settings.method == "HEAD" { try handle.set(CURLOPT_NOBODY, 0) }
        if let body = body ?? (method == "POST" || method == "PATCH" || method == "PUT" ? [] : nil) {
            try handle.set(CURLOPT_POST, 1)
            try handle.setBody(body)
        } else if method == "HEAD" {
            try handle.set(CURLOPT_NOBODY, 1)
        } else {
            try handle.set(CURLOPT_HTTPGET, 1)
        }
        let isPlainGet = method == "GET" && body == nil
        let isCurls = isPlainGet || method == "POST" || method == "HEAD"
        try handle.setText(CURLOPT_CUSTOMREQUEST, isCurls ? nil : method)
        // Servers close connections that have been idle for long. A request that must not be sent twice avoids them.
        try handle.set(CURLOPT_MAXAGE_CONN, isRepeatable ? Self.idleAge : 1)
        settings.method = isPlainGet ? nil : method
        settings.isRepeatable = isRepeatable
        settings.isForm = false
        // The handle reads something else now, or nothing.
        source = nil
    }

    /// Sets a method with a body that is read while it is sent. It is never sent twice by itself.
    ///
    /// - Throws: `CurlSetupFailure` where a file cannot be read.
    package func setMethod(
        _ method: String, upload: RequestUpload, isRepeatable: Bool
    ) throws(CurlSetupFailure) {
        if settings.method == "HEAD" { try handle.set(CURLOPT_NOBODY, 0) }
        source = try UploadSource(upload, on: handle)
        try handle.setText(CURLOPT_CUSTOMREQUEST, method == "POST" ? nil : method)
        try handle.set(CURLOPT_MAXAGE_CONN, isRepeatable ? Self.idleAge : 1)
        settings.method = method
        settings.isRepeatable = isRepeatable
        if case .multipart = upload { settings.isForm = true } else { settings.isForm = false }
    }

    /// Sets how TLS connections are made, until it is set again.
    package func setTLS(_ tls: TLSOptions) throws(CurlSetupFailure) {
        guard tls != settings.tls else { return }
        // libcurl's own defaults are gone once the options were set.
        if tls.cacert != settings.tls.cacert {
            let file = tls.cacert ?? ccurl_default_cainfo().map { String(cString: $0) }
            let folder = tls.cacert == nil ? ccurl_default_capath().map { String(cString: $0) } : nil
            try handle.setText(CURLOPT_CAINFO, file)
            try handle.setText(CURLOPT_CAPATH, folder)
        }
        try handle.setText(CURLOPT_SSLCERT, tls.cert)
        try handle.setText(CURLOPT_SSLKEY, tls.key)
        // Without a passphrase OpenSSL would ask for it on the terminal.
        try handle.setText(CURLOPT_KEYPASSWD, tls.keyPassword ?? (tls.cert == nil ? nil : ""))
        try handle.setText(CURLOPT_PINNEDPUBLICKEY, tls.pinnedPublicKey)
        let version =
            switch tls.minimum {
            case nil: CURL_SSLVERSION_DEFAULT
            case .tls10?: CURL_SSLVERSION_TLSv1_0
            case .tls11?: CURL_SSLVERSION_TLSv1_1
            case .tls12?: CURL_SSLVERSION_TLSv1_2
            case .tls13?: CURL_SSLVERSION_TLSv1_3
            }
        try handle.set(CURLOPT_SSLVERSION, Int(version))
        settings.tls = tls
        settings.hasTLS = !tls.isEmpty
    }

    /// Whether anything of TLS is set that is not libcurl's or the system's.
    package var hasTLS: Bool { settings.hasTLS }

    /// Sets what the next requests go through; nil for what the job says.
    package func setProxy(_ proxy: String?) {
        guard proxy != settings.ownProxy else { return }
        settings.ownProxy = proxy
        settings.ownProxies = proxy.map { ProxySelection($0, environment: ProxySelection.environment) }
    }

    /// How long a connection may have been idle to be used again, in seconds: curl's default.
    private static let idleAge = 118

    /// Sets the time-outs; zero for no limit.
    package func setTimeouts(_ timeouts: JobSpec.Timeouts) throws(CurlSetupFailure) {
        try handle.set(
            CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(timeouts.connect, ifZero: Int(Int32.max)))
        try handle.set(CURLOPT_TIMEOUT_MS, Self.milliseconds(timeouts.total, ifZero: 0))
        settings.readTimeout = timeouts.read
        settings.totalTimeout = timeouts.total
    }

    /// Sets the most bytes of a body that is coded; 0 for no limit. The delegate counts those that are decoded.
    package func setBodyLimit(_ bytes: Int64) {
        settings.bodyLimit = bytes
    }

    private static func milliseconds(_ duration: Duration, ifZero: Int) -> Int {
        duration == .zero ? ifZero : Int(min(duration.wholeMilliseconds, Int64(Int32.max)))
    }

    /// Sets the header fields that are sent beside curl's own, until they are set again. It comes after the method, on
    /// which curl's own fields depend.
    package func setHeaders(_ fields: [JobSpec.HeaderField]) throws(CurlSetupFailure) {
        let isCookie: (JobSpec.HeaderField) -> Bool = { $0.name.lowercased() == "cookie" }
        // A request has one such field at most (RFC 6265, section 5.4): curl joins this one with the cookies it keeps.
        let cookies = fields.filter(isCookie).map(\.value).filter { !$0.isEmpty }
        try handle.setText(CURLOPT_COOKIE, cookies.isEmpty ? nil : cookies.joined(separator: "; "))
        // curl sends a field without a value only when the line ends in a semicolon (CURLOPT_HTTPHEADER(3)).
        var lines = fields.filter { !isCookie($0) }
            .map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if !fields.contains(where: { $0.name.lowercased() == "accept-encoding" }) {
            // With CURLOPT_ACCEPT_ENCODING curl would undo the codings itself. As a plain field it leaves them to us.
            lines.append("Accept-Encoding: \(ContentDecoder.acceptEncoding)")
        }
        if settings.sendsBody {
            // Without a Content-Type curl would say that the body is a form's.
            if !settings.isForm, !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
                lines.append("Content-Type:")
            }
            // With `Expect: 100-continue` curl sends the body a second late when the server does not answer it, and
            // sends the request again when the server answers 417.
            lines.append("Expect:")
        }
        try setHeaderLines(lines)
    }
}
