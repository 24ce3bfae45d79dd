internal import CrawlCore
internal import TrawlStore

/// Redirects, in a run that follows links: which page the target of each is. Every page is requested once in such a run.
extension PostgresTurn {
    /// What the target of a redirect is.
    private enum Target {
        /// A page that the run has already. Nothing is asked for.
        case known(TargetRow)
        /// A page that the chain of redirects has been at; it is asked for again.
        case met(ClaimedPage)
        /// It is nobody's page so far. It may have a row.
        case free(DiscoveredURL, TargetRow?, key: Int64)
    }

    /// Carries out a step. What is queued before goes first.
    func lead(_ step: RedirectStep) throws {
        guard let shared = step.shared, run.spec.follow != nil else {
            let host = try host(step.hostKey)
            reply.redirects.append(try hold(host, step.hostKey) ? .held(host) : .taken)
            return
        }
        // Looked up first: if the run has the target, its host need not be leased, nor its robots.txt fetched.
        let target = try target(of: shared)
        if case .known(let row) = target {
            try know(row, shared)
            reply.redirects.append(.known)
            return
        }
        let host = try host(step.hostKey)
        guard try hold(host, step.hostKey) else {
            reply.redirects.append(.taken)
            return
        }
        guard step.claims else {
            reply.redirects.append(.held(host))
            return
        }
        switch target {
        case .known: break
        case .met(let page): reply.redirects.append(.claimed(host, .page(page, isNew: false)))
        case .free(let url, let row, let key):
            let claim = try claim(url, row, key, on: host, for: shared.page)
            if case .page(let made, _) = claim { takenByRedirects[made.host, default: []].insert(made.id) }
            reply.redirects.append(.claimed(host, claim))
        }
    }

    private func host(_ key: String) throws -> HostID {
        if let host = hostIDs[key] ?? run.memory?.host(key) { return host }
        try sendHosts([key])
        // A run that follows nothing remembers no hosts.
        try pipeline.flush()
        return hostIDs[key] ?? HostID(rawValue: 0)
    }

    // MARK: The target

    private func target(of shared: SharedRedirect) throws -> Target {
        let page = shared.page
        let text = shared.target.withoutCredentialsAndFragment
        let pages = shared.chain.pages.isEmpty ? [page] : shared.chain.pages
        if let met = pages.first(where: { $0.url == text }) { return .met(met) }
        let url = DiscoveredURL(url: text, hostKeyLength: shared.target.hostKeyLength, depth: page.depth)
        let (row, key) = try row(of: text)
        guard let row else { return .free(url, nil, key: key) }
        if page.isNamed, row.isClaim, row.referrer == page.id { return .met(page) }
        let isFree =
            try row.mayBeClaimed
            || leads(row, to: Set(pages.map(\.id)), limit: shared.chain.hops.count + 20)
        return isFree ? .free(url, row, key: key) : .known(row)
    }

    /// The row of a URL, and its key, or the key that its row is to have.
    private func row(of url: String) throws -> (TargetRow?, key: Int64) {
        var salt: UInt64 = 0
        while true {
            let key = URLKey(method: "GET", url: url, salt: salt).rawValue
            let row = try row(where: "run_id = $1 AND url_key = $2", [.int(run.run.id.rawValue), .int(key)])
            guard let row, row.url != url else { return (row, key) }
            // Another request that happens to share the key.
            salt += 1
        }
    }

    private func row(where condition: String, _ values: [PostgresValue]) throws -> TargetRow? {
        var row: TargetRow?
        try pipeline.send("SELECT \(TargetRow.columns) FROM {schema}.pages WHERE \(condition)", values) {
            row = $0.first.map(TargetRow.init)
        }
        try pipeline.flush()
        return row
    }

    /// Whether a row is a duplicate of a page of the chain, so that nobody would ask for either.
    private func leads(_ row: TargetRow, to pages: Set<PageID>, limit: Int) throws -> Bool {
        var row = row
        for _ in 0..<limit {
            guard row.reason == SkipReason.duplicate.rawValue else { return false }
            let next: TargetRow?
            if row.isClaim {
                next = try row.referrer.flatMap { try self.row(where: "id = $1", [.int($0.rawValue)]) }
            } else if let final = row.finalURL, let url = try? WebURL(parsing: final) {
                next = try self.row(of: run.normalization.apply(to: url).withoutCredentialsAndFragment).0
            } else {
                next = nil
            }
            guard let next else { return false }
            if pages.contains(next.id) { return true }
            row = next
        }
        return false
    }

    /// Records that the target is a page of the run. If pages redirect to one another, the last one has to find the others settled;
    /// otherwise none of them would be requested.
    private func know(_ row: TargetRow, _ shared: SharedRedirect) throws {
        let page = shared.page
        if row.depth > page.depth, row.kind == nil {
            let url = DiscoveredURL(url: row.url, hostKeyLength: 0, depth: page.depth)
            var lifted = FoundRow(id: row.id.rawValue, url, host: nil, from: page.id, .lift)
            lifted.rank = url.rank
            try pipeline.lift([lifted])
        }
        try keepLink(from: page.id, to: row.id)
        try record([shared.ifKnown])
        try pipeline.flush()
    }

    /// Keeps where a redirect leads as a page keeps where its links lead.
    private func keepLink(from page: PageID, to target: PageID) throws {
        var targets = PageIDList()
        targets.append(target.rawValue)
        try pipeline.keep([page: targets])
    }

    // MARK: Giving it to the chain

    /// Gives a redirect's target to the chain of redirects, in the transaction after which it is requested.
    ///
    /// If the page that redirects was found by a link, the target becomes a pending page. Whatever happens, one of the two pages is
    /// pending until the other is settled. If the run's own list names the page, the answer belongs to that page, and the target's row
    /// only says that it has been requested.
    private func claim(
        _ url: DiscoveredURL, _ row: TargetRow?, _ key: Int64, on held: HostID, for page: ClaimedPage
    ) throws -> RedirectClaim {
        guard !page.isNamed else {
            try note(url, row, key, for: page)
            return .own
        }
        let host = try self.host(String(url.hostKey))
        let id: PageID
        if let row {
            try pipeline.hold([host.rawValue], of: run.run.id, runner: run.runner)
            try revive(row, url, host, from: page.id)
            growth.progress.skipped -= 1
            id = row.id
        } else {
            if let reason = try reasonToRefuse(url, of: host) { return .refused(reason) }
            id = PageID(rawValue: try run.numbers.page(pipeline))
            try pipeline.hold([host.rawValue], of: run.run.id, runner: run.runner)
            try pipeline.insert(
                [FoundRow(id: id.rawValue, url, host: host, from: page.id, .insert(key: key))],
                into: run.run.id)
        }
        growth.progress.pending += 1
        try pipeline.wake([host.rawValue], of: run.run.id)
        try keepLink(from: page.id, to: id)
        met.append((url, id.rawValue, url.depth))
        try pipeline.send(
            "UPDATE {schema}.batches SET pages = pages + 1 WHERE id = $1", [.int(page.batch.rawValue)])
        try pipeline.flush()
        let previous = try previousPages([(id, url.url, URLKey(method: "GET", url: url.url).rawValue)])
        let made = ClaimedPage(
            id: id, host: host, batch: page.batch, url: url.url, attempts: 0, name: nil, depth: page.depth,
            isNamed: false, previous: previous[id])
        return .page(made, isNew: true)
    }

    private func reasonToRefuse(_ url: DiscoveredURL, of host: HostID) throws -> SkipReason? {
        guard try admits(url) else { return .trap }
        let limit = run.spec.limits.pagesPerHost
        guard limit > 0 else { return nil }
        var isTaken = false
        try pipeline.send(
            """
            INSERT INTO {schema}.host_pages (run_id, host_id, pages) VALUES ($1, $2, 1)
            ON CONFLICT (run_id, host_id) DO UPDATE SET pages = host_pages.pages + 1 WHERE host_pages.pages < $3
            """, [.int(run.run.id.rawValue), .int(host.rawValue), .int(Int64(limit))]
        ) { isTaken = $0.affected == 1 }
        try pipeline.flush()
        return isTaken ? nil : .limit
    }

    /// Notes that a URL was requested on behalf of a page of the run's own list, so that no link leads to another request of it.
    private func note(_ url: DiscoveredURL, _ row: TargetRow?, _ key: Int64, for page: ClaimedPage) throws {
        let words = "asked for as where \(page.url) leads"
        if let row {
            try pipeline.send(
                """
                UPDATE {schema}.pages SET skip_reason = 'duplicate', error = $1, referrer_id = $2, depth = 0
                WHERE id = $3 AND state = 'skipped' AND fetched_at IS NULL
                """, [.text(words), .int(page.id.rawValue), .int(row.id.rawValue)])
        } else {
            let id = try run.numbers.page(pipeline)
            var noted = FoundRow(id: id, url, host: nil, from: page.id, .insert(key: key))
            (noted.skipReason, noted.error) = (SkipReason.duplicate.rawValue, words)
            try pipeline.insert([noted], into: run.run.id)
            growth.progress.skipped += 1
        }
        try pipeline.flush()
    }

    /// Makes a row that was skipped pending: it is requested after all.
    private func revive(_ row: TargetRow, _ url: DiscoveredURL, _ host: HostID, from page: PageID) throws {
        try pipeline.send(
            """
            WITH revived AS (
                UPDATE {schema}.pages SET state = 'pending', skip_reason = NULL, host_id = $2, depth = least(depth, $3),
                    rank = $4, referrer_id = $5, error = NULL, final_url = NULL, num_redirects = NULL, fetched_at = NULL
                WHERE id = $1 AND state = 'skipped' RETURNING 1)
            SELECT sqrt(count(*) - 1) FROM revived
            """,
            [
                .int(row.id.rawValue), .int(host.rawValue), .int(Int64(url.depth)), .int(Int64(url.rank)),
                .int(page.rawValue),
            ])
        try pipeline.send("DELETE FROM {schema}.redirects WHERE page_id = $1", [.int(row.id.rawValue)])
    }
}

/// What is known of a URL's row.
private struct TargetRow {
    let id: PageID
    let url: String
    let state: String
    let reason: String?
    let depth: Int
    let kind: String?
    let referrer: PageID?
    let finalURL: String?
    let wasAsked: Bool

    static let columns =
        "id, url, state, skip_reason, depth, kind, referrer_id, final_url, fetched_at IS NOT NULL"

    init(_ row: PostgresRow) {
        id = PageID(rawValue: row.int(0))
        url = row.text(1)
        state = row.text(2)
        reason = row.optionalText(3)
        depth = Int(row.int(4))
        kind = row.optionalText(5)
        referrer = row.optionalInt(6).map(PageID.init(rawValue:))
        finalURL = row.optionalText(7)
        wasAsked = row.bool(8)
    }

    /// Whether the row only says that a page of the run's own list was redirected there.
    var isClaim: Bool { reason == SkipReason.duplicate.rawValue && !wasAsked }

    /// Whether it was skipped because links to it were not to be followed. A redirect that may lead there requests it, as a link
    /// would.
    var mayBeClaimed: Bool {
        !wasAsked && ["depth", "scope", "trap", "robots"].contains(reason)
    }
}
