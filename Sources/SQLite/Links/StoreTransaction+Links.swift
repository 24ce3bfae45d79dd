package import CrawlCore
internal import GRDB
package import TrawlStore

/// Reading links.
extension StoreTransaction {
    /// Hands over links of a job's latest run, one by one; none is kept.
    package func forEachLink(_ query: LinkQuery, _ body: (LinkRow) throws -> Bool) throws {
        var conditions = ["job = ?"]
        var arguments: [String] = [query.job]
        if let from = query.from {
            conditions.append("from_url = ?")
            arguments.append(from)
        }
        if let to = query.to {
            conditions.append("to_url = ?")
            arguments.append(to)
        }
        if let rel = query.rel {
            conditions.append("' ' || rel || ' ' LIKE '% ' || ? || ' %'")
            arguments.append(rel)
        }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT * FROM \(query.isBroken ? "broken_links" : "links") WHERE \(conditions.joined(separator: " AND "))
                \(query.isGrouped ? "ORDER BY to_url, fragment, from_page_id, line" : "")
                """, arguments: StatementArguments(arguments))
        while let row = try rows.next() {
            guard try body(LinkRow(row)) else { return }
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
    }
}
