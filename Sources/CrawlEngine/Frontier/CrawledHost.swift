internal import CrawlCore
internal import Curl
internal import TrawlStore

/// A host at hand, on the driver's side: which pages may be requested, and which are under way. The loop's `HostGate` is the other
/// half: it says when a request may start.
///
/// A class, so that a page is entered and struck off where the host lies: a dictionary would move a value out and in.
final class CrawledHost {
    /// Its row.
    let id: HostID
    /// Scheme, name and port.
    let key: String
    /// The loop that serves it.
    let loop: Int
    /// When it was taken in.
    let openedAt: MonotonicInstant
    /// Its pages that are claimed and not yet recorded.
    var claimed: Set<PageID> = []
    /// Requests of other hosts' pages that redirects led here, or are about to.
    var guests = 0
    /// When to ask the store for more pages, in unix milliseconds: 0 is now, `.max` is when something new is known.
    var claimAt: Int64 = 0
    /// Where the last claim ended.
    var position: FrontierPosition?
    /// The depth of the pages that were claimed last.
    var level = 0
    /// Whether pages may be asked for.
    var access = HostAccess.granted
    /// Its robots.txt and how many bytes it has; nil where there is none, or where the job ignores it.
    var robots: (rules: RobotsTxt, bytes: Int)?
    /// The limits that people have set for it in the database.
    var overrides: HostOverrides
    /// Whether it may be at a private address.
    let mayBePrivate: Bool
    /// The user names and passwords of its URLs; nil for none.
    let credentials: URLCredentials.Origin?
    /// Whether it is given up as soon as nothing of it is under way: others wait for it.
    var isYielding = false

    init(
        _ opened: OpenedHost, loop: Int, mayBePrivate: Bool, credentials: URLCredentials.Origin?,
        now: MonotonicInstant
    ) {
        id = opened.host
        key = opened.key
        self.loop = loop
        openedAt = now
        overrides = opened.record.overrides
        self.mayBePrivate = mayBePrivate
        self.credentials = credentials
    }

    /// Whether nothing of it is under way.
    var isIdle: Bool {
        guard claimed.isEmpty, guests == 0 else { return false }
        switch access {
        case .unasked, .later: return true
        default: return !access.isAwaited
        }
    }
}
