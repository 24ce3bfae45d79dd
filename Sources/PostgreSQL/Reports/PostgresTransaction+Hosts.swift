internal import CrawlCore
internal import TrawlStore

/// Reading hosts, and how a run is doing.
extension PostgresTransaction {
    func activity(of run: RunID) throws -> RunActivity? {
        let row = try connection.run(
            """
            SELECT count(*), max(updated_at), sum(in_flight)::bigint, sum(run_activity.hosts)::bigint,
                sum(hosts_waiting)::bigint, sum(pages_per_second)
            FROM {schema}.run_activity JOIN {schema}.runs ON runs.id = run_id
            WHERE run_id = $1 AND runs.state <> 'finished'
            """, [.int(run.rawValue)]
        ).first
        guard let row, row.int(0) > 0 else { return nil }
        var activity = RunActivity()
        activity.updatedAt = row.int(1)
        activity.inFlight = Int(row.int(2))
        activity.hosts = Int(row.int(3))
        activity.hostsWaiting = Int(row.int(4))
        activity.pagesPerSecond = row.optionalReal(5)
        return activity
    }

    func hostWaits(of run: RunID, now: Int64, limit: Int) throws -> [HostWait] {
        try connection.run(
            """
            SELECT host,
                CASE WHEN snoozed_until > $2 THEN 'snoozed' WHEN probe_at > $2 THEN 'unreachable' ELSE 'throttled' END,
                CASE WHEN snoozed_until > $2 THEN snoozed_until WHEN probe_at > $2 THEN probe_at END AS until
            FROM {schema}.frontier JOIN {schema}.hosts ON hosts.id = frontier.host_id
            WHERE frontier.run_id = $1 AND frontier.runner_id IS NOT NULL
                AND (snoozed_until > $2 OR probe_at > $2 OR rate IS NOT NULL)
            UNION ALL
            SELECT host, 'taken', NULL
            FROM {schema}.wishes JOIN {schema}.hosts ON hosts.id = wishes.host_id
            WHERE wishes.runner_id IN (SELECT runner_id FROM {schema}.run_activity WHERE run_id = $1)
            ORDER BY until DESC NULLS LAST, host LIMIT $3
            """, [.int(run.rawValue), .int(now), .int(Int64(limit))]
        ).rows.map { row in
            HostWait(
                host: row.text(0), reason: HostWait.Reason(rawValue: row.text(1)) ?? .throttled,
                until: row.optionalInt(2))
        }
    }

    func namedHosts(by run: RunID, limit: Int) throws -> [String] {
        try connection.run(
            """
            SELECT host FROM {schema}.run_hosts JOIN {schema}.hosts ON hosts.id = host_id
            WHERE run_id = $1 ORDER BY hosts.id LIMIT $2
            """, [.int(run.rawValue), .int(Int64(limit))]
        ).rows.map { $0.text(0) }
    }

    func standing(of key: String, in run: RunID?) throws -> HostStanding? {
        let row = try connection.run(
            """
            SELECT hosts.*, runners.pid,
                (SELECT count(*) FROM (
                    SELECT 1 FROM {schema}.pages WHERE run_id = $2 AND host_id = hosts.id AND state = 'pending' LIMIT 1000
                ) AS waiting) AS waiting
            FROM {schema}.hosts LEFT JOIN {schema}.runners ON runners.id = hosts.runner_id WHERE hosts.host = $1
            """, [.text(key), .int(run?.rawValue)]
        ).first
        guard let row else { return nil }
        var overrides = HostOverrides()
        overrides.perHost = row["per_host"]
        overrides.delay = (row["delay_ms"] as Int64?).map { .milliseconds($0) }
        overrides.isBlocked = row["blocked"]
        return HostStanding(
            id: HostID(rawValue: row["id"]), overrides: overrides,
            runnerPID: (row["pid"] as Int64?).map(Int32.init(truncatingIfNeeded:)),
            snoozedUntil: row["snoozed_until"], rate: row["rate"], failures: row["failures"],
            probeAt: row["probe_at"], pendingPages: row["waiting"])
    }

    func knownHost(_ key: String) throws -> HostID? {
        try connection.run("SELECT id FROM {schema}.hosts WHERE host = $1", [.text(key)]).first.map {
            HostID(rawValue: $0.int(0))
        }
    }

    func robots(of host: HostID, now: Int64) throws -> RobotsRecord? {
        try connection.run(
            """
            SELECT status_code, body, fetched_at, expires_at, url FROM {schema}.robots
            WHERE host_id = $1 AND fetched_at <= $2 AND expires_at > $2
            """, [.int(host.rawValue), .int(now)]
        ).first.map { row in
            var record = RobotsRecord(
                statusCode: row.optionalInt(0).map(Int.init), body: row.optionalBytes(1),
                url: row.optionalText(4),
                fetchedAt: row.int(2))
            record.expiresAt = row.int(3)
            return record
        }
    }

    func isNamed(_ host: HostID, by run: RunID) throws -> Bool {
        try connection.run(
            "SELECT 1 FROM {schema}.run_hosts WHERE run_id = $1 AND host_id = $2",
            [.int(run.rawValue), .int(host.rawValue)]
        ).count > 0
    }
}
