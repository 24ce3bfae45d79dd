internal import CrawlCore
internal import TrawlStore

/// Writing rows of pages that were found. Each statement fails where a row is not as it was read.
extension PostgresPipeline {
    /// Queues making and looking up the rows of hosts. New ones get ids in the order given.
    func sendHosts(_ keys: [String], _ take: @escaping (String, HostID) -> Void) throws {
        try send(
            """
            WITH made AS MATERIALIZED (
                SELECT key, nextval('{schema}.host_ids') AS id FROM (
                    SELECT key FROM unnest($1::text[]) WITH ORDINALITY AS wish(key, place)
                    WHERE NOT EXISTS (SELECT 1 FROM {schema}.hosts WHERE hosts.host = key)
                    ORDER BY place) AS missing)
            INSERT INTO {schema}.hosts (id, host) SELECT id, key FROM made ORDER BY key
            ON CONFLICT (host) DO NOTHING
            """, [.texts(keys)])
        try send("SELECT id, host FROM {schema}.hosts WHERE host = ANY($1)", [.texts(keys)]) { result in
            for row in result.rows { take(row.text(1), HostID(rawValue: row.int(0))) }
        }
    }

    /// Reads the rows of URLs by their keys. A key that another request has is salted, and looked up once more.
    ///
    /// - Returns: the rows by their URLs, and the keys of URLs that have no row.
    func rows(of urls: [String], in run: RunID) throws -> ([String: FoundRow], [String: Int64]) {
        var found: [String: FoundRow] = [:]
        var free: [String: Int64] = [:]
        var rest = urls
        var salt: UInt64 = 0
        while !rest.isEmpty {
            let keys = rest.map { URLKey(method: "GET", url: $0, salt: salt).rawValue }
            var rows: [Int64: FoundRow] = [:]
            try send(
                "SELECT \(FoundRow.columns) FROM {schema}.pages WHERE run_id = $1 AND url_key = ANY($2)",
                [.int(run.rawValue), .ints(keys.sorted())]
            ) { result in
                for row in result.rows { rows[row.int(0)] = FoundRow(row) }
            }
            try flush()
            var collided: [String] = []
            for (url, key) in zip(rest, keys) {
                if let row = rows[key] {
                    if row.url == url { found[url] = row } else { collided.append(url) }
                } else {
                    free[url] = key
                }
            }
            rest = collided
            salt += 1
        }
        return (found, free)
    }

    /// Queues reading how many pages hosts have in a run. Nobody else counts pages of them before the transaction ends.
    func sendPlaces(
        _ keys: [String], of run: RunID, _ take: @escaping ([HostID: Int64]) -> Void
    ) throws {
        let keys = PostgresValue.texts(Set(keys).sorted())
        try send(
            """
            INSERT INTO {schema}.host_pages (run_id, host_id, pages)
            SELECT $1, id, 0 FROM {schema}.hosts WHERE host = ANY($2) ORDER BY id ON CONFLICT DO NOTHING
            """, [.int(run.rawValue), keys])
        try send(
            """
            SELECT host_id, pages FROM {schema}.host_pages
            WHERE run_id = $1 AND host_id IN (SELECT id FROM {schema}.hosts WHERE host = ANY($2))
            ORDER BY host_id FOR UPDATE
            """, [.int(run.rawValue), keys]
        ) { result in
            take(
                Dictionary(result.rows.map { (HostID(rawValue: $0.int(0)), $0.int(1)) }) { first, _ in first }
            )
        }
    }

    /// Queues counting more pages of hosts.
    func take(_ taken: [HostID: Int64], of run: RunID) throws {
        guard !taken.isEmpty else { return }
        let taken = taken.sorted { $0.key.rawValue < $1.key.rawValue }
        try send(
            """
            UPDATE {schema}.host_pages SET pages = host_pages.pages + o.pages
            FROM unnest($2::bigint[], $3::bigint[]) AS o(host, pages)
            WHERE host_pages.run_id = $1 AND host_pages.host_id = o.host
            """, [.int(run.rawValue), .ints(taken.map(\.key.rawValue)), .ints(taken.map(\.value))])
    }

    /// Queues holding the rows of hosts in the frontier, so that none of them is said to have no pages before the transaction ends.
    func hold(_ hosts: [Int64], of run: RunID, runner: RunnerID?) throws {
        guard !hosts.isEmpty else { return }
        try send(
            """
            INSERT INTO {schema}.frontier (run_id, host_id, runner_id)
            SELECT $1, id, CASE WHEN runner_id = $3 THEN $3 END FROM {schema}.hosts WHERE id = ANY($2) ORDER BY id
            ON CONFLICT DO NOTHING
            """, [.int(run.rawValue), .ints(hosts), .int(runner?.rawValue)])
        try send(
            """
            SELECT 1 FROM {schema}.frontier WHERE run_id = $1 AND host_id = ANY($2) ORDER BY host_id FOR KEY SHARE
            """, [.int(run.rawValue), .ints(hosts)])
    }

    /// Queues saying that hosts have pages that are due.
    func wake(_ hosts: [Int64], of run: RunID) throws {
        guard !hosts.isEmpty else { return }
        try send(
            """
            UPDATE {schema}.frontier SET due_at = 0 FROM (
                SELECT run_id, host_id FROM {schema}.frontier
                WHERE run_id = $1 AND host_id = ANY($2) AND (due_at IS NULL OR due_at > 0)
                ORDER BY host_id FOR NO KEY UPDATE) AS idle
            WHERE frontier.run_id = idle.run_id AND frontier.host_id = idle.host_id
            """, [.int(run.rawValue), .ints(hosts)])
    }

    /// Queues making pages.
    func insert(_ rows: [FoundRow], into run: RunID) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.newKey < $1.newKey }
        try send(
            """
            WITH made AS (
                INSERT INTO {schema}.pages (id, run_id, host_id, url_key, url, depth, rank, referrer_id, kind, lastmod_at,
                    priority, state, skip_reason, method, error)
                SELECT id, $1, host, key, url, depth, rank, referrer, kind, lastmod, priority, state, reason, method, error
                FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
                    $9::text[], $10::bigint[], $11::float8[], $12::text[], $13::text[], $14::text[], $15::text[])
                    AS o(id, host, key, url, depth, rank, referrer, kind, lastmod, priority, state, reason, method, error)
                ON CONFLICT (run_id, url_key) DO NOTHING RETURNING 1)
            SELECT sqrt(count(*) - $16::bigint) FROM made
            """,
            [
                .int(run.rawValue), .ints(rows.map(\.id)), .ints(rows.map(\.host)), .ints(rows.map(\.newKey)),
                .texts(rows.map(\.url)), .ints(rows.map { Int64($0.depth) }),
                .ints(rows.map { Int64($0.rank) }), .ints(rows.map(\.referrer)), .texts(rows.map(\.kind)),
                .ints(rows.map(\.lastModified)), .reals(rows.map(\.priority)), .texts(rows.map(\.state)),
                .texts(rows.map(\.skipReason)), .texts(rows.map(\.method)), .texts(rows.map(\.error)),
                .int(Int64(rows.count)),
            ])
    }

    /// Queues making rows of checks that an earlier run has found to be fine.
    func copy(_ rows: [FoundRow], into run: RunID) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.newKey < $1.newKey }
        let (ids, formers) = (rows.map(\.id), rows.map(\.formerPage))
        try send(
            """
            WITH made AS (
                INSERT INTO {schema}.pages (id, run_id, host_id, url_key, url, depth, rank, referrer_id, kind, state, method,
                    status_code, content_type, final_url, num_redirects, etag, last_modified, fetched_at)
                SELECT o.id, $1, o.host, o.key, known.url, o.depth, o.rank, o.referrer, 'check', 'done', known.method,
                    known.status_code, known.content_type, known.final_url, known.num_redirects, known.etag,
                    known.last_modified, known.fetched_at
                FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
                    AS o(id, host, key, depth, rank, referrer, former)
                JOIN {schema}.pages AS known ON known.id = o.former ORDER BY o.key
                ON CONFLICT (run_id, url_key) DO NOTHING RETURNING 1)
            SELECT sqrt(count(*) - $9::bigint) FROM made
            """,
            [
                .int(run.rawValue), .ints(ids), .ints(rows.map(\.host)), .ints(rows.map(\.newKey)),
                .ints(rows.map { Int64($0.depth) }), .ints(rows.map { Int64($0.rank) }),
                .ints(rows.map(\.referrer)), .ints(formers), .int(Int64(rows.count)),
            ])
        for (table, columns) in [
            ("verdicts", "verdict, reason, broken_since_at, checked_at"), ("page_places", "hashes, is_cut"),
        ] {
            try send(
                """
                INSERT INTO {schema}.\(table) (page_id, \(columns))
                SELECT o.id, \(columns) FROM unnest($1::bigint[], $2::bigint[]) AS o(id, former)
                JOIN {schema}.\(table) ON page_id = o.former ON CONFLICT (page_id) DO NOTHING
                """, [.ints(ids), .ints(formers)])
        }
    }

    /// Queues shorter ways to pages.
    func lift(_ rows: [FoundRow]) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.id < $1.id }
        try send(
            """
            WITH o AS (
                SELECT o.*, pages.state FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
                    AS o(id, depth, rank, referrer)
                JOIN {schema}.pages ON pages.id = o.id ORDER BY o.id FOR NO KEY UPDATE OF pages)
            UPDATE {schema}.pages SET depth = o.depth, referrer_id = o.referrer,
                rank = CASE WHEN o.state = 'pending' THEN o.rank ELSE pages.rank END
            FROM o WHERE pages.id = o.id AND pages.depth > o.depth
            """,
            [
                .ints(rows.map(\.id)), .ints(rows.map { Int64($0.depth) }),
                .ints(rows.map { Int64($0.rank) }), .ints(rows.map(\.referrer)),
            ])
    }

    /// Queues new states of pages that are still in those in which they were read.
    func rewrite(_ rows: [FoundRow]) throws {
        guard !rows.isEmpty else { return }
        let rows = rows.sorted { $0.id < $1.id }
        try send(
            """
            WITH changed AS (
                UPDATE {schema}.pages AS p SET state = o.state, skip_reason = o.reason, host_id = o.host, depth = o.depth,
                    rank = o.rank, referrer_id = o.referrer, kind = o.kind, method = o.method,
                    attempts = CASE WHEN o.is_reset THEN 0 ELSE p.attempts END,
                    not_before = CASE WHEN o.is_reset THEN 0 ELSE p.not_before END,
                    error_kind = CASE WHEN o.is_reset THEN NULL ELSE p.error_kind END,
                    error = CASE WHEN o.is_reset THEN NULL ELSE coalesce(o.error, p.error) END
                FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                    $8::text[], $9::text[], $10::boolean[], $11::text[], $12::text[], $13::text[], $14::text[])
                    AS o(id, state, reason, host, depth, rank, referrer, kind, method, is_reset, error, old_state, old_kind,
                        old_reason)
                WHERE p.id = o.id AND p.state = o.old_state AND p.kind IS NOT DISTINCT FROM o.old_kind
                    AND p.skip_reason IS NOT DISTINCT FROM o.old_reason
                RETURNING 1)
            SELECT sqrt(count(*) - $15::bigint) FROM changed
            """,
            [
                .ints(rows.map(\.id)), .texts(rows.map(\.state)), .texts(rows.map(\.skipReason)),
                .ints(rows.map(\.host)), .ints(rows.map { Int64($0.depth) }),
                .ints(rows.map { Int64($0.rank) }), .ints(rows.map(\.referrer)), .texts(rows.map(\.kind)),
                .texts(rows.map(\.method)), .bools(rows.map(\.isReset)), .texts(rows.map(\.error)),
                .texts(rows.map { $0.before?.state }), .texts(rows.map { $0.before?.kind }),
                .texts(rows.map { $0.before?.skipReason }), .int(Int64(rows.count)),
            ])
    }

    /// Queues where pages lead.
    func keep(_ links: [PageID: PageIDList]) throws {
        guard !links.isEmpty else { return }
        let links = links.sorted { $0.key.rawValue < $1.key.rawValue }
        try send(
            """
            INSERT INTO {schema}.page_links (page_id, targets)
            SELECT page, targets FROM unnest($1::bigint[], $2::bytea[]) AS o(page, targets)
            ON CONFLICT (page_id) DO UPDATE SET targets = excluded.targets
            """, [.ints(links.map(\.key.rawValue)), .blobs(links.map(\.value.bytes))])
    }

    /// Queues how much of sitemaps was read.
    func keep(_ sitemaps: [PageID: SitemapCounts]) throws {
        guard !sitemaps.isEmpty else { return }
        let sitemaps = sitemaps.sorted { $0.key.rawValue < $1.key.rawValue }
        try send(
            """
            INSERT INTO {schema}.sitemaps (page_id, entries, entries_left_out)
            SELECT page, entries, left_out FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS o(page, entries, left_out)
            ON CONFLICT (page_id) DO UPDATE SET entries = excluded.entries, entries_left_out = excluded.entries_left_out
            """,
            [
                .ints(sitemaps.map(\.key.rawValue)), .ints(sitemaps.map { Int64($0.value.entries) }),
                .ints(sitemaps.map { Int64($0.value.leftOut) }),
            ])
    }
}

extension FoundRow {
    /// The key of a row that is new.
    fileprivate var newKey: Int64 {
        switch change {
        case .insert(let key), .copy(let key, _): key
        case .none, .lift, .rewrite: 0
        }
    }

    /// The page of which a row is a copy.
    fileprivate var formerPage: Int64 { if case .copy(_, let page) = change { page } else { 0 } }

    fileprivate var before: Before? { if case .rewrite(let before) = change { before } else { nil } }
}
