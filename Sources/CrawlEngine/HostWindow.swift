internal import CrawlCore
internal import CrawlStore

/// The hosts of a run that a driver has at hand, out of any number in the store.
///
/// A host is in the window while pages of it are claimed. Which others have pages that wait is found by sweeps
/// over the store, a few hosts at a time; what the window knows is never more than a bounded part.
struct HostWindow: ~Copyable {
    /// A host at hand.
    ///
    /// A class, so that a page is entered and struck off where the entry lies: a dictionary would move a value out and in.
    final class Entry {
        /// The loop that serves it.
        let loop: Int
        /// Its pages that are claimed and not yet recorded.
        fileprivate(set) var claimed: Set<PageID> = []
        /// Requests of other hosts' pages that redirects led here.
        var guests = 0
        /// Not worth asking for more pages before, in unix milliseconds: 0 for now, `.max` for when something new
        /// is known.
        var claimAt: Int64 = 0
        /// Where the last claim ended.
        var position: FrontierPosition?
        /// The depth of the pages that were claimed last.
        var level = 0
        /// Whether pages may be asked for.
        var access = HostAccess.granted
        /// Bytes of its robots.txt.
        var robotsBytes = 0
        /// What people have set.
        var overrides = HostOverrides()
        /// Whether it may be at a private address.
        var mayBePrivate = false
        /// The user names and passwords of its URLs; nil for none.
        var credentials: URLCredentials.Origin?
        /// When it was taken in.
        let openedAt = MonotonicInstant.now
        /// Whether it is given up as soon as nothing of it is under way: others wait for it.
        var isYielding = false
        /// Its robots.txt; nil where there is none, or where the job does not care.
        var robots: RobotsTxt?

        init(loop: Int) { self.loop = loop }

        var isIdle: Bool {
            guard claimed.isEmpty, guests == 0 else { return false }
            if case .unasked = access { return true }
            return !access.isAwaited
        }
    }

    /// The most hosts at hand. Enough to keep any number of permits busy, few enough to weigh nothing.
    static let capacity = 4096
    /// The most bytes of robots.txt at hand before no more hosts are taken in; read, a hostile one is six times as large.
    private static let robotsCapacity = 16 << 20
    /// How many pages are claimed ahead over all hosts.
    private let pageBudget: Int
    private let perHost: Int

    private var entries: [HostID: Entry] = [:]
    /// How many pages are claimed, over all hosts.
    private(set) var claimed = 0
    private var robotsBytes = 0
    private var hostsOfLoop: [Int]
    /// Hosts of which something changed since they were last looked at, so that a turn costs what has changed and
    /// not what there is.
    private var changed: Set<HostID> = []
    /// No host waits for an earlier instant than this, in unix milliseconds.
    private(set) var nextClaimAt = Int64.max

    /// - Parameter grows: whether pages are found on the way; then fewer are claimed ahead, as those that are found may come
    ///   before them.
    init(loops: Int, concurrency: JobSpec.Concurrency, grows: Bool) {
        hostsOfLoop = Array(repeating: 0, count: loops)
        pageBudget = max(grows ? 256 : 2048, concurrency.total * 8)
        perHost = concurrency.perHost
    }

    subscript(host: HostID) -> Entry? { entries[host] }

    /// All hosts at hand.
    var hosts: [HostID] { Array(entries.keys) }

    var isEmpty: Bool { entries.isEmpty }
    var hasRoom: Bool { entries.count < HostWindow.capacity && robotsBytes < HostWindow.robotsCapacity }

    /// How many pages a host may have claimed: an even share, but always enough to keep it busy.
    var share: Int { max(pageBudget / max(entries.count, 1), perHost * 2) }

    /// Takes a host in, to be served by the loop that serves the fewest.
    ///
    /// - Returns: that loop.
    mutating func open(_ host: HostID) -> Int {
        let loop = hostsOfLoop.indices.min { hostsOfLoop[$0] < hostsOfLoop[$1] } ?? 0
        hostsOfLoop[loop] += 1
        entries[host] = Entry(loop: loop)
        changed.insert(host)
        return loop
    }

    /// Drops a host that has nothing at hand.
    mutating func close(_ host: HostID) {
        guard let entry = entries.removeValue(forKey: host) else { return }
        claimed -= entry.claimed.count
        hostsOfLoop[entry.loop] -= 1
        robotsBytes -= entry.robotsBytes
    }

    /// Changes what is known of a host; it is looked at again.
    mutating func update(_ host: HostID, _ change: (Entry) -> Void) {
        guard let entry = entries[host] else { return }
        robotsBytes -= entry.robotsBytes
        change(entry)
        robotsBytes += entry.robotsBytes
        changed.insert(host)
        if entry.claimAt > 0 { nextClaimAt = min(nextClaimAt, entry.claimAt) }
    }

    /// Notes that pages of a host are claimed, up to a position; `claimAt` says when more are worth asking for.
    mutating func claimed(
        _ pages: [ClaimedPage], of host: HostID, to position: FrontierPosition?, claimAt: Int64
    ) {
        guard let entry = entries[host] else { return }
        for page in pages { entry.claimed.insert(page.id) }
        claimed += pages.count
        if let last = pages.last { entry.level = last.depth }
        entry.position = position
        entry.claimAt = claimAt
        if claimAt > 0 { nextClaimAt = min(nextClaimAt, claimAt) }
    }

    /// Notes that a page is claimed that a redirect leads to.
    mutating func claimed(_ page: ClaimedPage) {
        guard let entry = entries[page.host] else { return }
        if entry.claimed.isEmpty { entry.level = page.depth }
        if entry.claimed.insert(page.id).inserted { claimed += 1 }
    }

    /// Notes that a page is recorded.
    ///
    /// - Parameters:
    ///   - lastHost: the host of its last request.
    ///   - retryAt: when it is pending again; nil for never.
    mutating func recorded(_ page: ClaimedPage, lastHost: HostID, retryAt: Int64?) {
        let host = page.host
        if let entry = entries[host] {
            if entry.claimed.remove(page.id) != nil { claimed -= 1 }
            if let retryAt {
                entry.claimAt = min(entry.claimAt, retryAt)
                nextClaimAt = min(nextClaimAt, retryAt)
            }
        }
        changed.insert(host)
        if lastHost != host { guestLeft(lastHost) }
    }

    /// Notes that pages are given back without being recorded: they are pending in the store, and stay so.
    mutating func surrendered(_ pages: [PageID], of host: HostID) {
        guard let entry = entries[host] else { return }
        for page in pages where entry.claimed.remove(page) != nil { claimed -= 1 }
        changed.insert(host)
    }

    /// Notes that a host has more pages than it had, which may come before those that it had.
    mutating func grew(_ host: HostID) {
        entries[host]?.claimAt = 0
        entries[host]?.position = nil
        changed.insert(host)
    }

    /// Has every host looked at.
    mutating func touchAll() {
        changed.formUnion(entries.keys)
    }

    /// Notes that a redirect brings another host's page here.
    mutating func guestCame(_ host: HostID) {
        entries[host]?.guests += 1
    }

    /// Notes that another host's page is no longer here.
    mutating func guestLeft(_ host: HostID) {
        entries[host]?.guests -= 1
        changed.insert(host)
    }

    /// Whether ``takeChanged(now:)`` has something to give.
    func hasChanged(now: Int64) -> Bool { !changed.isEmpty || nextClaimAt <= now }

    /// The hosts of which something changed, or became due, since this was last asked.
    mutating func takeChanged(now: Int64) -> [HostID] {
        if nextClaimAt <= now {
            nextClaimAt = .max
            for (host, entry) in entries {
                if entry.claimAt <= now {
                    changed.insert(host)
                } else {
                    nextClaimAt = min(nextClaimAt, entry.claimAt)
                }
            }
        }
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.filter { entries[$0] != nil }
    }

    /// How many pages a host wants to have claimed more; 0 where it has enough for now or none are to be had.
    func wanted(_ host: HostID, now: Int64) -> Int {
        let share = share
        guard let entry = entries[host], entry.claimAt <= now, entry.claimed.count <= share / 2,
            !entry.access.isAwaited, !entry.isYielding
        else {
            return 0
        }
        return share - entry.claimed.count
    }
}
