internal import CrawlCore

/// Whether pages of a host may be requested: whether its robots.txt is known, and whether the host can be reached.
enum HostAccess {
    /// They may. The loop tries the rules of the robots.txt on each page.
    case granted
    /// Its robots.txt was not asked for yet: the host is only here because another host's robots.txt is redirected to it.
    case unasked
    /// The robots.txt is being fetched; `attempt` counts from 1.
    case asked(attempt: Int)
    /// The robots.txt could not be had; it is asked for again at an instant, in unix milliseconds.
    case again(attempt: Int, at: Int64)
    /// They may not before an instant, in unix milliseconds: a limit of the host is used up for longer than the job waits.
    case later(Int64)
    /// They may not in this run; the values say what becomes of them instead.
    case denied(PageOutcome.Verdict, error: String)

    /// Whether it is not known yet if pages may be requested.
    var isAwaited: Bool {
        switch self {
        case .unasked, .asked, .again, .later: true
        case .granted, .denied: false
        }
    }
}
