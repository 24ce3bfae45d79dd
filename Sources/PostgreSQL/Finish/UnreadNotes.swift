internal import CrawlCore
internal import TrawlStore

/// What a run did not read of the pages that were known before it, worked out once it has nothing left to do.
///
/// A page that the run did not ask for is unknown where a way to it led through a page that was not read for a passing reason: an
/// error, a time-out, a robots.txt that could not be had, a limit. Those ways are the links that such a page had when it was last
/// read, and the links of the pages behind it that were not read either. Every other page that the run did not ask for is gone.
struct UnreadNotes {
    private let run: RunID
    private let link: RunnerConnection

    /// Ids or keys that one transaction goes over: a few milliseconds' worth.
    private static let step: Int64 = 5_000

    init(_ run: RunID, _ link: RunnerConnection) {
        self.run = run
        self.link = link
    }

    /// What was known before the run.
    private struct Scope {
        let run: Int64
        let job: Int64
        /// The latest finished run before it.
        let latest: Int64
        /// Whether the latest run had the same spec.
        let isAlike: Bool
        /// Whether any page of the run may not have been read.
        let hasTrouble: Bool

        var values: [PostgresValue] { [.int(run), .int(job), .int(latest)] }
    }

    /// Fills `unread_pages` for a run that is about to be finished. Others may write in between.
    ///
    /// A job's first run has nothing to be noted. What was noted of the run already, where it was opened again, is replaced.
    ///
    /// - Parameter progressed: called after each transaction.
    func write(progressed: () throws -> Void) throws {
        guard let scope = try scope() else { return }
        _ = try write(
            "DELETE FROM {schema}.unread_pages WHERE run_id = $1", [.int(run.rawValue)])
        try progressed()
        if scope.hasTrouble {
            try goOver(scope.run, progressed) {
                try write(UnreadSQL.noteUnread, scope.values + [.int($0), .int($1)])
            }
            try goOver(scope.latest, progressed) {
                try write(UnreadSQL.noteSitemaps, scope.values + [.int($0), .int($1)])
            }
            try follow(scope, progressed)
        }
        guard scope.isAlike else { return }
        var key: Int64? = .min
        while let start = key {
            let end = try one(
                """
                SELECT url_key FROM {schema}.pages WHERE run_id = $1 AND url_key > $2 ORDER BY url_key LIMIT 1 OFFSET $3
                """, [.int(scope.latest), .int(start), .int(UnreadNotes.step)])
            _ = try write(UnreadSQL.noteGone, scope.values + [.int(start), .int(end ?? .max)])
            try progressed()
            key = end
        }
    }

    private func scope() throws -> Scope? {
        try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            var scope: Scope?
            try pipeline.send(UnreadSQL.scope, [.int(run.rawValue)]) { result in
                scope = result.first.map {
                    Scope(
                        run: $0.int(0), job: $0.int(1), latest: $0.int(2), isAlike: $0.bool(3),
                        hasTrouble: $0.bool(4))
                }
            }
            try pipeline.flush()
            return scope
        }
    }

    /// Goes over the pages of a run by their ids.
    private func goOver(
        _ run: Int64, _ progressed: () throws -> Void, _ body: (_ first: Int64, _ last: Int64) throws -> Void
    ) throws {
        var last: Int64 = 0
        while let end = try one(
            """
            SELECT max(id) FROM (
                SELECT id FROM {schema}.pages WHERE run_id = $1 AND id > $2 ORDER BY id LIMIT $3) AS step
            """, [.int(run), .int(last), .int(UnreadNotes.step)])
        {
            try body(last + 1, end)
            try progressed()
            last = end
        }
    }

    /// Notes as unknown what the links of unknown pages led to.
    private func follow(_ scope: Scope, _ progressed: () throws -> Void) throws {
        var seen = SeenIDs()
        var last: Int64 = 0
        while true {
            var rows: [(id: Int64, targets: [UInt8]?)] = []
            try link.attempting { connection in
                let pipeline = PostgresPipeline(connection)
                try pipeline.send(
                    """
                    SELECT id, targets FROM {schema}.unread_pages LEFT JOIN {schema}.page_links ON page_links.page_id = read_id
                    WHERE run_id = $1 AND id > $2 AND verdict = 'unknown' AND read_id IS NOT NULL ORDER BY id LIMIT 100
                    """, [.int(scope.run), .int(last)]
                ) { rows = $0.rows.map { ($0.int(0), $0.optionalBytes(1)) } }
                try pipeline.flush()
            }
            guard let end = rows.last?.id else { return }
            let targets = rows.flatMap { PageIDList.ids(in: $0.targets ?? []) }.filter { seen.insert($0) }
            if !targets.isEmpty { try write(UnreadSQL.noteTargets, scope.values + [.ints(targets)]) }
            try progressed()
            last = end
        }
    }

    @discardableResult
    private func write(_ sql: String, _ values: [PostgresValue]) throws -> Int {
        try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            var count = 0
            try pipeline.begin(.write)
            try pipeline.send(sql, values) { count = $0.affected }
            try pipeline.commit()
            try pipeline.flush()
            return count
        }
    }

    private func one(_ sql: String, _ values: [PostgresValue]) throws -> Int64? {
        try link.attempting { connection in
            let pipeline = PostgresPipeline(connection)
            var number: Int64?
            try pipeline.send(sql, values) { number = $0.first?.optionalInt(0) }
            try pipeline.flush()
            return number
        }
    }
}

/// The steps. Their parameters 1 to 3 are the run, its job and the latest run before it.
private enum UnreadSQL {
    static let scope = """
        SELECT runs.id, runs.job_id, former.id, former.spec = runs.spec,
            counters.pages_pending + counters.pages_failed + counters.pages_skipped > 0
                OR (runs.spec::json -> 'accept') IS NOT NULL
        FROM {schema}.runs JOIN {schema}.runs AS former ON former.job_id = runs.job_id AND former.number < runs.number
        JOIN {schema}.run_counters AS counters ON counters.run_id = runs.id
        WHERE runs.id = $1 AND former.state = 'finished' ORDER BY former.number DESC LIMIT 1
        """

    /// Notes the pages that the run has rows of and did not read, as far as they were known.
    ///
    /// A page that failed is in the run, and is noted for the answer that it gave when it was last read. What is out of scope or too
    /// deep from where it was found is left to the links that lead to it.
    static let noteUnread = """
        INSERT INTO {schema}.unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
        SELECT $1, $2, url_key, verdict, page_id, read_id
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
                \(readID) AS read_id
            FROM {schema}.pages AS page
            \(joinKnown("page"))
            LEFT JOIN {schema}.pages AS known
                ON known.id = coalesce(former.id, CASE WHEN \(isCarried) THEN noted.page_id END)
            WHERE page.run_id = $1 AND page.id BETWEEN $4 AND $5 AND NOT \(isRead("page")) AND page.url_key IS NOT NULL) AS found
        WHERE verdict IS NOT NULL AND page_id IS NOT NULL AND (state NOT IN ('failed', 'done') OR read_id IS NOT NULL)
        ON CONFLICT (job_id, url_key, run_id) DO NOTHING
        """

    /// Notes as unknown the sitemaps that a robots.txt named and the run did not find, of hosts whose robots.txt it does not know,
    /// where anything else is unknown.
    static let noteSitemaps = """
        INSERT INTO {schema}.unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
        SELECT $1, $2, sitemap.url_key, 'unknown', sitemap.id, \(readID)
        FROM {schema}.pages AS sitemap
        \(joinKnown("sitemap"))
        WHERE sitemap.run_id = $3 AND sitemap.id BETWEEN $4 AND $5 AND sitemap.state IN ('done', 'failed') AND \(isUnfound)
        UNION ALL
        SELECT $1, $2, noted.url_key, 'unknown', noted.page_id, noted.read_id
        FROM {schema}.unread_pages AS noted JOIN {schema}.pages AS sitemap ON sitemap.id = noted.page_id
        WHERE noted.run_id = $3 AND noted.verdict = 'unknown' AND \(isUnfound)
        ON CONFLICT (job_id, url_key, run_id) DO NOTHING
        """

    private static let isUnfound = """
        sitemap.kind = 'sitemap' AND sitemap.referrer_id IS NULL
            AND EXISTS (SELECT 1 FROM {schema}.unread_pages WHERE run_id = $1 AND verdict = 'unknown')
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.pages AS present WHERE present.run_id = $1 AND present.url_key = sitemap.url_key)
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.runs JOIN {schema}.hosts ON hosts.id = sitemap.host_id
                JOIN {schema}.robots ON robots.host_id = hosts.id
                WHERE runs.id = $1 AND hosts.last_started_at >= runs.started_at AND robots.expires_at > runs.started_at)
        """

    /// Notes the targets of links, where they were known and the run does not have them.
    static let noteTargets = """
        INSERT INTO {schema}.unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
        SELECT $1, $2, target.url_key, 'unknown', coalesce(former.id, noted.page_id), \(readID)
        FROM unnest($4::bigint[]) WITH ORDINALITY AS wish(id, place)
        JOIN {schema}.pages AS target ON target.id = wish.id
        \(joinKnown("target"))
        WHERE target.url_key IS NOT NULL AND (former.id IS NOT NULL OR \(isCarried))
            AND coalesce(former.status_code, 0) NOT IN (404, 410)
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.pages AS present
                WHERE present.run_id = $1 AND present.url_key = target.url_key
                    AND (present.skip_reason IS NULL OR present.skip_reason NOT IN ('scope', 'depth', 'invalid_url')))
        ORDER BY wish.place
        ON CONFLICT (job_id, url_key, run_id) DO NOTHING
        """

    /// Notes as gone those pages with validators that the run does not have, so that they can be asked for by them should they be back.
    static let noteGone = """
        INSERT INTO {schema}.unread_pages (run_id, job_id, url_key, verdict, page_id, read_id)
        SELECT $1, $2, former.url_key, 'gone', former.id, former.id FROM {schema}.pages AS former
        WHERE former.run_id = $3 AND former.url_key > $4 AND former.url_key <= $5
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.pages AS present WHERE present.run_id = $1 AND present.url_key = former.url_key)
            AND \(isRead("former")) AND final_url IS NULL AND (etag IS NOT NULL OR last_modified IS NOT NULL)
        ON CONFLICT (job_id, url_key, run_id) DO NOTHING
        """

    /// What was known of a request: `former`, its row in the latest run, where that asked for it, and `noted`, what was noted last.
    private static func joinKnown(_ page: String) -> String {
        """
        LEFT JOIN {schema}.pages AS former ON former.run_id = $3 AND former.url_key = \(page).url_key
            AND former.url = \(page).url AND former.state IN ('done', 'failed')
        LEFT JOIN LATERAL (
            SELECT * FROM {schema}.unread_pages WHERE job_id = $2 AND url_key = \(page).url_key AND run_id < $1
            ORDER BY run_id DESC LIMIT 1) AS noted ON true
        """
    }

    /// Whether the latest run knew a page that it did not ask for.
    private static let isCarried = "(noted.run_id = $3 AND noted.verdict = 'unknown')"
    /// The row of the last run that read the page.
    private static let readID = "CASE WHEN \(isRead("former")) THEN former.id ELSE noted.read_id END"

    /// Whether a run read a page. One that a server cannot give now is not read by it, even where the job accepts such a status.
    private static func isRead(_ page: String) -> String {
        "(\(page).state = 'done' AND coalesce(\(page).status_code, 200) < 500 AND coalesce(\(page).status_code, 200) NOT IN (408, 425, 429))"
    }
}
