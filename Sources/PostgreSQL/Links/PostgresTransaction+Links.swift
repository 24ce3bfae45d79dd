internal import CrawlCore
internal import TrawlStore

/// Reading links.
extension PostgresTransaction {
    func forEachLink(_ query: LinkQuery, _ body: (LinkRow) throws -> Bool) throws {
        guard let job = try job(named: query.job), let run = try latestRun(of: job.id)?.id else { return }
        var filter = LinkFilter(query)
        if let from = query.from {
            // Pages have no index by their URLs, but the run knows its pages by their requests.
            guard let page = try self.page(from, of: run)?.row.page else { return }
            filter.add("from_page_id =", .int(page.rawValue))
        }
        try connection.forEachRow(filter.sql, filter.values) { try body(LinkRow($0)) }
    }

    func linkCount(to url: String, in run: RunID) throws -> (links: Int, pages: Int) {
        let row = try connection.run(
            """
            SELECT coalesce(sum(link_rows.count), 0)::bigint, count(DISTINCT link_rows.page_id)
            FROM {schema}.link_targets
            JOIN {schema}.link_elements ON link_elements.target_id = link_targets.id
            JOIN {schema}.link_rows ON link_rows.element_id = link_elements.id
            JOIN {schema}.pages ON pages.id = link_rows.page_id
            WHERE link_targets.url = $1 AND pages.run_id = $2
            """, [.text(url), .int(run.rawValue)]
        ).first
        return (Int(row?.int(0) ?? 0), Int(row?.int(1) ?? 0))
    }

    func way(to page: PageID) throws -> [String] {
        // UNION ends the way where pages were found on one another.
        try connection.run(
            """
            WITH RECURSIVE way (id, referrer_id, url) AS (
                SELECT id, referrer_id, url FROM {schema}.pages WHERE id = $1
                UNION
                SELECT pages.id, pages.referrer_id, pages.url FROM way JOIN {schema}.pages ON pages.id = way.referrer_id
            )
            SELECT url FROM way
            """, [.int(page.rawValue)]
        ).rows.map { $0.text(0) }.reversed()
    }

    func verdictCounts(of run: RunID) throws -> [VerdictCount] {
        try connection.run(
            """
            SELECT verdict, reason, count(*) FROM {schema}.verdicts JOIN {schema}.pages ON pages.id = verdicts.page_id
            WHERE pages.run_id = $1 GROUP BY 1, 2 ORDER BY 3 DESC, 1 NULLS FIRST, 2 NULLS FIRST
            """, [.int(run.rawValue)]
        ).rows.map { row in
            VerdictCount(
                verdict: row.optionalText(0).flatMap(LinkVerdict.init(rawValue:)),
                reason: row.optionalText(1).flatMap(LinkReason.init(rawValue:)), pages: Int(row.int(2)))
        }
    }

    func brokenReferences(of run: RunID) throws -> [(reason: LinkReason, count: Int)] {
        try connection.run(
            """
            WITH run AS (SELECT id FROM {schema}.runs WHERE id = $1 AND coalesce(spec::json ->> 'check', 'false') <> 'false'),
            broken AS (
                SELECT link_elements.id AS element_id, fragment_faults.reason, fragment_faults.page_id AS target,
                    fragment_faults.fragment
                FROM run JOIN {schema}.pages AS target ON target.run_id = run.id
                JOIN {schema}.fragment_faults ON fragment_faults.page_id = target.id AND fragment_faults.verdict = 'broken'
                JOIN {schema}.verdicts ON verdicts.page_id = target.id AND verdicts.verdict IN ('ok', 'redirected')
                JOIN {schema}.link_targets ON link_targets.url = target.url
                JOIN {schema}.link_elements ON link_elements.target_id = link_targets.id
                    AND link_elements.fragment = fragment_faults.fragment AND link_elements.reason IS NULL
                UNION ALL
                SELECT id, reason, target_id, '' FROM {schema}.link_elements WHERE reason = 'malformed')
            SELECT reason, count(*) FROM (
                SELECT DISTINCT reason, target, fragment FROM broken CROSS JOIN run
                WHERE EXISTS (
                    SELECT 1 FROM {schema}.link_rows JOIN {schema}.pages ON pages.id = link_rows.page_id
                    WHERE link_rows.element_id = broken.element_id AND pages.run_id = run.id)) AS faults
            GROUP BY 1 ORDER BY 2 DESC, 1
            """, [.int(run.rawValue)]
        ).rows.compactMap { row in
            LinkReason(rawValue: row.text(0)).map { ($0, Int(row.int(1))) }
        }
    }

    func forEachLinkFault(of run: RunID, _ body: (LinkRow) throws -> Bool) throws {
        try connection.forEachRow(Self.linkFaults, [.int(run.rawValue)]) { try body(LinkRow($0)) }
    }

    /// It begins with what is broken or unsure, and does not look at the other links. Fragments count only where the page is there.
    private static let linkFaults = """
        WITH trouble AS (
            SELECT target.id AS page_id, target.url, target.referrer_id, verdict, reason, status_code, error_kind, broken_since_at
            FROM {schema}.verdicts JOIN {schema}.pages AS target ON target.id = verdicts.page_id
            WHERE target.run_id = $1 AND verdicts.verdict IN ('broken', 'unsure')),
        faults AS (
            SELECT link_elements.id AS element_id, verdict, trouble.reason, status_code, error_kind, broken_since_at
            FROM trouble JOIN {schema}.link_targets ON link_targets.url = trouble.url
            JOIN {schema}.link_elements ON link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
            UNION ALL
            SELECT link_elements.id, fragment_faults.verdict, fragment_faults.reason, target.status_code, target.error_kind, NULL
            FROM {schema}.fragment_faults
            JOIN {schema}.pages AS target ON target.id = fragment_faults.page_id AND target.run_id = $1
            JOIN {schema}.verdicts ON verdicts.page_id = target.id AND verdicts.verdict IN ('ok', 'redirected')
            JOIN {schema}.link_targets ON link_targets.url = target.url
            JOIN {schema}.link_elements ON link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
                AND link_elements.fragment = fragment_faults.fragment
            UNION ALL
            SELECT id, 'broken', reason, NULL, NULL, NULL FROM {schema}.link_elements WHERE reason = 'malformed')
        SELECT pages.url AS from_url, link_targets.url AS to_url, element, attribute, rel, text, fragment,
            link_rows.line AS line, link_rows.count AS count, verdict, faults.reason, faults.status_code, faults.error_kind,
            faults.broken_since_at, NULL::bigint AS is_external
        FROM faults
        JOIN {schema}.link_rows ON link_rows.element_id = faults.element_id
        JOIN {schema}.pages ON pages.id = link_rows.page_id AND pages.run_id = $1
        JOIN {schema}.link_elements ON link_elements.id = faults.element_id
        JOIN {schema}.link_targets ON link_targets.id = link_elements.target_id
        UNION ALL
        SELECT coalesce(referrer.url, ''), trouble.url, CASE WHEN referrer.id IS NULL THEN 'job' ELSE 'sitemap' END,
            CASE WHEN referrer.id IS NULL THEN 'urls' ELSE 'loc' END, NULL, NULL, NULL, 0, 1, verdict, reason,
            trouble.status_code, trouble.error_kind, broken_since_at, NULL
        FROM trouble LEFT JOIN {schema}.pages AS referrer ON referrer.id = trouble.referrer_id
        WHERE NOT EXISTS (SELECT 1 FROM {schema}.verdicts WHERE same_as = trouble.page_id)
            AND NOT EXISTS (
                SELECT 1 FROM {schema}.link_targets
                JOIN {schema}.link_elements ON link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
                JOIN {schema}.link_rows ON link_rows.element_id = link_elements.id
                JOIN {schema}.pages ON pages.id = link_rows.page_id AND pages.run_id = $1
                WHERE link_targets.url = trouble.url)
        ORDER BY to_url, fragment NULLS FIRST, from_url, line
        """
}

/// A query as SQL over one of the views of links.
private struct LinkFilter {
    private let view: String
    private let order: String
    private var conditions: [String] = []
    private(set) var values: [PostgresValue] = []

    init(_ query: LinkQuery) {
        view = query.isBroken ? "broken_links" : "links"
        order =
            switch query.order {
            case .any: ""
            case .page: "ORDER BY from_page_id"
            case .target: "ORDER BY to_url, fragment NULLS FIRST, from_page_id, line"
            }
        add("job =", .text(query.job))
        if let to = query.to { add("to_url =", .text(to)) }
        // Upper and lower case are the same, as in SQLite.
        if let rel = query.rel { add("' ' || rel || ' ' ILIKE", .text("% \(rel) %"), "ESCAPE ''") }
        if query.isExternal { conditions.append("is_external = 1") }
    }

    mutating func add(_ condition: String, _ value: PostgresValue, _ rest: String = "") {
        values.append(value)
        conditions.append("\(condition) $\(values.count) \(rest)")
    }

    /// The columns that ``LinkRow`` is read from.
    var sql: String {
        """
        SELECT from_url, to_url, element, attribute, rel, text, fragment, line, count, verdict, reason, status_code, error_kind,
            broken_since_at, is_external
        FROM {schema}.\(view) WHERE \(conditions.joined(separator: " AND ")) \(order)
        """
    }
}

extension LinkRow {
    fileprivate init(_ row: PostgresRow) {
        self.init(
            from: row.text(0), to: row.text(1), element: row.text(2), attribute: row.text(3),
            line: Int(row.int(7)),
            count: Int(row.int(8)))
        rel = row.optionalText(4)
        text = row.optionalText(5)
        fragment = row.optionalText(6)
        verdict = row.optionalText(9)
        reason = row.optionalText(10)
        statusCode = row.optionalInt(11).map(Int.init)
        errorKind = row.optionalText(12)
        brokenSince = row.optionalInt(13)
        isExternal = row.optionalInt(14).map { $0 != 0 }
    }
}
