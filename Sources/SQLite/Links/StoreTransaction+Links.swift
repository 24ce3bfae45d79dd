package import CrawlCore
internal import GRDB
package import TrawlStore

/// Reading links.
extension StoreTransaction {
    /// Hands over links of a job's latest run, one by one; none is kept.
    package func forEachLink(_ query: LinkQuery, _ body: (LinkRow) throws -> Bool) throws {
        guard let run = try latestRunID(ofJob: query.job) else { return }
        var filter = LinkFilter(query)
        if let from = query.from {
            // Pages have no index by their URLs, but the run knows its pages by their requests.
            guard let page = try self.page(from, of: run)?.row.page else { return }
            filter.add("from_page_id = ?", page.rawValue)
        } else if query.order == .page, !query.isBroken, query.to == nil {
            return try forEachPage(of: run) { page in
                var filter = filter
                filter.add("from_page_id = ?", page)
                return try forEachLink(filter, body)
            }
        }
        _ = try forEachLink(filter, body)
    }

    /// - Returns: false where `body` did, which ends it.
    private func forEachLink(_ filter: LinkFilter, _ body: (LinkRow) throws -> Bool) throws -> Bool {
        let statement = try database.cachedStatement(sql: filter.sql)
        let rows = try Row.fetchCursor(statement, arguments: StatementArguments(filter.arguments))
        while let row = try rows.next() {
            guard try body(LinkRow(row)) else { return false }
        }
        return true
    }

    private func forEachPage(of run: RunID, _ body: (Int64) throws -> Bool) throws {
        let pages = try Int64.fetchCursor(
            database, sql: "SELECT id FROM pages WHERE run_id = ? ORDER BY id", arguments: [run.rawValue])
        while let page = try pages.next() {
            guard try body(page) else { return }
        }
    }

    private func latestRunID(ofJob name: String) throws -> RunID? {
        try job(named: name).flatMap { try latestRun(of: $0.id)?.id }
    }

    /// How many links of a run lead to a URL, and how many pages have them.
    package func linkCount(to url: String, in run: RunID) throws -> (links: Int, pages: Int) {
        let count = try RawStatement(
            database,
            """
            SELECT coalesce(sum(link_rows.count), 0), count(DISTINCT link_rows.page_id) FROM link_targets
            CROSS JOIN link_elements ON link_elements.target_id = link_targets.id
            CROSS JOIN link_rows ON link_rows.element_id = link_elements.id
            CROSS JOIN pages ON pages.id = link_rows.page_id
            WHERE link_targets.url = ?1 AND +pages.run_id = ?2
            """)
        count.bind(1, url)
        count.bind(2, run.rawValue)
        return try count.firstRow { (Int($0.integer(0)), Int($0.integer(1))) } ?? (0, 0)
    }

    /// The pages on the way to a page, by what each was first found on.
    package func way(to page: PageID) throws -> [String] {
        // UNION ends the way where pages were found on one another.
        let pages = try RawStatement(
            database,
            """
            WITH RECURSIVE way (id, referrer_id, url) AS (
                SELECT id, referrer_id, url FROM pages WHERE id = ?
                UNION
                SELECT pages.id, pages.referrer_id, pages.url FROM way JOIN pages ON pages.id = way.referrer_id
            )
            SELECT url FROM way
            """)
        pages.bind(1, page.rawValue)
        var way: [String] = []
        try pages.forEachRow { row in
            way.append(row.text(0) ?? "")
            return true
        }
        return way.reversed()
    }

    /// How many things that a run's pages refer to are broken though no page of the run is, by reason.
    package func brokenReferences(of run: RunID) throws -> [(reason: LinkReason, count: Int)] {
        try Row.fetchAll(
            database,
            sql: """
                WITH run AS (SELECT * FROM runs WHERE id = ?1 AND coalesce(json_extract(spec, '$.check'), 0) <> 0),
                broken AS (
                    SELECT link_elements.id AS element_id, fragment_faults.reason, fragment_faults.page_id AS target, fragment
                    FROM run CROSS JOIN fragment_faults CROSS JOIN pages AS target CROSS JOIN verdicts CROSS JOIN link_targets
                    CROSS JOIN link_elements USING (fragment)
                    WHERE fragment_faults.page_id BETWEEN run.first_page_id AND run.last_page_id
                        AND fragment_faults.verdict = 'broken'
                        AND target.id = fragment_faults.page_id AND target.run_id = run.id AND verdicts.page_id = target.id
                        AND verdicts.verdict IN ('ok', 'redirected') AND link_targets.url = target.url
                        AND link_elements.target_id = link_targets.id AND link_elements.reason IS NULL
                    UNION ALL
                    SELECT id, reason, target_id, '' FROM link_elements WHERE reason = 'malformed')
                SELECT reason, count(*) AS count FROM (
                    SELECT DISTINCT reason, target, fragment FROM broken CROSS JOIN run
                    WHERE EXISTS (
                        SELECT 1 FROM link_rows CROSS JOIN pages
                        WHERE link_rows.element_id = broken.element_id
                            AND link_rows.page_id BETWEEN run.first_page_id AND run.last_page_id
                            AND pages.id = link_rows.page_id AND +pages.run_id = run.id))
                GROUP BY 1 ORDER BY 2 DESC, 1
                """, arguments: [run.rawValue]
        ).compactMap { row in
            LinkReason(rawValue: row["reason"]).map { ($0, row["count"]) }
        }
    }

    /// How many pages of a run have which verdict, the most frequent first.
    package func verdictCounts(of run: RunID) throws -> [VerdictCount] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT verdict, reason, count(*) AS pages FROM runs
                JOIN verdicts ON page_id BETWEEN first_page_id AND last_page_id
                JOIN pages ON pages.id = page_id AND +pages.run_id = runs.id
                WHERE runs.id = ? GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
                """, arguments: [run.rawValue]
        ).map { row in
            VerdictCount(
                verdict: (row["verdict"] as String?).flatMap(LinkVerdict.init(rawValue:)),
                reason: (row["reason"] as String?).flatMap(LinkReason.init(rawValue:)), pages: row["pages"])
        }
    }
}

/// A query as SQL over one of the views of links.
private struct LinkFilter {
    private let view: String
    private let order: String
    private var conditions: [String] = []
    private(set) var arguments: [any DatabaseValueConvertible] = []

    init(_ query: LinkQuery) {
        view = query.isBroken ? "broken_links" : "links"
        order =
            switch query.order {
            case .any: ""
            case .page: "ORDER BY from_page_id"
            case .target: "ORDER BY to_url, fragment, from_page_id, line"
            }
        add("job = ?", query.job)
        if let to = query.to { add("to_url = ?", to) }
        if let rel = query.rel { add("' ' || rel || ' ' LIKE '% ' || ? || ' %'", rel) }
        if query.isExternal { conditions.append("is_external = 1") }
    }

    mutating func add(_ condition: String, _ argument: any DatabaseValueConvertible) {
        conditions.append(condition)
        arguments.append(argument)
    }

    var sql: String { "SELECT * FROM \(view) WHERE \(conditions.joined(separator: " AND ")) \(order)" }
}

extension LinkRow {
    /// A row of the view `links`, or of a query with its columns.
    init(_ row: Row) {
        self.init(
            from: row["from_url"], to: row["to_url"], element: row["element"], attribute: row["attribute"],
            line: row["line"], count: row["count"])
        rel = row["rel"]
        text = row["text"]
        fragment = row["fragment"]
        verdict = row["verdict"]
        reason = row["reason"]
        statusCode = row["status_code"]
        errorKind = row["error_kind"]
        brokenSince = row["broken_since_at"]
        isExternal = row["is_external"]
    }
}
