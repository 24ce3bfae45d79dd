internal import CrawlCore
internal import TrawlStore

/// The hosts of a run that its driver has at hand, out of any number in the store.
///
/// A host is here while pages of it are claimed. Sweeps over the store (``HostSweep``) find the other hosts that have pages waiting,
/// a few at a time. The table is bounded: it never holds more than ``capacity`` hosts.
struct HostTable: ~Copyable {
    /// The most hosts at hand: enough to keep any number of permits busy, few enough to need little memory.
    static let capacity = 4096
    /// No more hosts are taken in once those at hand have so many bytes of robots.txt. A hostile file is six times as large in memory
    /// once it is parsed.
    private static let robotsCapacity = 16 << 20
    /// How many pages are claimed ahead over all hosts.
    let pageBudget: Int
    /// The least share of a host: always enough to keep it busy.
    let leastShare: Int

    private var hosts: [HostID: CrawledHost] = [:]
    private var idsByKey: [String: HostID] = [:]
    /// How many pages are claimed, over all hosts.
    private(set) var claimed = 0
    private var robotsBytes = 0
    private var hostsOfLoop: [Int]
    /// Hosts of which something changed since they were last looked at. A turn looks at these only, so its cost does not grow with
    /// the hosts at hand.
    private var changed: Set<HostID> = []
    /// No host waits for an earlier instant than this, in unix milliseconds.
    private(set) var nextClaimAt = Int64.max

    /// - Parameter grows: whether the run finds pages on its way. Then fewer are claimed ahead, because a page that is found may
    ///   come before those that are claimed.
    init(loops: Int, concurrency: JobSpec.Concurrency, grows: Bool) {
        hostsOfLoop = Array(repeating: 0, count: loops)
        pageBudget = max(grows ? 256 : 2048, concurrency.total * 8)
        leastShare = concurrency.perHost * 2
    }

    subscript(host: HostID) -> CrawledHost? { hosts[host] }

    /// The host at hand that has a key.
    subscript(key key: String) -> CrawledHost? { idsByKey[key].flatMap { hosts[$0] } }

    /// All hosts at hand, in no order.
    var all: Dictionary<HostID, CrawledHost>.Values { hosts.values }

    /// All hosts at hand, by their ids.
    var sorted: [HostID] { hosts.keys.sorted { $0.rawValue < $1.rawValue } }

    var count: Int { hosts.count }
    var isEmpty: Bool { hosts.isEmpty }
    var hasRoom: Bool { hosts.count < HostTable.capacity && robotsBytes < HostTable.robotsCapacity }

    /// How many pages a host may have claimed: an even share.
    private var share: Int { max(pageBudget / max(hosts.count, 1), leastShare) }

    // MARK: Coming and going

    /// The loop that serves the fewest hosts.
    var idlestLoop: Int { hostsOfLoop.indices.min { hostsOfLoop[$0] < hostsOfLoop[$1] } ?? 0 }

    /// Takes a host in.
    mutating func insert(_ host: CrawledHost) {
        hostsOfLoop[host.loop] += 1
        hosts[host.id] = host
        idsByKey[host.key] = host.id
        changed.insert(host.id)
    }

    /// Drops a host of which nothing is under way.
    mutating func remove(_ host: CrawledHost) {
        guard hosts.removeValue(forKey: host.id) != nil else { return }
        idsByKey[host.key] = nil
        claimed -= host.claimed.count
        hostsOfLoop[host.loop] -= 1
        robotsBytes -= host.robots?.bytes ?? 0
    }

    /// Changes what is known of a host; it is looked at again.
    mutating func update(_ host: CrawledHost, _ change: (CrawledHost) -> Void) {
        robotsBytes -= host.robots?.bytes ?? 0
        change(host)
        robotsBytes += host.robots?.bytes ?? 0
        changed.insert(host.id)
        if host.claimAt > 0 { nextClaimAt = min(nextClaimAt, host.claimAt) }
    }

    /// Notes that a redirect brings another host's page here, or is about to.
    mutating func guestCame(_ host: HostID) {
        hosts[host]?.guests += 1
    }

    /// Notes that another host's page is no longer here.
    mutating func guestLeft(_ host: HostID) {
        hosts[host]?.guests -= 1
        changed.insert(host)
    }

    // MARK: Pages

    /// Notes that pages of a host are claimed, up to a position; `claimAt` says when more are worth asking for.
    mutating func claimed(
        _ pages: [ClaimedPage], of host: CrawledHost, to position: FrontierPosition?, claimAt: Int64
    ) {
        for page in pages { host.claimed.insert(page.id) }
        claimed += pages.count
        if let last = pages.last { host.level = last.depth }
        host.position = position
        host.claimAt = claimAt
        if claimAt > 0 { nextClaimAt = min(nextClaimAt, claimAt) }
    }

    /// Notes that a page is claimed that a redirect leads to.
    mutating func claimed(_ page: ClaimedPage) {
        guard let host = hosts[page.host] else { return }
        if host.claimed.isEmpty { host.level = page.depth }
        if host.claimed.insert(page.id).inserted { claimed += 1 }
    }

    /// Notes that a page is recorded.
    ///
    /// - Parameters:
    ///   - lastHost: the host of its last request.
    ///   - retryAt: when it is pending again; nil for never.
    mutating func recorded(_ page: ClaimedPage, lastHost: HostID, retryAt: Int64?) {
        if let host = hosts[page.host] {
            if host.claimed.remove(page.id) != nil { claimed -= 1 }
            if let retryAt {
                host.claimAt = min(host.claimAt, retryAt)
                nextClaimAt = min(nextClaimAt, retryAt)
            }
        }
        changed.insert(page.host)
        if lastHost != page.host { guestLeft(lastHost) }
    }

    /// Notes that pages are given back without being recorded: they are pending in the store, and stay so.
    mutating func surrendered(_ pages: [PageID], of host: HostID) {
        guard let entry = hosts[host] else { return }
        for page in pages where entry.claimed.remove(page) != nil { claimed -= 1 }
        changed.insert(host)
    }

    /// Notes that a host has more pages than it had, which may come before those that it had.
    mutating func grew(_ host: CrawledHost) {
        host.claimAt = 0
        host.position = nil
        changed.insert(host.id)
    }

    // MARK: What changed

    /// Has every host looked at.
    mutating func touchAll() {
        changed.formUnion(hosts.keys)
    }

    /// Whether ``takeChanged(now:)`` has something to give.
    func hasChanged(now: Int64) -> Bool { !changed.isEmpty || nextClaimAt <= now }

    /// The hosts of which something changed, or became due, since this was last asked.
    mutating func takeChanged(now: Int64) -> [HostID] {
        if nextClaimAt <= now {
            nextClaimAt = .max
            for (id, host) in hosts {
                if host.claimAt <= now {
                    changed.insert(id)
                } else {
                    nextClaimAt = min(nextClaimAt, host.claimAt)
                }
            }
        }
        defer { changed.removeAll(keepingCapacity: true) }
        return changed.filter { hosts[$0] != nil }
    }

    /// How many pages a host has room for, once it runs short; 0 before that.
    func room(of host: CrawledHost) -> Int {
        let share = share
        return host.claimed.count <= share / 2 ? share - host.claimed.count : 0
    }
}
