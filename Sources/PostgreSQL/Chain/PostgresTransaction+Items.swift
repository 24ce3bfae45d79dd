internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func forEachItem(of run: RunID, _ body: (ItemRow) throws -> Void) throws {
        try connection.forEachRow(
            """
            SELECT pages.name, coalesce(page_chains.number, 1) AS page, pages.id, position, item_rows.key, item_rows.value
            FROM {schema}.pages JOIN {schema}.item_rows ON item_rows.page_id = pages.id
            LEFT JOIN {schema}.page_chains ON page_chains.page_id = pages.id
            WHERE pages.run_id = $1 AND pages.state = 'done'
            ORDER BY coalesce(page_chains.first_page_id, pages.id), coalesce(page_chains.restarts, 0), page, pages.id, item_rows.id
            """, [.int(run.rawValue)]
        ) { row in
            try body(
                ItemRow(
                    name: row.optionalText(0), page: Int(row.int(1)), pageID: PageID(rawValue: row.int(2)),
                    position: Int(row.int(3)), key: row.optionalText(4), value: row.text(5)))
            return true
        }
    }
}
