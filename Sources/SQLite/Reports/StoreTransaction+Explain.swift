package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// A page of a run by its URL, asked for by GET.
    package func page(_ url: String, of run: RunID) throws -> PageRecord? {
        // A key may stand for another page, of which there are never many (see `URLKey`).
        for salt in 0..<UInt64(8) {
            let key = URLKey(method: "GET", url: url, salt: salt)
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT pages.*, lower(hex(content_digest)) AS digest,
                        CASE WHEN status_code IS NOT NULL THEN coalesce(final_url, url) END AS last_url,
                        \(Self.referrerSQL) AS referrer
                    FROM pages WHERE id = (SELECT page_id FROM page_keys WHERE run_id = ? AND url_key = ?)
                    """,
                arguments: [run.rawValue, key.rawValue])
            guard let row else { return nil }
            guard row["url"] == url else { continue }
            return PageRecord(row: ResultRow(row), notBefore: row["not_before"])
        }
        return nil
    }

    /// How a host stands, and what of a run it has to do.
    ///
    /// - Parameter key: scheme, name and port.
    package func standing(of key: String, in run: RunID?) throws -> HostStanding? {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT hosts.*, runners.pid,
                    (SELECT count(*) FROM (
                        SELECT 1 FROM waiting_ranges AS waiting
                        CROSS JOIN pages ON pages.id BETWEEN waiting.first_page_id AND waiting.last_page_id
                        WHERE waiting.run_id = ?2 AND waiting.host_id = hosts.id
                            AND pages.state = 'pending' AND pages.in_range = 1
                        UNION ALL
                        SELECT 1 FROM pages INDEXED BY pages_pending
                        WHERE run_id = ?2 AND host_id = hosts.id AND state = 'pending' AND in_range IS NULL
                        LIMIT 1000)) AS waiting
                FROM hosts LEFT JOIN runners ON runners.id = hosts.runner_id WHERE hosts.host = ?1
                """,
            arguments: [key, run?.rawValue])
        guard let row else { return nil }
        let host = HostID(rawValue: row["id"])
        return HostStanding(
            id: host, overrides: try overrides(of: host), runnerPID: row["pid"],
            snoozedUntil: row["snoozed_until"], rate: row["rate"], failures: row["failures"],
            probeAt: row["probe_at"], pendingPages: row["waiting"])
    }
}
