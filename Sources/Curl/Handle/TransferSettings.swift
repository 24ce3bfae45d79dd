internal import CrawlCore

/// What a transfer is set to. A setting holds for every request until it is set to something else.
struct TransferSettings {
    /// How long the server may send nothing; zero for no limit.
    var readTimeout: Duration = .zero
    /// How long the whole transfer may take; zero for no limit.
    var totalTimeout: Duration = .zero
    /// Bytes that a body may have, before and after decoding; 0 for no limit.
    var bodyLimit: Int64 = 0
    /// Whether the delegate is asked whether it wants a body.
    var reportsHead = false
    /// The method of a request that is more than a GET without a body; nil for such a GET.
    var method: String?
    /// Whether the request may reach the server twice. curl sends a request again, on another connection, when the first
    /// one turns out to be dead.
    var isRepeatable = true
    /// The user name and password that are sent; nil for none.
    var credentials: Credentials?
    /// Chooses the proxy for each URL; nil when no URL is requested through one.
    var proxies: ProxySelection?
    /// The proxy of the URL that is set; empty for none.
    var proxy = ""
    /// What the requests of a page go through, where that is not the job's; nil for the job's.
    var ownProxy: String?
    /// Chooses by it.
    var ownProxies: ProxySelection?
    /// How TLS connections are made.
    var tls = TLSOptions()
    /// Whether any of that is set.
    var hasTLS = false
    /// Whether the body is a form of several parts, whose type has a boundary that curl makes.
    var isForm = false
    /// After how many seconds curl forgets a name that it looked up (CURLOPT_DNS_CACHE_TIMEOUT(3)); -1 for never.
    var nameLifetime = -1
    /// Whether the next request makes a connection of its own, even when another one is free.
    var wantsNewConnection = false
    /// Whether the connection is closed at the end of the request.
    var closesConnection = false

    /// Whether the request may have a body.
    var sendsBody: Bool { method != nil }
}
