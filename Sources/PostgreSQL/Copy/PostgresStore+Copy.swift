package import TrawlStore

extension PostgresStore: CopySource, CopyTarget {
    package func copying(_ body: (any CopyReader) throws -> Void) throws(StoreError) {
        try transaction(.read, tries: 1) { try body(PostgresCopy(connection: $0.connection)) }
    }

    package func receiving(_ body: (any CopyWriter) throws -> Void) throws(StoreError) {
        // One transaction: a target that is not whole is empty.
        try transaction(.write(statement: 0, lock: 60_000, idle: 0), tries: 1) { transaction in
            let copy = PostgresCopy(connection: transaction.connection)
            try copy.checkEmpty(name: url.description)
            try body(copy)
            try copy.complete()
        }
    }
}

/// Reads and writes whole tables.
private struct PostgresCopy: CopyReader, CopyWriter {
    let connection: PostgresConnection

    // MARK: Reading

    func forEachRow(of table: CopiedTable, _ body: ([CopiedValue]) throws -> Void) throws {
        let columns = table.columns.map { PostgresCopy.expression($0.name, in: table.name) }
        try connection.forEachRow(
            """
            SELECT \(columns.joined(separator: ", ")) FROM \(PostgresCopy.source(table.name)) ORDER BY \(PostgresCopy.order(table))
            """
        ) { row in
            try body(
                table.columns.enumerated().map { place, column in
                    guard !row.isNull(place) else { return .null }
                    switch column.type {
                    case .int: return .int(row.int(place))
                    case .real: return .real(row.real(place))
                    case .text: return .text(row.text(place))
                    case .bytes: return .bytes(row.bytes(place))
                    }
                })
            return true
        }
    }

    /// Where the rows of a table come from: what several runners have counted is one sum elsewhere.
    private static func source(_ table: String) -> String {
        switch table {
        case "runs": "{schema}.runs AS t JOIN {schema}.run_counters AS counted ON counted.run_id = t.id"
        case "skipped_links":
            "(SELECT run_id, reason, sum(links)::bigint AS links FROM {schema}.skipped_links GROUP BY run_id, reason) AS t"
        default: "{schema}.\(table) AS t"
        }
    }

    private static func expression(_ column: String, in table: String) -> String {
        let isCounted =
            column.hasPrefix("pages_")
            || ["requests", "request_time_us", "size_download", "elapsed_ms"].contains(column)
        switch table {
        case "runs" where isCounted: return "counted.\(column)"
        // Each runner counts its own from 1.
        case "batches" where column == "number":
            return "row_number() OVER (PARTITION BY t.run_id ORDER BY t.id)"
        default: return "t.\(column)"
        }
    }

    private static func order(_ table: CopiedTable) -> String {
        let names = Set(table.columns.map(\.name))
        if names.contains("id") { return "t.id" }
        return ["host_id", "run_id", "page_id", "job_id", "number", "element_id", "fragment", "reason"]
            .filter(names.contains).map { "t.\($0)" }.joined(separator: ", ")
    }

    // MARK: Writing

    func checkEmpty(name: String) throws {
        // Nobody begins a run there meanwhile.
        try connection.send(
            "LOCK TABLE {schema}.jobs, {schema}.runs, {schema}.hosts IN SHARE ROW EXCLUSIVE MODE")
        let found = try connection.run(
            """
            SELECT EXISTS (SELECT 1 FROM {schema}.jobs) OR EXISTS (SELECT 1 FROM {schema}.runs)
                OR EXISTS (SELECT 1 FROM {schema}.hosts) OR EXISTS (SELECT 1 FROM {schema}.pages)
            """
        ).first?.bool(0)
        guard found == false else {
            throw StoreError(
                .other, "\(name) has jobs or hosts already; name an empty schema with schema= in the URL")
        }
    }

    func insert(_ rows: [[CopiedValue]], into table: CopiedTable) throws {
        let values = table.columns.enumerated().map { place, column -> PostgresValue in
            switch column.type {
            case .int: .ints(rows.map { if case .int(let value) = $0[place] { value } else { nil } })
            case .real:
                .reals(
                    rows.map { row in
                        switch row[place] {
                        case .real(let value): value
                        case .int(let value): Double(value)
                        default: nil
                        }
                    })
            case .text: .texts(rows.map { if case .text(let value) = $0[place] { value } else { nil } })
            case .bytes: .blobs(rows.map { if case .bytes(let value) = $0[place] { value } else { nil } })
            }
        }
        let names = table.columns.map { $0.name }.joined(separator: ", ")
        let places = (1...values.count).map { "$\($0)" }.joined(separator: ", ")
        _ = try connection.run(
            "INSERT INTO {schema}.\(table.name) (\(names)) SELECT * FROM unnest(\(places))", values)
    }

    /// Makes what is not copied: where runners find hosts, and the numbers that are given next.
    func complete() throws {
        try connection.send(
            """
            INSERT INTO {schema}.frontier (run_id, host_id, due_at)
            SELECT run_id, host_id, min(not_before) FROM {schema}.pages WHERE state = 'pending' GROUP BY run_id, host_id
            """)
        for table in [
            "jobs", "runs", "attempts", "unread_pages", "link_targets", "link_elements", "bodies",
            "item_rows", "starts",
        ] {
            try connection.send(
                """
                SELECT setval(pg_get_serial_sequence('{schema}.\(table)', 'id'), max(id)) FROM {schema}.\(table)
                HAVING max(id) IS NOT NULL
                """)
        }
        for (table, sequence) in [("hosts", "host_ids"), ("pages", "page_ids"), ("batches", "batch_ids")] {
            try connection.send(
                "SELECT setval('{schema}.\(sequence)', max(id)) FROM {schema}.\(table) HAVING max(id) IS NOT NULL"
            )
        }
        try connection.flush()
    }
}
