internal import CrawlCore
internal import TrawlStore

extension PostgresPipeline {
    /// Queues that a runner is alive.
    func renew(_ runner: RunnerID) throws {
        try send(
            "UPDATE {schema}.runners SET beat = beat + 1, beaten_at = \(PostgresTransaction.now) WHERE id = $1",
            [.int(runner.rawValue)])
    }

    /// Queues how a host is doing.
    ///
    /// - Parameter now: unix milliseconds; what its waits count from.
    func save(_ condition: HostCondition, of host: HostID, now: Int64) throws {
        try send(
            """
            UPDATE {schema}.hosts SET snoozed_until = $1, rate = $2, failures = $3, probe_at = $4, remaining = $6,
                remaining_until = $7
            WHERE id = $5
            """,
            [
                .int(condition.snooze > .zero ? now + condition.snooze.wholeMilliseconds : nil),
                .real(condition.rate), .int(Int64(condition.failures)),
                .int(condition.probeAfter.map { now + $0.wholeMilliseconds }), .int(host.rawValue),
                .int(condition.allowance.map { Int64($0.remaining) }),
                .int(condition.allowance.map { now + $0.reset.wholeMilliseconds }),
            ])
    }

    /// Queues the pools of a host that take no requests of a job for a while, in place of what was known of them.
    ///
    /// - Parameter now: unix milliseconds; what the waits count from.
    func save(_ paused: [HostCondition.PausedPool], of host: HostID, job: JobID, now: Int64) throws {
        let key: [PostgresValue] = [.int(host.rawValue), .int(job.rawValue)]
        try send("DELETE FROM {schema}.host_pools WHERE host_id = $1 AND job_id = $2", key)
        guard !paused.isEmpty else { return }
        try send(
            """
            INSERT INTO {schema}.host_pools (host_id, job_id, request, pool, paused_until)
            SELECT $1, $2, request, pool, until
            FROM unnest($3::text[], $4::text[], $5::bigint[]) AS paused(request, pool, until)
            """,
            key + [
                .texts(paused.map(\.request)), .texts(paused.map(\.pool)),
                .ints(paused.map { now + $0.wait.wholeMilliseconds }),
            ])
    }

    /// Queues a host's robots.txt.
    func save(_ robots: RobotsRecord, of host: HostID) throws {
        try send(
            """
            INSERT INTO {schema}.robots (host_id, status_code, body, fetched_at, expires_at, url)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (host_id) DO UPDATE SET status_code = excluded.status_code, body = excluded.body,
                fetched_at = excluded.fetched_at, expires_at = excluded.expires_at, url = excluded.url
            """,
            [
                .int(host.rawValue), .int(robots.statusCode.map(Int64.init)), .bytes(robots.body),
                .int(robots.fetchedAt), .int(robots.expiresAt), .text(robots.url),
            ])
    }

    /// Queues how a runner's part of a run is doing.
    func save(_ activity: RunActivity, of run: RunID, runner: RunnerID) throws {
        try send(
            """
            INSERT INTO {schema}.run_activity
                (run_id, runner_id, updated_at, in_flight, hosts, hosts_waiting, pages_per_second)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (run_id, runner_id) DO UPDATE SET updated_at = excluded.updated_at,
                in_flight = excluded.in_flight, hosts = excluded.hosts, hosts_waiting = excluded.hosts_waiting,
                pages_per_second = excluded.pages_per_second
            """,
            [
                .int(run.rawValue), .int(runner.rawValue), .int(activity.updatedAt),
                .int(Int64(activity.inFlight)), .int(Int64(activity.hosts)),
                .int(Int64(activity.hostsWaiting)), .real(activity.pagesPerSecond),
            ])
    }

    /// Queues how many links were not followed, by reason.
    func add(_ skipped: [SkipReason: Int], to run: RunID, runner: RunnerID) throws {
        guard !skipped.isEmpty else { return }
        let reasons = skipped.sorted { $0.key.rawValue < $1.key.rawValue }
        try send(
            """
            INSERT INTO {schema}.skipped_links (run_id, runner_id, reason, links)
            SELECT $1, $2, reason, links FROM unnest($3::text[], $4::bigint[]) AS o(reason, links) ORDER BY reason
            ON CONFLICT (run_id, runner_id, reason) DO UPDATE SET links = skipped_links.links + excluded.links
            """,
            [
                .int(run.rawValue), .int(runner.rawValue), .texts(reasons.map(\.key.rawValue)),
                .ints(reasons.map { Int64($0.value) }),
            ])
    }
}

extension HostOverrides {
    /// From `per_host`, `delay_ms` and `blocked`, in columns from `first` on.
    init(_ row: PostgresRow, from first: Int) {
        self.init()
        perHost = row.optionalInt(first).map(Int.init)
        delay = row.optionalInt(first + 1).map { .milliseconds($0) }
        isBlocked = row.int(first + 2) != 0
    }
}

extension HostCondition {
    /// From `snoozed_until`, `rate`, `failures` and `probe_at`, in columns from `first` on.
    init(_ row: PostgresRow, from first: Int, now: Int64) {
        self.init()
        // A clock that was set back must not hold a host for longer than it ever asked for.
        let longest = RetryAfter.longestKept * 1000
        if let until = row.optionalInt(first), until > now {
            snooze = .milliseconds(min(until - now, longest))
        }
        rate = row.optionalReal(first + 1)
        failures = Int(row.int(first + 2))
        probeAfter = row.optionalInt(first + 3).map { .milliseconds(max(0, min($0 - now, longest))) }
    }
}
