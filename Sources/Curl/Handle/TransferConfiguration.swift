package import CrawlCore

/// The settings that one job has for all its transfers.
package struct TransferConfiguration: Sendable {
    /// What is sent as `User-Agent`.
    package var userAgent: String
    /// Time limits; zero for no limit.
    package var timeouts: JobSpec.Timeouts
    /// Bytes that a body may have; zero for no limit. The delegate counts the decoded bytes. The transfer itself only
    /// ends a body that is too large before it is decoded.
    package var bodyLimit: Int64
    /// Chooses the proxy for each URL.
    let proxies: ProxySelection
    /// Whether certificates go unchecked.
    package var insecure: Bool
    /// Where cookies are kept and taken from; nil for no cookies at all. The default is nil.
    package var cookies: CookieStore?
    /// Whether ``TransferDelegate/willSend(_:)`` is called, which costs a callback a request.
    package var reportsSending: Bool
    /// How connections are made, where the user says so.
    package var network = NetworkOptions()
    /// Whether ``TransferDelegate/wantsBody(_:)`` is called, once a response. The default is not.
    package var reportsHead = false
    /// How many bytes of each body are recorded, together with both heads; nil for no recording. The default is nil.
    package var recordedBytes: Int?

    /// The settings of a job; zero durations and sizes mean no limit.
    ///
    /// - Parameters:
    ///   - proxy: a proxy in curl's notation; empty for none, nil to go by the environment's `http_proxy`,
    ///     `https_proxy` and `all_proxy`. Either way `no_proxy` names the hosts that are requested without one.
    ///   - environment: returns the value of an environment variable. The default reads those of the process.
    package init(
        userAgent: String, timeouts: JobSpec.Timeouts, bodyLimit: Int64 = 0, proxy: String?, insecure: Bool,
        cookies: CookieStore? = nil, reportsSending: Bool,
        environment: ((String) -> String?)? = nil
    ) {
        self.userAgent = userAgent
        self.timeouts = timeouts
        self.bodyLimit = bodyLimit
        proxies = ProxySelection(proxy, environment: environment ?? ProxySelection.environment)
        self.cookies = cookies
        self.insecure = insecure
        self.reportsSending = reportsSending
    }
}
