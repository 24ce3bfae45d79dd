internal import CrawlCore
internal import TrawlStore

extension PostgresTransaction {
    func check(condition: String) throws {
        do {
            // In parentheses a second statement is a mistake of syntax. It is read, and not carried out.
            _ = try connection.run(
                "SELECT 1 FROM {schema}.all_results WHERE (\n\(condition)\n) LIMIT 0", isPrepared: false)
        } catch let failure as PostgresFailure where failure.isAboutCondition {
            throw StoreError(condition: failure)
        }
    }

    func forEachResult(
        of run: RunID, _ filter: ResultFilter, after page: PageID?, limit: Int?, withBodies: Bool,
        _ body: (ResultRow) throws -> Void
    ) throws {
        if let limit, limit <= 0 { return }
        do {
            try connection.forEachRow(
                """
                \(ResultRow.sql) WHERE pages.run_id = $1 AND pages.id > $2
                \(filter.sql(of: run).map { "AND \($0)" } ?? "") ORDER BY pages.id LIMIT $3
                """,
                [.int(run.rawValue), .int(page?.rawValue ?? .min), .int(limit.map(Int64.init))]
            ) { row in
                var result = ResultRow(row)
                if withBodies, let id = row.optionalInt(ResultRow.bodyColumn) {
                    result.body = try self.body(id)
                }
                try body(result)
                return true
            }
        } catch let failure as PostgresFailure where filter.condition != nil && failure.isAboutCondition {
            throw StoreError(condition: failure)
        }
    }

    func referrers(of pages: [PageID]) throws -> [PageID: String] {
        guard !pages.isEmpty else { return [:] }
        let rows = try connection.run(
            """
            SELECT pages.id, referrers.url FROM {schema}.pages
            JOIN {schema}.pages AS referrers ON referrers.id = pages.referrer_id WHERE pages.id = ANY ($1)
            """, [.ints(pages.map(\.rawValue))]
        ).rows
        return Dictionary(uniqueKeysWithValues: rows.map { (PageID(rawValue: $0.int(0)), $0.text(1)) })
    }

    func page(_ url: String, of run: RunID) throws -> PageRecord? {
        // A key may stand for another page, of which there are never many (see `URLKey`).
        for salt in 0..<UInt64(8) {
            let key = URLKey(method: "GET", url: url, salt: salt)
            let row = try connection.run(
                "\(ResultRow.sql) WHERE pages.run_id = $1 AND pages.url_key = $2",
                [.int(run.rawValue), .int(key.rawValue)]
            ).first
            guard let row else { return nil }
            let result = ResultRow(row)
            guard result.url == url else { continue }
            return PageRecord(row: result, notBefore: row.int(ResultRow.notBeforeColumn))
        }
        return nil
    }

    func body(of page: PageID) throws -> PageBody? {
        let id = try connection.run(
            "SELECT body_id FROM {schema}.pages WHERE id = $1", [.int(page.rawValue)]
        ).first?.optionalInt(0)
        return try id.flatMap { try body($0) }
    }

    /// A body that is kept.
    func body(_ id: Int64) throws -> PageBody? {
        try connection.run("SELECT size, data FROM {schema}.bodies WHERE id = $1", [.int(id)]).first.map {
            PageBody(size: Int($0.int(0)), data: $0.bytes(1))
        }
    }
}

extension PostgresFailure {
    /// Whether it may be a condition that is to blame: it is no SQL, names what is not there, or cannot be evaluated.
    fileprivate var isAboutCondition: Bool {
        guard let state else { return false }
        return (state.hasPrefix("42") && state != "42501") || state.hasPrefix("22") || state.hasPrefix("21")
            || state == "08P01"
    }
}

extension StoreError {
    /// What the server says of a condition.
    fileprivate init(condition failure: PostgresFailure) {
        // Parameters of its own are among what it must not have.
        let reason =
            ["42P02", "08P01"].contains(failure.state)
            ? "a condition takes no parameters; write the value itself" : failure.description
        self.init(
            .condition, "the condition is no SQL expression over the columns of the view results: \(reason)")
    }
}

extension ResultFilter {
    /// As SQL over a row of `pages`; nil where all pass.
    fileprivate func sql(of run: RunID) -> String? {
        var parts: [String] = []
        switch standing {
        case .any: break
        case .failed: parts.append("(pages.state = 'failed' OR pages.skip_reason = 'invalid_url')")
        case .settled: parts.append("pages.state IN ('done', 'failed', 'skipped')")
        }
        if !statuses.isEmpty {
            let ranges = statuses.map { "pages.status_code BETWEEN \($0.lowerBound) AND \($0.upperBound)" }
            parts.append("(\(ranges.joined(separator: " OR ")))")
        }
        if !contentTypes.isEmpty {
            parts.append("(\(contentTypes.map(ResultFilter.sql(ofType:)).joined(separator: " OR ")))")
        }
        if let condition {
            parts.append(
                """
                EXISTS (SELECT 1 FROM {schema}.all_results WHERE page_id = pages.id AND run_id = \(run.rawValue) AND (
                \(condition)
                ))
                """)
        }
        return parts.isEmpty ? nil : parts.joined(separator: " AND ")
    }

    private static func sql(ofType type: String) -> String {
        let given = "lower(btrim(split_part(pages.content_type, ';', 1), E' \\t'))"
        guard type.hasSuffix("/*") else { return "\(given) = \(literal(type))" }
        return "starts_with(\(given), \(literal(String(type.dropLast()))))"
    }

    private static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''").replacing("\0", with: "\u{fffd}") + "'"
    }
}

extension ResultRow {
    /// The columns that it is read from, in order.
    private static let columns = [
        "id", "url", "state", "name", "final_url", "status_code", "content_length", "size_download", "title",
        "content_type",
        "charset", "canonical_url", "lang", "description", "robots", "link_count", "extracted",
        "num_redirects", "attempts",
        "error_kind", "error", "skip_reason", "line", "remote_ip", "http_version", "etag", "last_modified",
        "lastmod_at",
        "time_namelookup_ms", "time_connect_ms", "time_starttransfer_ms", "time_total_ms", "fetched_at",
        "depth", "kind",
        "not_modified", "batch_id", "body_id", "not_before",
    ]

    fileprivate static let bodyColumn = columns.count - 2
    fileprivate static let notBeforeColumn = columns.count - 1

    /// A query for pages, without its conditions.
    fileprivate static let sql = """
        SELECT \(columns.map { "pages.\($0)" }.joined(separator: ", ")), encode(pages.content_digest, 'hex'), page_inputs.input,
            (SELECT referrers.url FROM {schema}.pages AS referrers WHERE referrers.id = pages.referrer_id)
        FROM {schema}.pages LEFT JOIN {schema}.page_inputs ON page_inputs.page_id = pages.id
        """

    fileprivate init(_ row: PostgresRow) {
        var column = 2
        func next() -> Int {
            column += 1
            return column
        }
        func text() -> String? { row.optionalText(next()) }
        func number() -> Int64? { row.optionalInt(next()) }
        func count() -> Int? { number().map(Int.init) }
        let url = row.text(1)
        self.init(url: url, state: PageState(rawValue: row.text(2)) ?? .pending)
        page = PageID(rawValue: row.int(0))
        name = text()
        finalURL = text()
        statusCode = count()
        if statusCode == nil { finalURL = nil } else { finalURL = finalURL ?? url }
        contentLength = number()
        sizeDownload = number()
        title = text()
        contentType = text()
        charset = text()
        canonicalURL = text()
        language = text()
        pageDescription = text()
        robots = text()
        linkCount = count()
        extracted = text()
        numRedirects = count()
        attempts = count() ?? 0
        errorKind = text()
        error = text()
        skipReason = text()
        line = count()
        remoteIP = text()
        httpVersion = text()
        etag = text()
        lastModified = text()
        lastModifiedAt = number()
        timeNameLookupMilliseconds = number()
        timeConnectMilliseconds = number()
        timeStartTransferMilliseconds = number()
        timeTotalMilliseconds = number()
        fetchedAt = number()
        depth = count() ?? 0
        kind = text().flatMap(PageKind.init(rawValue:)) ?? .page
        isNotModified = number() == 1
        batchID = number()
        column = ResultRow.notBeforeColumn
        contentDigest = text()
        input = text()
        referrer = text()
    }
}
