package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Publishes how a run is doing.
    package func save(_ activity: RunActivity, of run: RunID) throws {
        try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO run_activity (run_id, updated_at, in_flight, hosts, hosts_waiting, pages_per_second)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                run.rawValue, activity.updatedAt, activity.inFlight, activity.hosts, activity.hostsWaiting,
                activity.pagesPerSecond,
            ])
    }

    /// How a run is doing; nil where nobody is at work on it.
    package func activity(of run: RunID) throws -> RunActivity? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT run_activity.* FROM run_activity JOIN runs ON runs.id = run_id
                WHERE run_id = ? AND runner_id IS NOT NULL
                """, arguments: [run.rawValue]
        ).map { row in
            var activity = RunActivity()
            activity.updatedAt = row["updated_at"]
            activity.inFlight = row["in_flight"]
            activity.hosts = row["hosts"]
            activity.hostsWaiting = row["hosts_waiting"]
            activity.pagesPerSecond = row["pages_per_second"]
            return activity
        }
    }

    /// Hosts that a run under way waits for, the longest waits first.
    package func hostWaits(of run: RunID, now: Int64, limit: Int) throws -> [HostWait] {
        try Row.fetchAll(
            database.cachedStatement(sql: Self.hostWaitsSQL), arguments: [run.rawValue, now, limit]
        ).map { row in
            HostWait(
                host: row["host"], reason: HostWait.Reason(rawValue: row["reason"]) ?? .throttled,
                until: row["until"])
        }
    }

    /// Reads the hosts that the run's runner has, which are at most as many as a frontier knows, and those that somebody waits
    /// for. Each half has an index of its own; an OR of the two would read every host of the database.
    static let hostWaitsSQL = """
        SELECT host,
            CASE WHEN snoozed_until > ?2 THEN 'snoozed' WHEN probe_at > ?2 THEN 'unreachable' ELSE 'throttled' END AS reason,
            CASE WHEN snoozed_until > ?2 THEN snoozed_until WHEN probe_at > ?2 THEN probe_at END AS until
        FROM runs CROSS JOIN hosts INDEXED BY hosts_runner ON hosts.runner_id = runs.runner_id
        WHERE runs.id = ?1 AND (snoozed_until > ?2 OR probe_at > ?2 OR rate IS NOT NULL)
            AND wanted_by IS NOT runs.runner_id
        UNION ALL
        SELECT host, 'taken', NULL
        FROM runs CROSS JOIN hosts INDEXED BY hosts_wanted ON hosts.wanted_by = runs.runner_id
        WHERE runs.id = ?1 AND hosts.wanted_by IS NOT NULL
        ORDER BY until DESC, host LIMIT ?3
        """
}
