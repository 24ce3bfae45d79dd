package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Keeps the items of a page.
    ///
    /// - Parameter kept: gets each of them.
    func keep(_ items: any ItemList, of page: PageID, _ kept: (String) throws -> Void) throws {
        let insert = try RawStatement(
            database, "INSERT INTO item_rows (page_id, position, key, value) VALUES (?, ?, ?, ?)")
        var position: Int64 = 0
        try items.forEach { key, value in
            position += 1
            insert.bind(1, page.rawValue)
            insert.bind(2, position)
            insert.bind(3, key)
            insert.bind(4, value)
            try insert.run()
            try kept(value)
        }
    }

    /// Deletes the items of all pages of a chain, as its list is read again.
    func deleteItems(ofChain first: PageID) throws {
        try database.cachedStatement(
            sql: """
                DELETE FROM item_rows WHERE page_id = ?1
                    OR page_id IN (SELECT page_id FROM page_chains WHERE first_page_id = ?1)
                """
        ).execute(arguments: [first.rawValue])
    }

    /// The place of a page in its chain; nil for a page that begins one, or is in none.
    func chainPlace(of page: PageID) throws -> ChainPlace? {
        try Row.fetchOne(
            database.cachedStatement(sql: "SELECT * FROM page_chains WHERE page_id = ?"),
            arguments: [page.rawValue]
        ).map { row in
            var place = ChainPlace(
                first: PageID(rawValue: row["first_page_id"]), number: row["number"],
                firstURL: row["first_url"])
            place.restarts = row["restarts"]
            place.itemsBefore = row["items_before"]
            place.planned = row["planned"]
            place.total = row["total"]
            place.size = row["size"]
            place.before = row["digest_before"]
            return place
        }
    }

    /// Hands over the items of a run, in the order of the job's requests, of their pages, and of the items there.
    package func forEachItem(of run: RunID, _ body: (ItemRow) throws -> Void) throws {
        let pages = try Row.fetchCursor(
            database,
            sql: """
                SELECT pages.id, pages.name, coalesce(page_chains.number, 1) AS page, page_inputs.input AS input FROM runs
                JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id
                LEFT JOIN page_chains ON page_chains.page_id = pages.id
                LEFT JOIN page_inputs ON page_inputs.page_id = coalesce(page_chains.first_page_id, pages.id)
                WHERE runs.id = ? AND pages.state = 'done'
                ORDER BY coalesce(page_chains.first_page_id, pages.id), coalesce(page_chains.restarts, 0), page, pages.id
                """,
            arguments: [run.rawValue])
        let items = try RawStatement(
            database, "SELECT position, key, value FROM item_rows WHERE page_id = ? ORDER BY id")
        while let page = try pages.next() {
            let (id, name, number): (Int64, String?, Int) = (page["id"], page["name"], page["page"])
            let input: String? = page["input"]
            items.bind(1, id)
            try items.forEachRow { row in
                var item = ItemRow(
                    name: name, page: number, pageID: PageID(rawValue: id), position: Int(row.integer(0)),
                    key: row.text(1), value: row.text(2) ?? "null")
                item.input = input
                try body(item)
                return true
            }
        }
    }

    /// The names of a run's requests of which a page failed, or was left out.
    package func incompleteNames(of run: RunID) throws -> Set<String> {
        try Set(
            String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT name FROM runs
                    JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id
                    WHERE runs.id = ? AND pages.name IS NOT NULL
                        AND (pages.state = 'failed' OR pages.state = 'skipped' AND skip_reason <> 'duplicate')
                    """, arguments: [run.rawValue]))
    }

    /// The names of a run's requests whose lists have more pages than they may.
    package func cappedNames(of run: RunID) throws -> Set<String> {
        try Set(
            String.fetchAll(
                database,
                sql: """
                    SELECT DISTINCT coalesce(name, url) FROM runs
                    JOIN pages ON pages.id BETWEEN runs.first_page_id AND runs.last_page_id AND +pages.run_id = runs.id
                    JOIN page_chains ON page_chains.page_id = pages.id
                    WHERE runs.id = ? AND skip_reason = 'limit'
                    """, arguments: [run.rawValue]))
    }

    /// Keeps the largest values that the runs before have had.
    package func keepMarks(_ marks: String, of run: RunID) throws {
        try database.execute(
            sql: "UPDATE runs SET marks = ? WHERE id = ?", arguments: [marks, run.rawValue])
    }
}
