internal import CrawlCore
internal import CrawlFetch

/// What a loop knows of its job. None of it changes while the loop runs.
struct LoopJob {
    let policy: FetchPolicy
    /// The policy's fields, compiled for this loop.
    let fields: CompiledFields
    /// Selects the links of pages that are requested, for this loop; nil when none are.
    let sieve: LinkSieve?
    let environment: FetchEnvironment
    /// Whether the job follows links.
    let followsLinks: Bool
    /// Whether the driver is asked for what each page's request sends, before it is sent.
    let asksBeforeSending: Bool

    /// Whether what is received can be kept now, in runs that keep it.
    var hasArchiveRoom: Bool { policy.exchangeKeeper?.hasRoom ?? true }
}
