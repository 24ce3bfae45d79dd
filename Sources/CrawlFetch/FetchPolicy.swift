public import CrawlCore
public import Curl

/// What a job says about each of its requests.
public struct FetchPolicy: Sendable {
    let accept: StatusSet
    let limits: JobSpec.Limits
    let retry: RetryPolicy
    let headers: [JobSpec.HeaderField]
    /// The settings of curl's handles.
    public let transfer: TransferConfiguration

    /// The policy of a job.
    ///
    /// - Parameters:
    ///   - spec: the job.
    ///   - userAgent: what is sent where the job names none.
    public init(_ spec: JobSpec, userAgent: String) {
        accept = spec.accept
        limits = spec.limits
        retry = spec.retry
        headers = spec.request.headers
        transfer = TransferConfiguration(
            userAgent: spec.request.userAgent ?? userAgent, timeouts: spec.timeouts,
            bodyLimit: spec.limits.body, proxy: spec.request.proxy, insecure: spec.request.insecure,
            reportsSending: spec.delay > .zero)
    }
}
