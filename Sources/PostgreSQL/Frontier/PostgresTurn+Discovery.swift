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
        try readFormer(urls, &known)
        return known
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
