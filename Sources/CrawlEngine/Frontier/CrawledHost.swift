internal import CrawlCore
internal import Curl
internal import TrawlStore

/// A host at hand, on the driver's side: what may be asked for, and what is under way. When a request may start is for the
/// loop's `HostGate` to say, which is the other half.
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
    /// Not worth asking for more pages before, in unix milliseconds: 0 for now, `.max` for when something new is known.
    var claimAt: Int64 = 0
    /// Where the last claim ended.
    var position: FrontierPosition?
    /// The depth of the pages that were claimed last.
    var level = 0
    /// Whether pages may be asked for.
    var access = HostAccess.granted
    /// Its robots.txt and how many bytes it has; nil where there is none, or where the job does not care.
    var robots: (rules: RobotsTxt, bytes: Int)?
    /// What people have set.
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
        if case .unasked = access { return true }
        return !access.isAwaited
    }
}
