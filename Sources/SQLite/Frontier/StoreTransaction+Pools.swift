package import CrawlCore
internal import GRDB

extension StoreTransaction {
    /// Keeps the pools of a host that take no requests for a while, in place of what was known of them.
    ///
    /// - Parameter now: unix milliseconds; what the waits count from.
    package func save(
        _ paused: [HostCondition.PausedPool], of host: HostID, job: JobID, now: Int64
    ) throws {
        try database.cachedStatement(sql: "DELETE FROM host_pools WHERE host_id = ? AND job_id = ?")
            .execute(arguments: [host.rawValue, job.rawValue])
        for pool in paused {
            try database.cachedStatement(
                sql: """
                    INSERT INTO host_pools (host_id, job_id, request, pool, paused_until) VALUES (?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [
                host.rawValue, job.rawValue, pool.request, pool.pool, now + pool.wait.wholeMilliseconds,
            ])
        }
    }

    /// The pools of a host that take no requests of a job for a while; nil for none.
    package func pausedPools(
        of host: HostID, job: JobID, now: Int64
    ) throws -> [HostCondition.PausedPool]? {
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT request, pool, paused_until FROM host_pools
                    WHERE host_id = ? AND job_id = ? AND paused_until > ? ORDER BY request
                    """), arguments: [host.rawValue, job.rawValue, now])
        guard !rows.isEmpty else { return nil }
        return rows.map { row in
            // A clock that was set back must not hold a pool for longer than it ever asked for.
            let left: Int64 = min(row[2] - now, RetryAfter.longestKept * 1000)
            return HostCondition.PausedPool(request: row[0], pool: row[1], wait: .milliseconds(left))
        }
    }
}
