internal import CrawlCore
internal import TrawlStore

/// Hosts: finding those with pages that wait, taking them, giving them back.
extension PostgresTurn {
    /// Looks for hosts with pages that wait, and queues taking those whose pages are due.
    ///
    /// They are found in `frontier`, in the order of their ids. Those that another runner of the run has are passed over.
    func search(_ search: HostSearch) throws {
        var found: [WaitingHost] = []
        try pipeline.send(
            """
            SELECT found.host_id, (SELECT host FROM {schema}.hosts WHERE id = found.host_id), found.not_before FROM (
                SELECT frontier.host_id, first.not_before FROM {schema}.frontier
                CROSS JOIN LATERAL (
                    SELECT not_before FROM {schema}.pages
                    WHERE run_id = $1 AND host_id = frontier.host_id AND state = 'pending'
                    ORDER BY not_before, rank, id LIMIT 1) AS first
                WHERE frontier.run_id = $1 AND frontier.host_id > $3 AND due_at IS NOT NULL
                    AND (runner_id IS NULL OR runner_id = $2)
                ORDER BY frontier.host_id LIMIT $4) AS found
            ORDER BY found.host_id
            """,
            [
                .int(run.run.id.rawValue), .int(run.runner.rawValue), .int(search.after?.rawValue ?? .min),
                .int(Int64(search.limit)),
            ]
        ) { result in
            found = result.rows.map {
                WaitingHost(host: HostID(rawValue: $0.int(0)), key: $0.text(1), notBefore: $0.int(2))
            }
        }
        try pipeline.flush()
        var answer = HostSearchReply()
        for waiting in found where !holds(waiting.host) {
            if waiting.notBefore > now {
                answer.nextAt = min(answer.nextAt ?? .max, waiting.notBefore)
            } else {
                candidates.append(waiting)
            }
        }
        answer.last = found.last?.host
        answer.isLast = found.count < search.limit
        reply.search = answer
        try lease(candidates.map { ($0.host, $0.key) }, amongOthers: true) { isHeld in
            if !isHeld { self.reply.search?.wasDenied = true }
        }
        // Also where hosts were found: others may wait for those, and what is waited for has to be kept up.
        if answer.isLast { try wishForShare() }
    }

    /// The host of a redirect, which the runner has from now on.
    ///
    /// - Returns: false where another has it.
    func hold(_ host: HostID, _ key: String) throws -> Bool {
        if holds(host) { return true }
        var isHeld = false
        try lease([(host, key)]) { isHeld = $0 }
        try pipeline.flush()
        return isHeld
    }

    /// Queues taking hosts for the runner, unless others have them or wait for them. A lease that the runner has already is kept; a
    /// host that is not to be had is noted as wanted, so that its holder gives it up soon.
    ///
    /// - Parameters:
    ///   - amongOthers: whether any hosts will do: what another runner of the run was faster with is left to it. The default is no.
    ///   - take: is told of each in order whether the runner has it.
    func lease(
        _ hosts: [(id: HostID, key: String)], amongOthers: Bool = false,
        _ take: @escaping (_ isHeld: Bool) -> Void
    ) throws {
        guard !hosts.isEmpty else { return }
        let ids = PostgresValue.ints(hosts.map(\.id.rawValue))
        var robots: [HostID: RobotsRecord] = [:]
        var named: Set<String> = []
        var rows: [PostgresRow] = []
        try pipeline.send(
            LeasingSQL.lease,
            [
                .int(run.run.id.rawValue), .int(run.runner.rawValue), ids, .int(wishTime),
                .int(PostgresTurn.wishMilliseconds), .int(amongOthers ? 1 : 0),
            ]
        ) { rows = $0.rows }
        if run.spec.robots == .obey {
            try pipeline.send(LeasingSQL.robots, [ids, .int(now)]) { result in
                for row in result.rows { robots[HostID(rawValue: row.int(0))] = RobotsRecord(row) }
            }
        }
        var paused: [HostID: [HostCondition.PausedPool]] = [:]
        if run.spec.asksAPI(hasRequests: run.run.hasRequests) {
            try pipeline.send(
                LeasingSQL.pools, [ids, .int(run.run.job.rawValue), .int(now)]
            ) { [now] result in
                for row in result.rows {
                    paused[HostID(rawValue: row.int(0)), default: []].append(.init(row, now: now))
                }
            }
        }
        let keys = Set(hosts.flatMap { PostgresTurn.names(of: $0.key) })
        try pipeline.send(
            """
            SELECT hosts.host FROM {schema}.hosts JOIN {schema}.run_hosts ON run_hosts.host_id = hosts.id
            WHERE run_hosts.run_id = $1 AND hosts.host = ANY($2)
            """, [.int(run.run.id.rawValue), .texts(keys.sorted())]
        ) { result in
            named = Set(result.rows.map { $0.text(0) })
            for row in rows {
                let isHeld = row.int(1) > 0
                if isHeld { self.note(row, robots, named, paused) }
                take(isHeld)
            }
        }
    }

    private func note(
        _ row: PostgresRow, _ robots: [HostID: RobotsRecord], _ named: Set<String>,
        _ paused: [HostID: [HostCondition.PausedPool]]
    ) {
        let host = HostID(rawValue: row.int(0))
        let key = row.text(2)
        var record = HostRecord()
        // The runner that has the lease knows the time of the host's last request by itself.
        record.lastStartedAt = row.int(1) == 1 || phase == .resumed ? row.optionalInt(3) : nil
        record.overrides = HostOverrides(row, from: 4)
        record.condition = HostCondition(row, from: 7, now: now)
        record.condition.paused = paused[host]
        newHosts[host] = row.int(11)
        reply.opened.append(
            OpenedHost(
                host: host, key: key, record: record, robots: robots[host],
                isNamed: PostgresTurn.names(of: key).contains { named.contains($0) }))
    }

    /// The keys by which a run's own list may name a host: its own, and that of the other scheme's default port.
    private static func names(of key: String) -> [String] {
        guard let url = try? WebURL(parsing: key + "/"), url.port == nil, let name = url.host else {
            return [key]
        }
        return [key, (url.scheme == "https" ? "http" : "https") + "://" + name]
    }

    /// Queues giving hosts back. None of their pages is under way. Their delay counts from now for the runner
    /// that takes them next.
    ///
    /// Whoever adds pages to a host holds its row of `frontier`. So the row is locked before it is looked whether pages wait, in a
    /// statement before that one, as each statement sees what was committed before it began.
    func release(_ hosts: [HostID]) throws {
        guard !hosts.isEmpty else { return }
        let ids = PostgresValue.ints(hosts.map(\.rawValue).sorted())
        try pipeline.send(
            """
            UPDATE {schema}.hosts SET runner_id = NULL, last_started_at = $3 FROM (
                SELECT id FROM {schema}.hosts WHERE id = ANY($2) AND runner_id = $1 ORDER BY id FOR UPDATE) AS ours
            WHERE hosts.id = ours.id
            """, [.int(run.runner.rawValue), ids, .int(now)])
        try pipeline.send(
            """
            SELECT 1 FROM {schema}.frontier
            WHERE run_id = $1 AND host_id = ANY($2) ORDER BY host_id FOR UPDATE
            """, [.int(run.run.id.rawValue), ids])
        try pipeline.send(
            """
            UPDATE {schema}.frontier SET runner_id = NULL, due_at = (
                SELECT not_before FROM {schema}.pages
                WHERE pages.run_id = $1 AND pages.host_id = frontier.host_id AND state = 'pending'
                ORDER BY not_before, rank, id LIMIT 1)
            WHERE run_id = $1 AND host_id = ANY($2) AND runner_id = $3
            """, [.int(run.run.id.rawValue), ids, .int(run.runner.rawValue)])
    }
}

private enum LeasingSQL {
    /// Of each host: 0 where another has it, 1 where the runner has it from now on, 2 where it had it already; and what is known of
    /// it. A row that another transaction has locked counts as another's.
    static let lease = """
        WITH free AS (
            SELECT hosts.id FROM {schema}.hosts
            LEFT JOIN {schema}.wishes ON wishes.host_id = hosts.id AND wishes.runner_id <> $2 AND $4 - wished_at < $5
            WHERE hosts.id = ANY($3) AND hosts.runner_id IS NULL AND wishes.host_id IS NULL
            ORDER BY hosts.id FOR UPDATE OF hosts SKIP LOCKED),
        won AS (
            UPDATE {schema}.hosts SET runner_id = $2, epoch = epoch + 1 FROM free WHERE hosts.id = free.id
            RETURNING hosts.id),
        granted AS (DELETE FROM {schema}.wishes USING won WHERE wishes.host_id = won.id),
        held AS (
            UPDATE {schema}.frontier SET runner_id = $2 FROM won
            WHERE frontier.run_id = $1 AND frontier.host_id = won.id),
        wanted AS (
            INSERT INTO {schema}.wishes (host_id, runner_id, wished_at)
            SELECT hosts.id, $2, $4 FROM {schema}.hosts
            WHERE hosts.id = ANY($3) AND hosts.runner_id IS DISTINCT FROM $2 AND hosts.id NOT IN (SELECT id FROM won)
                AND ($6 = 0 OR hosts.runner_id IS NOT NULL AND NOT EXISTS (
                    SELECT 1 FROM {schema}.frontier
                    WHERE frontier.run_id = $1 AND frontier.host_id = hosts.id AND frontier.runner_id = hosts.runner_id))
            ORDER BY hosts.id
            ON CONFLICT (host_id) DO UPDATE SET runner_id = excluded.runner_id, wished_at = excluded.wished_at
            WHERE CASE WHEN wishes.runner_id = $2
                THEN $4 < wishes.wished_at OR $4 - wishes.wished_at >= $5 / 3
                ELSE $4 - wishes.wished_at >= $5 END)
        SELECT hosts.id,
            CASE WHEN hosts.id IN (SELECT id FROM won) THEN 1 WHEN hosts.runner_id = $2 THEN 2 ELSE 0 END::bigint,
            hosts.host, last_started_at, per_host, delay_ms, blocked, snoozed_until, rate, failures, probe_at,
            hosts.epoch + (hosts.id IN (SELECT id FROM won))::int
        FROM unnest($3::bigint[]) WITH ORDINALITY AS wish(id, place)
        JOIN {schema}.hosts ON hosts.id = wish.id ORDER BY wish.place
        """

    /// The pools that take no requests of a job.
    static let pools = """
        SELECT host_id, request, pool, paused_until FROM {schema}.host_pools
        WHERE host_id = ANY($1) AND job_id = $2 AND paused_until > $3 ORDER BY request
        """

    /// The files that are young enough to be used.
    static let robots = """
        SELECT host_id, status_code, body, url, fetched_at, expires_at FROM {schema}.robots
        WHERE host_id = ANY($1) AND fetched_at <= $2 AND expires_at > $2
        """
}

extension HostCondition.PausedPool {
    /// From the columns of the statement that reads those of hosts.
    fileprivate init(_ row: PostgresRow, now: Int64) {
        // A clock that was set back must not hold a pool for longer than it ever asked for.
        let left = min(row.int(3) - now, RetryAfter.longestKept * 1000)
        self.init(request: row.text(1), pool: row.text(2), wait: .milliseconds(left))
    }
}

extension RobotsRecord {
    /// From the columns of the statement that reads those of hosts.
    fileprivate init(_ row: PostgresRow) {
        self.init(
            statusCode: row.optionalInt(1).map(Int.init), body: row.optionalBytes(2),
            url: row.optionalText(3), fetchedAt: row.int(4))
        expiresAt = row.int(5)
    }
}
