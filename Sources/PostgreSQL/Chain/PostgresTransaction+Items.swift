internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func forEachItem(of run: RunID, _ body: (ItemRow) throws -> Void) throws {
        try connection.forEachRow(
            """
            SELECT pages.name, coalesce(page_chains.number, 1) AS page, pages.id, position, item_rows.key, item_rows.value, page_inputs.input
            FROM {schema}.pages JOIN {schema}.item_rows ON item_rows.page_id = pages.id
            LEFT JOIN {schema}.page_chains ON page_chains.page_id = pages.id
            LEFT JOIN {schema}.page_inputs ON page_inputs.page_id = coalesce(page_chains.first_page_id, pages.id)
            WHERE pages.run_id = $1 AND pages.state = 'done'
            ORDER BY coalesce(page_chains.first_page_id, pages.id), coalesce(page_chains.restarts, 0), page, pages.id, item_rows.id
            """, [.int(run.rawValue)]
        ) { row in
            var item = ItemRow(
                name: row.optionalText(0), page: Int(row.int(1)), pageID: PageID(rawValue: row.int(2)),
                position: Int(row.int(3)), key: row.optionalText(4), value: row.text(5))
            item.input = row.optionalText(6)
            try body(item)
            return true
        }
    }

    func incompleteNames(of run: RunID) throws -> Set<String> {
        var names: Set<String> = []
        try connection.forEachRow(
            """
            SELECT DISTINCT name FROM {schema}.pages
            WHERE run_id = $1 AND name IS NOT NULL
                AND (state = 'failed' OR state = 'skipped' AND skip_reason <> 'duplicate')
            """, [.int(run.rawValue)]
        ) { row in
            names.insert(row.text(0))
            return true
        }
        return names
    }

    func cappedNames(of run: RunID) throws -> Set<String> {
        var names: Set<String> = []
        try connection.forEachRow(
            """
            SELECT DISTINCT coalesce(name, url) FROM {schema}.pages
            JOIN {schema}.page_chains ON page_chains.page_id = pages.id
            WHERE run_id = $1 AND skip_reason = 'limit'
            """, [.int(run.rawValue)]
        ) { row in
            names.insert(row.text(0))
            return true
        }
        return names
    }

    func keepMarks(_ marks: String, of run: RunID) throws {
        _ = try connection.run(
            "UPDATE {schema}.runs SET marks = $2 WHERE id = $1", [.int(run.rawValue), .text(marks)])
    }
}
