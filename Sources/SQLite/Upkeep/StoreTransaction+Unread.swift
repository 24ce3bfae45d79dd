internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// A run, and what was known before it.
struct UnreadScope {
    let run: Int64
    let job: Int64
    /// The latest finished run before it.
    let latest: Int64
    /// Whether any page of the run may not have been read: one came to something else than `done`, or the job accepts more than the
    /// usual statuses.
    let hasTrouble: Bool
    /// Whether the latest run had the same spec.
    let isAlike: Bool
    /// The ids between which the runs' pages lie; nil where they have none.
    let pages: ClosedRange<Int64>?
    let latestPages: ClosedRange<Int64>?

    /// Nil for a job's first run.
    init?(_ run: RunID, in transaction: StoreTransaction) throws {
        let row = try Row.fetchOne(
            transaction.database,
            sql: """
                SELECT runs.id, runs.job_id, former.id AS latest, former.spec = runs.spec AS is_alike,
                    runs.pages_pending + runs.pages_failed + runs.pages_skipped > 0
                        OR json_extract(runs.spec, '$.accept') IS NOT NULL AS has_trouble,
                    runs.first_page_id, runs.last_page_id, former.first_page_id AS first_latest_id,
                    former.last_page_id AS last_latest_id
                FROM runs JOIN runs AS former ON former.job_id = runs.job_id AND former.number < runs.number
                WHERE runs.id = ? AND former.state = 'finished' ORDER BY former.number DESC LIMIT 1
                """,
            arguments: [run.rawValue])
        guard let row else { return nil }
        self.run = row["id"]
        job = row["job_id"]
        latest = row["latest"]
        hasTrouble = row["has_trouble"]
        isAlike = row["is_alike"]
        pages = UnreadScope.range(row["first_page_id"], row["last_page_id"])
        latestPages = UnreadScope.range(row["first_latest_id"], row["last_latest_id"])
    }

    private static func range(_ first: Int64?, _ last: Int64?) -> ClosedRange<Int64>? {
        guard let first, let last, first <= last else { return nil }
        return first...last
    }
}

/// The steps of ``SQLiteStore/noteUnread(of:progressed:)``. The parameters 1 to 3 of their SQL are the run, its job and the latest run
/// before it.
extension StoreTransaction {
    /// Forgets some of what was noted of a run.
    ///
    /// - Returns: whether there may be more.
    func forgetUnread(of run: RunID, limit: Int) throws -> Bool {
        try database.execute(
            sql:
                "DELETE FROM unread_pages WHERE id IN (SELECT id FROM unread_pages WHERE run_id = ? LIMIT ?)",
            arguments: [run.rawValue, limit])
        return database.changesCount > 0
    }

    /// Notes the pages that the run has rows of and did not read, as far as they were known.
    ///
    /// A page that failed is in the run, and is noted for the answer that it gave when it was last read. What is out of scope or too
    /// deep from where it was found is left to the links that lead to it.
    func noteUnread(_ scope: UnreadScope, ids: ClosedRange<Int64>) throws {
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
                SELECT ?1, ?2, url_key, verdict, page_id, read_id
                FROM (
                    SELECT page.url_key, page.state,
                        CASE WHEN page.state IN ('failed', 'done')
                                THEN CASE WHEN page.status_code IN (404, 410) THEN 'gone' ELSE 'unknown' END
                            WHEN page.skip_reason IN ('robots', 'content_type') THEN 'gone'
                            WHEN page.skip_reason = 'duplicate'
                                THEN CASE WHEN known.final_url IS NULL THEN 'gone' ELSE 'unknown' END
                            WHEN page.skip_reason IN ('scope', 'depth', 'invalid_url') THEN NULL
                            ELSE 'unknown' END AS verdict,
                        CASE WHEN page.state IN ('failed', 'done') THEN page.id ELSE known.id END AS page_id,
                        \(Self.readID) AS read_id
                    FROM pages AS page
                    \(Self.joinKnown("page"))
                    LEFT JOIN pages AS known
                        ON known.id = coalesce(former.id, CASE WHEN \(Self.isCarried) THEN noted.page_id END)
                    WHERE page.id BETWEEN ?4 AND ?5 AND +page.run_id = ?1 AND NOT \(Self.isRead("page"))
                        AND page.url_key IS NOT NULL)
                WHERE verdict IS NOT NULL AND page_id IS NOT NULL AND (state NOT IN ('failed', 'done') OR read_id IS NOT NULL)
                """
        ).execute(arguments: [scope.run, scope.job, scope.latest, ids.lowerBound, ids.upperBound])
    }

    /// Notes as unknown the sitemaps that a robots.txt named and the run did not find, of hosts whose robots.txt it does not know,
    /// where anything else is unknown.
    func noteUnnamedSitemaps(_ scope: UnreadScope, ids: ClosedRange<Int64>) throws {
        let isUnfound = """
            sitemap.kind = 'sitemap' AND sitemap.referrer_id IS NULL
                AND EXISTS (SELECT 1 FROM unread_pages WHERE run_id = ?1 AND verdict = 'unknown')
                AND NOT EXISTS (
                    SELECT 1 FROM page_keys AS now WHERE now.run_id = ?1 AND now.url_key = sitemap.url_key)
                AND NOT EXISTS (
                    SELECT 1 FROM runs JOIN hosts ON hosts.id = sitemap.host_id JOIN robots ON robots.host_id = hosts.id
                    WHERE runs.id = ?1 AND hosts.last_started_at >= runs.started_at
                        AND robots.expires_at > runs.started_at)
            """
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
                SELECT ?1, ?2, sitemap.url_key, 'unknown', sitemap.id, \(Self.readID)
                FROM pages AS sitemap
                \(Self.joinKnown("sitemap"))
                WHERE sitemap.id BETWEEN ?4 AND ?5 AND +sitemap.run_id = ?3 AND sitemap.state IN ('done', 'failed')
                    AND \(isUnfound)
                UNION ALL
                SELECT ?1, ?2, noted.url_key, 'unknown', noted.page_id, noted.read_id
                FROM unread_pages AS noted JOIN pages AS sitemap ON sitemap.id = noted.page_id
                WHERE noted.run_id = ?3 AND noted.verdict = 'unknown' AND \(isUnfound)
                """
        ).execute(arguments: [scope.run, scope.job, scope.latest, ids.lowerBound, ids.upperBound])
    }

    /// Notes as unknown what the links of unknown pages led to.
    ///
    /// - Parameters:
    ///   - id: the row of `unread_pages` to go on behind.
    ///   - limit: how many rows at most.
    ///   - seen: pages that were looked at; added to.
    /// - Returns: the last row whose links were followed; nil where there are no more.
    func followUnread(_ scope: UnreadScope, after id: Int64, limit: Int, _ seen: inout SeenIDs) throws
        -> Int64?
    {
        let next = try database.cachedStatement(
            sql: """
                SELECT id, read_id FROM unread_pages
                WHERE run_id = ? AND id > ? AND verdict = 'unknown' AND read_id IS NOT NULL ORDER BY id LIMIT ?
                """)
        let note = try RawStatement(database, Self.noteTargetSQL)
        var last: Int64?
        for row in try Row.fetchAll(next, arguments: [scope.run, id, limit]) {
            for target in try keptLinks(of: PageID(rawValue: row["read_id"])) where seen.insert(target) {
                note.bind(1, scope.run)
                note.bind(2, scope.job)
                note.bind(3, scope.latest)
                note.bind(4, target)
                try note.run()
            }
            last = row["id"]
        }
        return last
    }

    /// Notes the target of a link, where it was known and the run does not have it.
    private static let noteTargetSQL = """
        INSERT OR IGNORE INTO unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
        SELECT ?1, ?2, target.url_key, 'unknown', coalesce(former.id, noted.page_id), \(readID)
        FROM pages AS target
        \(joinKnown("target"))
        WHERE target.id = ?4 AND target.url_key IS NOT NULL AND (former.id IS NOT NULL OR \(isCarried))
            AND coalesce(former.status_code, 0) NOT IN (404, 410)
            AND NOT EXISTS (
                SELECT 1 FROM page_keys AS key CROSS JOIN pages AS now ON now.id = key.page_id
                WHERE key.run_id = ?1 AND key.url_key = target.url_key
                    AND (now.skip_reason IS NULL OR now.skip_reason NOT IN ('scope', 'depth', 'invalid_url')))
        """

    /// Notes as gone those pages with validators that the run does not have, so that they can be asked for by them should they be back.
    ///
    /// Two stretches of the table of keys are read side by side. Of a page that both runs have nothing else is read.
    ///
    /// - Returns: the last key of the stretch; nil at the end.
    func noteGone(_ scope: UnreadScope, afterKey key: Int64, count: Int) throws -> Int64? {
        let end = try Int64.fetchOne(
            database.cachedStatement(
                sql: """
                    SELECT url_key FROM page_keys WHERE run_id = ? AND url_key > ?
                    ORDER BY url_key LIMIT 1 OFFSET ?
                    """), arguments: [scope.latest, key, count])
        try database.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
                SELECT ?1, ?2, url_key, 'gone', id, id
                FROM pages
                WHERE id IN (
                        SELECT former.page_id FROM page_keys AS former
                        WHERE former.run_id = ?3 AND former.url_key > ?4 AND former.url_key <= ?5
                            AND NOT EXISTS (
                                SELECT 1 FROM page_keys AS now WHERE now.run_id = ?1 AND now.url_key = former.url_key))
                    AND \(Self.isRead("pages")) AND final_url IS NULL AND (etag IS NOT NULL OR last_modified IS NOT NULL)
                """
        ).execute(arguments: [scope.run, scope.job, scope.latest, key, end ?? .max])
        return end
    }

    /// Whether a request was known before a run: the latest run before it asked for it, or knew it still.
    func isKnown(_ key: URLKey, _ former: FormerRuns) throws -> Bool {
        let statement = try RawStatement(
            database,
            """
            SELECT EXISTS (
                    SELECT 1 FROM pages WHERE id = (SELECT page_id FROM page_keys WHERE run_id = ?1 AND url_key = ?2)
                        AND state IN ('done', 'failed'))
                OR EXISTS (
                    SELECT 1 FROM unread_pages
                    WHERE job_id = ?3 AND url_key = ?2 AND run_id = ?1 AND verdict = 'unknown')
            """)
        statement.bind(1, former.latest.rawValue)
        statement.bind(2, key.rawValue)
        statement.bind(3, former.job.rawValue)
        return try statement.firstRow { $0.integer(0) != 0 } ?? false
    }

    // MARK: What was known

    /// What was known of a request: `former`, its row in the latest run, where that asked for it, and `noted`, what was noted last.
    private static func joinKnown(_ page: String) -> String {
        """
        LEFT JOIN page_keys AS former_key ON former_key.run_id = ?3 AND former_key.url_key = \(page).url_key
        LEFT JOIN pages AS former ON former.id = former_key.page_id
            AND former.url = \(page).url AND former.state IN ('done', 'failed')
        LEFT JOIN unread_pages AS noted ON noted.id = (
            SELECT id FROM unread_pages WHERE job_id = ?2 AND url_key = \(page).url_key AND run_id < ?1
            ORDER BY run_id DESC LIMIT 1)
        """
    }

    /// Whether the latest run knew a page that it did not ask for.
    private static let isCarried = "(noted.run_id = ?3 AND noted.verdict = 'unknown')"
    /// The row of the last run that read the page.
    private static let readID = "CASE WHEN \(isRead("former")) THEN former.id ELSE noted.read_id END"

    /// Whether a run read a page. One that a server cannot give now is not read by it, even where the job accepts such a status.
    private static func isRead(_ page: String) -> String {
        "(\(page).state = 'done' AND coalesce(\(page).status_code, 200) < 500 AND coalesce(\(page).status_code, 200) NOT IN (408, 425, 429))"
    }
}
