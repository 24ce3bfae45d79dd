public import CrawlCore

/// The settings that one job has for all its transfers.
public struct TransferConfiguration: Sendable {
    /// What is sent as `User-Agent`.
    public var userAgent: String
    /// Until the connection stands; zero for no limit.
    public var connectTimeout: Duration
    /// Without a byte; zero for no limit.
    public var readTimeout: Duration
    /// For the whole request; zero for no limit.
    public var totalTimeout: Duration
    /// Bytes that a body may have; zero for any number. The delegate counts what it is given; a transfer ends by
    /// itself what is larger while it is still coded.
    public var bodyLimit: Int64
    /// A proxy in curl's notation; nil to go by the environment.
    public var proxy: String?
    /// Whether certificates go unchecked.
    public var insecure: Bool
    /// Whether ``TransferDelegate/willSend(_:)`` is called, which costs a callback a request.
    public var reportsSending: Bool

    /// The settings of a job; zero durations mean no limit.
    public init(
        userAgent: String, timeouts: JobSpec.Timeouts, bodyLimit: Int64 = 0, proxy: String?, insecure: Bool,
        reportsSending: Bool
    ) {
        self.userAgent = userAgent
        connectTimeout = timeouts.connect
        readTimeout = timeouts.read
        totalTimeout = timeouts.total
        self.bodyLimit = bodyLimit
        self.proxy = proxy
        self.insecure = insecure
        self.reportsSending = reportsSending
    }
}
