internal import CrawlCore

/// Whether pages of a host may be asked for, as far as its robots.txt and its being there go.
enum HostAccess {
    /// They may; what the robots.txt says of each is for the loop to see.
    case granted
    /// Nobody has asked for the robots.txt: the host is here for what another's is redirected to.
    case unasked
    /// The robots.txt is being fetched; `attempt` counts from 1.
    case asked(attempt: Int)
    /// The robots.txt could not be had; it is asked for again at an instant, in unix milliseconds.
    case again(attempt: Int, at: Int64)
    /// They may not in this run: what becomes of them instead.
    case denied(PageOutcome.Verdict, error: String)

    /// Whether that is not known yet.
    var isAwaited: Bool {
        switch self {
        case .unasked, .asked, .again: true
        case .granted, .denied: false
        }
    }
}
