internal import CrawlCore
internal import TrawlStore

/// What becomes of the URLs that a turn has found: a value that is handed what the database knows of them.
struct DiscoveryPlan {
    /// What was read for it.
    struct Known {
        /// The rows of URLs.
        var rows: [String: FoundRow] = [:]
        /// The key of each URL that has no row.
        var keys: [String: Int64] = [:]
        /// The rows of hosts.
        var hosts: [String: HostID] = [:]
        /// How many pages hosts have.
        var places: [HostID: Int64] = [:]
        /// Keys of requests that runs before have known.
        var former: Set<Int64> = []
        /// Checks of an earlier run that are trusted, by key: its row, and whether it has the page's places.
        var trusted: [Int64: (page: Int64, hasPlaces: Bool)] = [:]
        /// The kinds of URLs that have no row, where those may be traps.
        var kinds: [String: [TrapCounts.Kind]] = [:]
        /// How many URLs there are of each.
        var traps = TrapTally()
    }

    private(set) var known: Known
    private(set) var growth = Growth()
    /// Where pages lead.
    private(set) var links: [PageID: PageIDList] = [:]
    private(set) var sitemaps: [PageID: SitemapCounts] = [:]
    /// URLs that were met, each with its page and depth.
    private(set) var met: [(url: DiscoveredURL, page: Int64, depth: Int)] = []
    /// By how much hosts have more pages.
    private(set) var taken: [HostID: Int64] = [:]
    /// Rows in the order in which they were made or changed first.
    private(set) var changed: [String] = []
    /// How many pages a host may have in the run; 0 for any number.
    let pagesPerHost: Int
    let keepsSkipped: Bool

    init(_ known: Known, pagesPerHost: Int, keepsSkipped: Bool) {
        self.known = known
        self.pagesPerHost = pagesPerHost
        self.keepsSkipped = keepsSkipped
    }

    /// The rows that are new or to be changed.
    var rows: [FoundRow] { changed.compactMap { known.rows[$0] } }

    /// Takes in what a page led to.
    ///
    /// - Parameters:
    ///   - memory: of the run.
    ///   - id: gives an id to a page that is new.
    mutating func add(
        _ found: Found, _ memory: inout DiscoveryMemory, id: () throws -> Int64
    ) rethrows {
        var list = PageIDList()
        if let page = found.page, let counts = found.discovery.sitemap { sitemaps[page] = counts }
        for (reason, count) in found.discovery.skipped { growth.skipped[reason, default: 0] += count }
        for url in found.discovery.urls {
            let row = try add(url, from: found.page, &memory, id)
            if let row, url.skipReason == nil { list.append(row) }
        }
        if let page = found.page, !list.bytes.isEmpty { links[page] = list }
    }

    private mutating func add(
        _ url: DiscoveredURL, from page: PageID?, _ memory: inout DiscoveryMemory, _ id: () throws -> Int64
    ) rethrows -> Int64? {
        guard let row = known.rows[url.url] else {
            if let known = memory.recent.page(of: url) { return known }
            return try insert(url, from: page, &memory, id)
        }
        if url.skipReason == nil { meet(row, url, from: page) }
        return row.id
    }

    /// A page or a sitemap is to be requested that the run has a row of.
    private mutating func meet(_ row: FoundRow, _ url: DiscoveredURL, from page: PageID?) {
        var depth = row.depth
        if row.state == "skipped" {
            if row.wasLeftAlone { revive(row, url, from: page) }
            depth = url.depth  // Not the depth of the link that was skipped.
        } else if url.kind == .check {
            if url.readsPlaces, row.isCheck { askForPlaces(row, url) }
        } else if row.isCheck {
            promote(row, to: url, from: page)
            depth = url.depth
        } else if row.depth > url.depth, url.kind == .page {
            lift(row, to: url, from: page)
            depth = url.depth
        }
        met.append((url, row.id, depth))
    }

    private mutating func insert(
        _ url: DiscoveredURL, from page: PageID?, _ memory: inout DiscoveryMemory, _ id: () throws -> Int64
    ) rethrows -> Int64? {
        var url = url
        var host: HostID?
        guard let key = known.keys[url.url] else { return nil }
        if url.skipReason == nil {
            host = known.hosts[String(url.hostKey)]
            if let found = host, let reason = reasonToRefuse(url, of: found) {
                growth.skipped[reason, default: 0] += 1
                // A page that was there before is still linked, and so not gone.
                guard keepsSkipped || known.former.contains(key) else { return nil }
                url.skipReason = reason
                host = nil
            }
        }
        if host != nil, url.kind == .check, let trusted = known.trusted[key],
            !url.readsPlaces || trusted.hasPlaces
        {
            var row = FoundRow(
                id: try id(), url, host: host, from: page, .copy(key: key, of: trusted.page))
            row.state = "done"
            enter(row)
            growth.progress.done += 1
            met.append((url, row.id, url.depth))
            return row.id
        }
        let row = FoundRow(id: try id(), url, host: host, from: page, .insert(key: key))
        enter(row)
        if let host {
            growth.progress.pending += 1
            growth.hosts.insert(host)
            met.append((url, row.id, url.depth))
        } else {
            growth.progress.skipped += 1
        }
        return row.id
    }

    private mutating func enter(_ row: FoundRow) {
        if known.rows[row.url].map(\.isUnchanged) ?? true { changed.append(row.url) }
        known.rows[row.url] = row
    }

    private mutating func reasonToRefuse(
        _ url: DiscoveredURL, of host: HostID
    ) -> SkipReason? {
        guard url.kind == .page else { return nil }
        if let kinds = known.kinds[url.url], !known.traps.admit(kinds) { return .trap }
        return takePlace(of: host) ? nil : .limit
    }

    /// Counts a page of a host, unless the run has as many of it as it may.
    private mutating func takePlace(of host: HostID) -> Bool {
        guard pagesPerHost > 0 else { return true }
        let pages = known.places[host, default: 0] + taken[host, default: 0]
        guard pages < pagesPerHost else { return false }
        taken[host, default: 0] += 1
        return true
    }

    // MARK: Rows that are there

    /// A skipped row waits: the link was not to be followed where it was found first, and is to be followed from here.
    private mutating func revive(_ row: FoundRow, _ url: DiscoveredURL, from page: PageID?) {
        guard let host = known.hosts[String(url.hostKey)] else { return }
        var row = row
        row.rewrite()
        row.host = host.rawValue
        (row.depth, row.rank, row.referrer) = (url.depth, url.rank, page?.rawValue)
        row.kind = url.kind == .check ? PageKind.check.rawValue : row.isCheck ? nil : row.kind
        row.method = url.method
        if url.kind != .check, !takePlace(of: host) {
            row.skipReason = SkipReason.limit.rawValue
            row.error = "its host has limits.pages_per_host pages in this run already"
        } else {
            (row.state, row.skipReason) = ("pending", nil)
            growth.progress.pending += 1
            growth.progress.skipped -= 1
            growth.hosts.insert(host)
        }
        enter(row)
    }

    /// Has a check asked for with GET: a link names a place in it.
    private mutating func askForPlaces(_ row: FoundRow, _ url: DiscoveredURL) {
        // One that has failed is not there. One that is done may be any kind of file, of which only HTML has places.
        guard row.method == "HEAD", row.state == "pending" || row.state == "done" && row.isWholeHTML else {
            return
        }
        var changed = row
        changed.rewrite()
        (changed.method, changed.state, changed.isReset) = ("GET", "pending", true)
        enter(changed)
        guard row.state == "done" else { return }
        reopen(url)
        growth.progress.done -= 1
    }

    /// Makes a page of a check: a link that is followed leads there.
    private mutating func promote(_ row: FoundRow, to url: DiscoveredURL, from page: PageID?) {
        guard let host = known.hosts[String(url.hostKey)] else { return }
        var changed = row
        changed.rewrite()
        changed.kind = url.kind == .page ? nil : url.kind.rawValue
        (changed.method, changed.state, changed.isReset, changed.skipReason) = ("GET", "pending", true, nil)
        (changed.host, changed.depth, changed.rank) = (host.rawValue, url.depth, url.rank)
        changed.referrer = page?.rawValue
        enter(changed)
        switch row.state {
        case "done": growth.progress.done -= 1
        case "failed": growth.progress.failed -= 1
        default: return
        }
        reopen(url)
    }

    /// A page that was settled waits again.
    private mutating func reopen(_ url: DiscoveredURL) {
        growth.progress.pending += 1
        if let host = known.hosts[String(url.hostKey)] { growth.hosts.insert(host) }
    }

    /// Corrects the depth of a page: a shorter way to it was found.
    private mutating func lift(_ row: FoundRow, to url: DiscoveredURL, from page: PageID?) {
        var changed = row
        if case .none = changed.change { changed.change = .lift }
        (changed.depth, changed.referrer) = (url.depth, page?.rawValue)
        if row.state == "pending" { changed.rank = url.rank }
        enter(changed)
    }
}

extension FoundRow {
    /// Whether it is to be made.
    var isNew: Bool { if case .insert = change { true } else { false } }

    /// Whether its state is to be changed.
    var isRewritten: Bool { if case .rewrite = change { true } else { false } }

    /// Whether nothing is to become of it.
    var isUnchanged: Bool { if case .none = change { true } else { false } }
}
