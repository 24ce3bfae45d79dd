package import CrawlCore

/// The settings that one job has for all its transfers.
package struct TransferConfiguration: Sendable {
    /// What is sent as `User-Agent`.
    package var userAgent: String
    /// Until the connection stands; zero for no limit.
    package var connectTimeout: Duration
    /// Without a byte; zero for no limit.
    package var readTimeout: Duration
    /// For the whole request; zero for no limit.
    package var totalTimeout: Duration
    /// Bytes that a body may have; zero for any number. The delegate counts what it is given; a transfer ends by
    /// itself what is larger while it is still coded.
    package var bodyLimit: Int64
    /// Which proxy a URL is requested through.
    let proxies: ProxySelection
    /// Whether certificates go unchecked.
    package var insecure: Bool
    /// Where cookies are kept and taken from; nil for no cookies at all. The default is nil.
    package var cookies: CookieStore?
    /// Whether ``TransferDelegate/willSend(_:)`` is called, which costs a callback a request.
    package var reportsSending: Bool

    /// How many bytes of a body are recorded, with all else that is exchanged; nil, the default, for no recording.
    package var recordedBytes: Int?

    /// The settings of a job; zero durations and sizes mean no limit.
    ///
    /// - Parameters:
    ///   - proxy: a proxy in curl's notation; empty for none, nil to go by the environment's `http_proxy`,
    ///     `https_proxy` and `all_proxy`. Either way `no_proxy` names the hosts that are requested without one.
    ///   - environment: the value of an environment variable. The default is that of the process.
    package init(
        userAgent: String, timeouts: JobSpec.Timeouts, bodyLimit: Int64 = 0, proxy: String?, insecure: Bool,
        cookies: CookieStore? = nil, reportsSending: Bool,
        environment: ((String) -> String?)? = nil
    ) {
        self.userAgent = userAgent
        connectTimeout = timeouts.connect
        readTimeout = timeouts.read
        totalTimeout = timeouts.total
        self.bodyLimit = bodyLimit
        proxies = ProxySelection(proxy, environment: environment ?? ProxySelection.environment)
        self.cookies = cookies
        self.insecure = insecure
        self.reportsSending = reportsSending
    }
}
