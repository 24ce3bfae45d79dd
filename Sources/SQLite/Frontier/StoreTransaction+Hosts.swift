package import CrawlCore
internal import GRDB
package import TrawlStore

/// What came of asking for a host.
package enum HostLease: Sendable, Equatable {
    /// The runner has it.
    case held(HostRecord)
    /// Another runner has it.
    case taken
}

extension StoreTransaction {
    /// The row of a host, made where there is none yet.
    package func host(_ key: String) throws -> HostID {
        if let host = try knownHost(key) { return host }
        let insert = try RawStatement(database, "INSERT INTO hosts (host) VALUES (?)")
        insert.bind(1, key)
        try insert.run()
        return HostID(rawValue: database.lastInsertedRowID)
    }

    /// The row of a host; nil where there is none.
    package func knownHost(_ key: String) throws -> HostID? {
        let statement = try RawStatement(database, "SELECT id FROM hosts WHERE host = ?")
        statement.bind(1, key)
        return try statement.firstRow { HostID(rawValue: $0.integer(0)) }
    }

    /// The key of a host: scheme, name and port.
    package func hostKey(_ host: HostID) throws -> String? {
        let statement = try RawStatement(database, "SELECT host FROM hosts WHERE id = ?")
        statement.bind(1, host.rawValue)
        return try statement.firstRow { $0.text(0) } ?? nil
    }

    /// Takes a host for a runner, unless another has it or waits for it. A lease that the runner has already is kept; a
    /// host that is not to be had is noted as wanted, so that its holder gives it up soon.
    ///
    /// - Parameter now: unix milliseconds; what the waits of its condition count from.
    package func lease(_ host: HostID, runner: RunnerID, now: Int64) throws -> HostLease {
        let statement = try RawStatement(
            database,
            """
            SELECT runner_id, wanted_by, wanted_at, last_started_at, per_host, delay_ms, blocked,
                snoozed_until, rate, failures, probe_at
            FROM hosts WHERE id = ?
            """)
        statement.bind(1, host.rawValue)
        let row = try statement.firstRow { row in
            var record = HostRecord()
            record.lastStartedAt = row.optionalInteger(3)
            record.overrides = HostOverrides(row, from: 4)
            record.condition = HostCondition(row, from: 7, now: now)
            return (
                holder: row.optionalInteger(0), wantedBy: row.optionalInteger(1),
                wantedAt: row.optionalInteger(2), record
            )
        }
        guard case (let holder, let wantedBy, let wantedAt, var record)? = row else { return .taken }
        guard holder != runner.rawValue else {
            // The runner that has the lease knows the time of the host's last request by itself.
            record.lastStartedAt = nil
            return .held(record)
        }
        let isWantedByOther =
            wantedBy.map { $0 != runner.rawValue } ?? false
            && wantedAt.map { now - $0 < StoreTransaction.wishMilliseconds } ?? false
        guard holder == nil, !isWantedByOther else {
            if !isWantedByOther { try want(host, runner: runner, since: wantedAt, now: now) }
            return .taken
        }
        let update = try RawStatement(
            database, "UPDATE hosts SET runner_id = ?, wanted_by = NULL, wanted_at = NULL WHERE id = ?")
        update.bind(1, runner.rawValue)
        update.bind(2, host.rawValue)
        try update.run()
        return .held(record)
    }

    /// How long a wish for a host counts unless it is renewed, in milliseconds: longer than the time between two tries.
    static let wishMilliseconds: Int64 = 3_000

    /// Notes that a runner waits for a host; not again before the wish is a third through.
    private func want(_ host: HostID, runner: RunnerID, since: Int64?, now: Int64) throws {
        if let since, now >= since, now - since < StoreTransaction.wishMilliseconds / 3 { return }
        try database.cachedStatement(sql: "UPDATE hosts SET wanted_by = ?, wanted_at = ? WHERE id = ?")
            .execute(arguments: [runner.rawValue, now, host.rawValue])
    }

    /// The hosts of a runner that others wait for.
    package func wantedHosts(of runner: RunnerID, now: Int64) throws -> [HostID] {
        try Int64.fetchAll(
            database.cachedStatement(
                sql: "SELECT id FROM hosts WHERE runner_id = ? AND wanted_by IS NOT NULL AND wanted_at > ?"),
            arguments: [runner.rawValue, now - StoreTransaction.wishMilliseconds]
        ).map(HostID.init(rawValue:))
    }

    /// Gives a host back, none of whose pages is under way. Its delay counts from now for the runner that takes it next.
    package func release(_ host: HostID, now: Int64) throws {
        try dissolveClaimed(host)
        let statement = try RawStatement(
            database, "UPDATE hosts SET runner_id = NULL, last_started_at = ? WHERE id = ?")
        statement.bind(1, now)
        statement.bind(2, host.rawValue)
        try statement.run()
    }

    /// Keeps how a host is doing.
    ///
    /// - Parameter now: unix milliseconds; what its waits count from.
    package func save(_ condition: HostCondition, of host: HostID, now: Int64) throws {
        try database.cachedStatement(
            sql: """
                UPDATE hosts SET snoozed_until = ?, rate = ?, failures = ?, probe_at = ?, remaining = ?,
                    remaining_until = ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                condition.snooze > .zero ? now + condition.snooze.wholeMilliseconds : nil, condition.rate,
                condition.failures, condition.probeAfter.map { now + $0.wholeMilliseconds },
                condition.allowance?.remaining,
                condition.allowance.map { now + $0.reset.wholeMilliseconds }, host.rawValue,
            ])
    }

    /// What people have set for a host.
    package func overrides(of host: HostID) throws -> HostOverrides {
        let statement = try RawStatement(
            database, "SELECT per_host, delay_ms, blocked FROM hosts WHERE id = ?")
        statement.bind(1, host.rawValue)
        return try statement.firstRow { HostOverrides($0, from: 0) } ?? HostOverrides()
    }

    /// A number that changes whenever another connection has committed something.
    package func dataVersion() throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    }

    /// A host's robots.txt, where it is young enough to be used.
    package func robots(of host: HostID, now: Int64) throws -> RobotsRecord? {
        let statement = try RawStatement(
            database,
            """
            SELECT status_code, body, fetched_at, expires_at, url FROM robots
            WHERE host_id = ?1 AND fetched_at <= ?2 AND expires_at > ?2
            """)
        statement.bind(1, host.rawValue)
        statement.bind(2, now)
        var record: RobotsRecord?
        try statement.forEachRow { row in
            var found = RobotsRecord(
                statusCode: row.isNull(0) ? nil : Int(row.integer(0)), body: row.bytes(1),
                url: row.text(4), fetchedAt: row.integer(2))
            found.expiresAt = row.integer(3)
            record = found
            return false
        }
        return record
    }

    /// Keeps a host's robots.txt.
    package func save(_ robots: RobotsRecord, of host: HostID) throws {
        let statement = try RawStatement(
            database,
            """
            INSERT OR REPLACE INTO robots (host_id, status_code, body, fetched_at, expires_at, url)
            VALUES (?, ?, ?, ?, ?, ?)
            """)
        statement.bind(1, host.rawValue)
        statement.bind(2, robots.statusCode.map(Int64.init))
        statement.bind(3, bytes: robots.body)
        statement.bind(4, robots.fetchedAt)
        statement.bind(5, robots.expiresAt)
        statement.bind(6, robots.url)
        try statement.run()
    }

    /// Notes that a run's own list names a host.
    package func addNamed(_ host: HostID, to run: RunID) throws {
        let statement = try RawStatement(
            database, "INSERT OR IGNORE INTO run_hosts (run_id, host_id) VALUES (?, ?)")
        statement.bind(1, run.rawValue)
        statement.bind(2, host.rawValue)
        try statement.run()
    }

    /// Counts a page of a host, unless the run has as many of it as it may.
    func takePlace(of host: HostID, in run: RunID, limit: Int) throws -> Bool {
        try database.cachedStatement(
            sql: """
                INSERT INTO host_pages (run_id, host_id, pages) VALUES (?1, ?2, 1)
                ON CONFLICT DO UPDATE SET pages = pages + 1 WHERE pages < ?3
                """
        ).execute(arguments: [run.rawValue, host.rawValue, limit])
        return database.changesCount == 1
    }

    /// How many URLs of a kind that may be a trap the run has; nil for none or one.
    func trapCount(of kind: Int64, in run: RunID) throws -> Int? {
        let statement = try RawStatement(
            database, "SELECT urls FROM trap_counts WHERE run_id = ? AND kind = ?")
        statement.bind(1, run.rawValue)
        statement.bind(2, kind)
        return try statement.firstRow { Int($0.integer(0)) }
    }

    /// Counts more URLs of such a kind.
    func countTrap(_ kind: Int64, _ urls: Int, in run: RunID) throws {
        let statement = try RawStatement(
            database,
            """
            INSERT INTO trap_counts (run_id, kind, urls) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET urls = urls + ?3
            """)
        statement.bind(1, run.rawValue)
        statement.bind(2, kind)
        statement.bind(3, Int64(urls))
        try statement.run()
    }

    /// Settles a page, which waits, as one too many of its host.
    func skipBeyondLimit(_ page: Int64) throws {
        let statement = try RawStatement(
            database, "UPDATE pages SET state = 'skipped', skip_reason = 'limit', error = ? WHERE id = ?")
        statement.bind(1, "its host has limits.pages_per_host pages in this run already")
        statement.bind(2, page)
        try statement.run()
    }

    /// The keys of some of the hosts that a run's own list names.
    package func namedHosts(by run: RunID, limit: Int) throws -> [String] {
        try String.fetchAll(
            database,
            sql: "SELECT host FROM run_hosts JOIN hosts ON hosts.id = host_id WHERE run_id = ? LIMIT ?",
            arguments: [run.rawValue, limit])
    }

    /// Whether a run's own list names a host.
    package func isNamed(_ host: HostID, by run: RunID) throws -> Bool {
        let statement = try RawStatement(
            database, "SELECT 1 FROM run_hosts WHERE run_id = ? AND host_id = ?")
        statement.bind(1, run.rawValue)
        statement.bind(2, host.rawValue)
        return try statement.firstRow { _ in true } ?? false
    }
}

extension HostOverrides {
    /// From `per_host`, `delay_ms` and `blocked`, in columns from `first` on.
    fileprivate init(_ row: RawRow, from first: Int32) {
        self.init()
        perHost = row.optionalInteger(first).map(Int.init)
        delay = row.optionalInteger(first + 1).map { .milliseconds($0) }
        isBlocked = row.integer(first + 2) != 0
    }
}

extension HostCondition {
    /// From `snoozed_until`, `rate`, `failures` and `probe_at`, in columns from `first` on.
    fileprivate init(_ row: RawRow, from first: Int32, now: Int64) {
        self.init()
        // A clock that was set back must not hold a host for longer than it ever asked for.
        let longest = RetryAfter.longestKept * 1000
        if let until = row.optionalInteger(first), until > now {
            snooze = .milliseconds(min(until - now, longest))
        }
        rate = row.isNull(first + 1) ? nil : row.real(first + 1)
        failures = Int(row.integer(first + 2))
        probeAfter = row.optionalInteger(first + 3).map { .milliseconds(max(0, min($0 - now, longest))) }
    }
}
