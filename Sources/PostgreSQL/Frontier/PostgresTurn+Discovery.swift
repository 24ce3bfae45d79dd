internal import CrawlCore
internal import TrawlStore

/// What pages led to.
extension PostgresTurn {
    /// Takes in what was found, and queues writing it. What is queued before goes first.
    func discover(_ found: [Found]) throws {
        guard run.memory != nil, !found.isEmpty else { return }
        let known = try known(of: found.flatMap(\.discovery.urls))
        var plan = DiscoveryPlan(
            known, pagesPerHost: run.spec.limits.pagesPerHost, keepsSkipped: run.spec.keepsSkipped)
        var memory = run.memory ?? DiscoveryMemory(run.spec.limits)
        // Not copied: it is large.
        run.memory = nil
        defer { run.memory = memory }
        for discovery in found {
            try plan.add(discovery, &memory) { try self.run.numbers.page(self.pipeline) }
        }
        growth.traps = plan.known.traps
        try write(plan)
        growth.progress.add(plan.growth.progress)
        growth.hosts.formUnion(plan.growth.hosts)
        growth.skipped.merge(plan.growth.skipped, uniquingKeysWith: +)
        met += plan.met
    }

    // MARK: Reading

    /// What the database knows of URLs, but for those that were met lately and need no change.
    private func known(of found: [DiscoveredURL]) throws -> DiscoveryPlan.Known {
        var known = DiscoveryPlan.Known()
        var seen: Set<String> = []
        var urls: [DiscoveredURL] = []
        for url in found where run.memory?.recent.page(of: url) == nil && seen.insert(url.url).inserted {
            urls.append(url)
        }
        guard !urls.isEmpty else {
            if !pipeline.isEmpty { try pipeline.flush() }
            return known
        }
        let wanted = found.filter { $0.skipReason == nil && seen.contains($0.url) }
        try sendHosts(wanted.map { String($0.hostKey) })
        if run.spec.limits.pagesPerHost > 0 {
            try pipeline.sendPlaces(wanted.map { String($0.hostKey) }, of: run.run.id) { known.places = $0 }
        }
        (known.rows, known.keys) = try pipeline.rows(of: urls.map(\.url), in: run.run.id)
        for url in wanted {
            let key = String(url.hostKey)
            known.hosts[key] = hostIDs[key] ?? run.memory?.host(key)
        }
        known.traps = growth.traps
        for url in wanted where url.kind == .page && known.keys[url.url] != nil {
            let kinds = kinds(of: url)
            if !kinds.isEmpty { known.kinds[url.url] = kinds }
        }
        try readTraps(known.kinds.values.joined(), &known.traps)
        try readFormer(urls, &known)
        return known
    }

    /// The kinds of URLs that a URL is of that may be traps.
    private func kinds(of url: DiscoveredURL) -> [TrapCounts.Kind] {
        guard let memory = run.memory, let url = try? WebURL(parsing: url.url) else { return [] }
        return memory.traps.kinds(of: url)
    }

    /// Enters what the run has counted of some kinds. It costs a round trip where there are new ones.
    private func readTraps(_ kinds: some Sequence<TrapCounts.Kind>, _ tally: inout TrapTally) throws {
        guard let memory = run.memory else { return }
        let keys = Set(kinds.map(\.key)).filter { !tally.has($0) }.sorted()
        guard !keys.isEmpty else { return }
        var stored: [Int64: Int] = [:]
        try pipeline.send(
            "SELECT kind, urls FROM {schema}.trap_counts WHERE run_id = $1 AND kind = ANY($2)",
            [.int(run.run.id.rawValue), .ints(keys)]
        ) { result in
            for row in result.rows { stored[row.int(0)] = Int(row.int(1)) }
        }
        try pipeline.flush()
        for key in keys { tally.enter(key, stored: stored[key], memory.traps) }
    }

    /// Counts a URL, unless it is a trap. What is queued before goes first.
    func admits(_ url: DiscoveredURL) throws -> Bool {
        let kinds = kinds(of: url)
        try readTraps(kinds, &growth.traps)
        guard growth.traps.admit(kinds) else { return false }
        try writeTraps()
        return true
    }

    /// Queues what was counted of traps. Those of a host are mostly found by the runner that has it, so that runners seldom wait for each
    /// other.
    private func writeTraps() throws {
        let changes = growth.traps.takeChanges()
        guard !changes.isEmpty else { return }
        try pipeline.send(
            """
            INSERT INTO {schema}.trap_counts (run_id, kind, urls)
            SELECT $1, kind, urls FROM unnest($2::bigint[], $3::bigint[]) AS o(kind, urls) ORDER BY kind
            ON CONFLICT (run_id, kind) DO UPDATE SET urls = trap_counts.urls + excluded.urls
            """,
            [.int(run.run.id.rawValue), .ints(changes.map(\.key)), .ints(changes.map { Int64($0.added) })])
    }

    /// Queues making and looking up the rows of hosts.
    func sendHosts(_ keys: [String]) throws {
        var seen: Set<String> = []
        let keys = keys.filter {
            run.memory?.host($0) == nil && hostIDs[$0] == nil && seen.insert($0).inserted
        }
        guard !keys.isEmpty else { return }
        try pipeline.sendHosts(keys) { key, host in self.hostIDs[key] = host }
    }

    /// Reads what runs before knew of URLs that have no row yet.
    private func readFormer(_ urls: [DiscoveredURL], _ known: inout DiscoveryPlan.Known) throws {
        guard let former = run.former else { return }
        let keys = known.keys.values.sorted()
        guard !keys.isEmpty else { return }
        var isAsked = false
        var formerKeys: Set<Int64> = []
        var trusted: [Int64: (page: Int64, hasPlaces: Bool)] = [:]
        if !run.spec.keepsSkipped {
            isAsked = true
            try pipeline.send(
                FormerSQL.known, [.int(former.latest.rawValue), .int(former.job.rawValue), .ints(keys)]
            ) { formerKeys = Set($0.rows.map { $0.int(0) }) }
        }
        if let check = run.spec.check, check.recheck > .zero, urls.contains(where: { $0.kind == .check }) {
            isAsked = true
            let checks = urls.filter { $0.kind == .check && $0.skipReason == nil }
                .compactMap { url in known.keys[url.url].map { (key: $0, url: url) } }
            try pipeline.send(
                FormerSQL.trusted,
                [
                    .int(run.run.id.rawValue), .int(former.latest.rawValue), .ints(checks.map(\.key)),
                    .texts(checks.map(\.url.url)), .texts(checks.map { String($0.url.hostKey) }),
                    .int(now - check.recheck.wholeMilliseconds),
                ]
            ) { result in
                for row in result.rows { trusted[row.int(0)] = (row.int(1), row.bool(2)) }
            }
        }
        guard isAsked else { return }
        try pipeline.flush()
        known.former = formerKeys
        known.trusted = trusted
    }

    // MARK: Writing

    /// Queues writing what was found.
    ///
    /// Where another runner was faster with one of the rows, the transaction fails with the state ``PostgresRun/conflictState``.
    private func write(_ plan: DiscoveryPlan) throws {
        let rows = plan.rows
        var (inserted, copied, lifted, rewritten): ([FoundRow], [FoundRow], [FoundRow], [FoundRow]) =
            ([], [], [], [])
        for row in rows {
            switch row.change {
            case .none: break
            case .insert: inserted.append(row)
            case .copy: copied.append(row)
            case .lift: lifted.append(row)
            case .rewrite: rewritten.append(row)
            }
        }
        let hosts = Set((inserted + rewritten).filter { $0.state == "pending" }.compactMap(\.host)).sorted()
        try pipeline.hold(hosts, of: run.run.id, runner: run.runner)
        try pipeline.insert(inserted, into: run.run.id)
        try pipeline.copy(copied, into: run.run.id)
        try pipeline.lift(lifted)
        try pipeline.rewrite(rewritten)
        try pipeline.keep(plan.links)
        try pipeline.keep(plan.sitemaps)
        try pipeline.take(plan.taken, of: run.run.id)
        try writeTraps()
        try pipeline.wake(hosts, of: run.run.id)
    }
}

private enum FormerSQL {
    /// Those of some keys whose requests the latest run asked for, or knew still.
    static let known = """
        SELECT url_key FROM {schema}.pages
        WHERE run_id = $1 AND url_key = ANY($3) AND state IN ('done', 'failed')
        UNION
        SELECT url_key FROM {schema}.unread_pages
        WHERE job_id = $2 AND url_key = ANY($3) AND run_id = $1 AND verdict = 'unknown'
        """

    /// Checks that an earlier run has found to be fine, and not long ago. Those on the run's own hosts are always asked for.
    static let trusted = """
        SELECT o.key, known.id, EXISTS (SELECT 1 FROM {schema}.page_places WHERE page_places.page_id = known.id)
        FROM unnest($3::bigint[], $4::text[], $5::text[]) AS o(key, url, host)
        JOIN {schema}.pages AS known ON known.run_id = $2 AND known.url_key = o.key AND known.url = o.url
        JOIN {schema}.verdicts ON verdicts.page_id = known.id
        WHERE known.kind = 'check' AND verdicts.verdict IN ('ok', 'redirected') AND verdicts.checked_at >= $6
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.run_hosts JOIN {schema}.hosts ON hosts.id = run_hosts.host_id
                WHERE run_hosts.run_id = $1 AND hosts.host = o.host)
        """
}
