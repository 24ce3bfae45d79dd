public import CrawlCore
internal import GRDB

/// What came of asking for a host.
public enum HostLease: Sendable, Equatable {
    /// The runner has it.
    case held(HostRecord)
    /// Another runner has it.
    case taken
}

extension StoreTransaction {
    /// The row of a host, made where there is none yet.
    public func host(_ key: String) throws -> HostID {
        if let host = try knownHost(key) { return host }
        try database.cachedStatement(sql: "INSERT INTO hosts (host) VALUES (?)").execute(arguments: [key])
        return HostID(rawValue: database.lastInsertedRowID)
    }

    /// The row of a host; nil where there is none.
    public func knownHost(_ key: String) throws -> HostID? {
        try Int64.fetchOne(
            database.cachedStatement(sql: "SELECT id FROM hosts WHERE host = ?"), arguments: [key]
        ).map(HostID.init(rawValue:))
    }

    /// The key of a host: scheme, name and port.
    public func hostKey(_ host: HostID) throws -> String? {
        try String.fetchOne(
            database.cachedStatement(sql: "SELECT host FROM hosts WHERE id = ?"), arguments: [host.rawValue])
    }

    /// Takes a host for a runner, unless another has it or waits for it. A lease that the runner has already is kept; a
    /// host that is not to be had is noted as wanted, so that its holder gives it up soon.
    ///
    /// - Parameter now: unix milliseconds; what the waits of its condition count from.
    public func lease(_ host: HostID, runner: RunnerID, now: Int64) throws -> HostLease {
        let row = try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM hosts WHERE id = ?"), arguments: [host.rawValue])
        guard let row else { return .taken }
        var record = HostRecord()
        record.overrides = HostOverrides(row)
        record.condition = HostCondition(row, now: now)
        let holder = row["runner_id"] as Int64?
        if holder == runner.rawValue { return .held(record) }
        let isWantedByOther =
            (row["wanted_by"] as Int64?).map { $0 != runner.rawValue } ?? false
            && (row["wanted_at"] as Int64?).map { now - $0 < StoreTransaction.wishMilliseconds } ?? false
        guard holder == nil, !isWantedByOther else {
            if !isWantedByOther { try want(host, runner: runner, since: row["wanted_at"], now: now) }
            return .taken
        }
        try database.cachedStatement(
            sql: "UPDATE hosts SET runner_id = ?, wanted_by = NULL, wanted_at = NULL WHERE id = ?"
        )
        .execute(arguments: [runner.rawValue, host.rawValue])
        record.lastStartedAt = row["last_started_at"]
        return .held(record)
    }

    /// How long a wish for a host holds that is not renewed, in milliseconds: longer than the time between two tries.
    static let wishMilliseconds: Int64 = 3_000

    /// Notes that a runner waits for a host; not again before the wish is a third through.
    private func want(_ host: HostID, runner: RunnerID, since: Int64?, now: Int64) throws {
        if let since, now >= since, now - since < StoreTransaction.wishMilliseconds / 3 { return }
        try database.cachedStatement(sql: "UPDATE hosts SET wanted_by = ?, wanted_at = ? WHERE id = ?")
            .execute(arguments: [runner.rawValue, now, host.rawValue])
    }

    /// The hosts of a runner that others wait for.
    public func wantedHosts(of runner: RunnerID, now: Int64) throws -> [HostID] {
        try Int64.fetchAll(
            database.cachedStatement(
                sql: "SELECT id FROM hosts WHERE runner_id = ? AND wanted_by IS NOT NULL AND wanted_at > ?"),
            arguments: [runner.rawValue, now - StoreTransaction.wishMilliseconds]
        ).map(HostID.init(rawValue:))
    }

    /// Gives a host back. Its delay counts from now for whoever takes it next.
    public func release(_ host: HostID, now: Int64) throws {
        try database.cachedStatement(
            sql: "UPDATE hosts SET runner_id = NULL, last_started_at = ? WHERE id = ?"
        )
        .execute(arguments: [now, host.rawValue])
    }

    /// Keeps how a host is doing.
    ///
    /// - Parameter now: unix milliseconds; what its waits count from.
    public func save(_ condition: HostCondition, of host: HostID, now: Int64) throws {
        try database.cachedStatement(
            sql: "UPDATE hosts SET snoozed_until = ?, rate = ?, failures = ?, probe_at = ? WHERE id = ?"
        ).execute(
            arguments: [
                condition.snooze > .zero ? now + condition.snooze.wholeMilliseconds : nil, condition.rate,
                condition.failures, condition.probeAfter.map { now + $0.wholeMilliseconds }, host.rawValue,
            ])
    }

    /// What people have set for a host.
    public func overrides(of host: HostID) throws -> HostOverrides {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT per_host, delay_ms, blocked FROM hosts WHERE id = ?"),
            arguments: [host.rawValue]
        ).map { HostOverrides($0) } ?? HostOverrides()
    }

    /// A number that changes whenever another connection has committed something.
    public func dataVersion() throws -> Int64 {
        try Int64.fetchOne(database.cachedStatement(sql: "PRAGMA data_version")) ?? 0
    }

    /// A host's robots.txt, where it is young enough to be used.
    public func robots(of host: HostID, now: Int64) throws -> RobotsRecord? {
        let statement = try RawStatement(
            database,
            """
            SELECT status_code, body, fetched_at, expires_at FROM robots
            WHERE host_id = ?1 AND fetched_at <= ?2 AND expires_at > ?2
            """)
        statement.bind(1, host.rawValue)
        statement.bind(2, now)
        var record: RobotsRecord?
        try statement.forEachRow { row in
            var found = RobotsRecord(
                statusCode: row.isNull(0) ? nil : Int(row.integer(0)), body: row.bytes(1),
                fetchedAt: row.integer(2))
            found.expiresAt = row.integer(3)
            record = found
            return false
        }
        return record
    }

    /// Keeps a host's robots.txt.
    public func save(_ robots: RobotsRecord, of host: HostID) throws {
        let statement = try RawStatement(
            database,
            """
            INSERT OR REPLACE INTO robots (host_id, status_code, body, fetched_at, expires_at)
            VALUES (?, ?, ?, ?, ?)
            """)
        statement.bind(1, host.rawValue)
        statement.bind(2, robots.statusCode.map(Int64.init))
        statement.bind(3, bytes: robots.body)
        statement.bind(4, robots.fetchedAt)
        statement.bind(5, robots.expiresAt)
        try statement.run()
    }

    /// Notes that a run's own list names a host.
    public func addNamed(_ host: HostID, to run: RunID) throws {
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO run_hosts (run_id, host_id) VALUES (?, ?)")
            .execute(arguments: [run.rawValue, host.rawValue])
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

    /// The keys of some of the hosts that a run's own list names.
    public func namedHosts(by run: RunID, limit: Int) throws -> [String] {
        try String.fetchAll(
            database,
            sql: "SELECT host FROM run_hosts JOIN hosts ON hosts.id = host_id WHERE run_id = ? LIMIT ?",
            arguments: [run.rawValue, limit])
    }

    /// Whether a run's own list names a host.
    public func isNamed(_ host: HostID, by run: RunID) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT 1 FROM run_hosts WHERE run_id = ? AND host_id = ?"),
            arguments: [run.rawValue, host.rawValue]) ?? false
    }
}

extension HostOverrides {
    fileprivate init(_ row: Row) {
        self.init()
        perHost = row["per_host"]
        delay = (row["delay_ms"] as Int64?).map { .milliseconds($0) }
        isBlocked = row["blocked"]
    }
}

extension HostCondition {
    fileprivate init(_ row: Row, now: Int64) {
        self.init()
        // A clock that was set back must not hold a host for longer than it ever asked for.
        let longest = RetryAfter.longest * 1000
        if let until = row["snoozed_until"] as Int64?, until > now {
            snooze = .milliseconds(min(until - now, longest))
        }
        rate = row["rate"]
        failures = row["failures"]
        probeAfter = (row["probe_at"] as Int64?).map { .milliseconds(max(0, min($0 - now, longest))) }
    }
}
