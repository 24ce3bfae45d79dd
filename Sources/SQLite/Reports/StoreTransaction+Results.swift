package import CrawlCore
internal import GRDB
package import TrawlStore

extension StoreTransaction {
    /// Hands over a run's pages one by one, in the order they were found; none is kept.
    ///
    /// - Parameters:
    ///   - page: only pages that were found after it. The default is all.
    ///   - limit: how many at most. The default is all.
    ///   - withBodies: whether they bring the bodies that are kept.
    package func forEachResult(
        of run: RunID, _ filter: ResultFilter, after page: PageID? = nil, limit: Int? = nil,
        withBodies: Bool = false, _ body: (ResultRow) throws -> Void
    ) throws {
        do {
            try forEachRow(of: run, filter, after: page, limit: limit, withBodies: withBodies, body)
        } catch let error as DatabaseError where filter.condition != nil && error.resultCode == .SQLITE_ERROR
        {
            throw StoreError(condition: error)
        }
    }

    private func forEachRow(
        of run: RunID, _ filter: ResultFilter, after page: PageID?, limit: Int?, withBodies: Bool,
        _ body: (ResultRow) throws -> Void
    ) throws {
        var rest = limit ?? .max
        func handOver(_ row: Row) throws -> Bool {
            guard rest > 0 else { return false }
            rest -= 1
            var result = ResultRow(row)
            if withBodies, let id = row["body_id"] as Int64? { result.body = try self.body(id) }
            try body(result)
            return rest > 0
        }
        guard let ids = try pageIDs(of: run) else { return }
        var next = max(page.map { $0.rawValue + 1 } ?? .min, ids.lowerBound)
        for stretch in try stretches(of: run, endingBehind: page?.rawValue ?? .min) {
            if next < stretch.ids.lowerBound {
                let before = next...stretch.ids.lowerBound - 1
                guard try forEachRow(of: run, filter, before, handOver) else { return }
            }
            guard try forEachRow(of: run, filter, stretch, after: page, handOver) else { return }
            next = stretch.ids.upperBound + 1
        }
        if next <= ids.upperBound { _ = try forEachRow(of: run, filter, next...ids.upperBound, handOver) }
    }

    /// The URLs of the pages that led to these first. The job's own pages have none.
    package func referrers(of pages: [PageID]) throws -> [PageID: String] {
        guard !pages.isEmpty else { return [:] }
        let statement = try RawStatement(
            database,
            """
            SELECT pages.id, referrers.url FROM json_each(?) AS wanted
            CROSS JOIN pages ON pages.id = wanted.value
            CROSS JOIN pages AS referrers ON referrers.id = pages.referrer_id
            """)
        statement.bind(1, "[" + pages.map { "\($0.rawValue)" }.joined(separator: ",") + "]")
        var urls: [PageID: String] = [:]
        try statement.forEachRow { row in
            urls[PageID(rawValue: row.integer(0))] = row.text(1)
            return true
        }
        return urls
    }

    /// The ids between which a run's pages lie; nil where it has none.
    private func pageIDs(of run: RunID) throws -> ClosedRange<Int64>? {
        let bounds = try RawStatement(database, "SELECT first_page_id, last_page_id FROM runs WHERE id = ?")
        bounds.bind(1, run.rawValue)
        return try bounds.firstRow { row in
            guard let first = row.optionalInteger(0), let last = row.optionalInteger(1) else { return nil }
            return first...last
        } ?? nil
    }

    /// The stretches of a run's list whose pages' ids are not in its order, in its order.
    private func stretches(of run: RunID, endingBehind page: Int64) throws -> [Stretch] {
        let statement = try RawStatement(
            database,
            "SELECT first_page_id, last_page_id FROM page_orders WHERE run_id = ? AND last_page_id >= ? ORDER BY 1"
        )
        statement.bind(1, run.rawValue)
        statement.bind(2, page)
        var stretches: [Stretch] = []
        try statement.forEachRow { row in
            stretches.append(Stretch(ids: row.integer(0)...row.integer(1)))
            return true
        }
        return stretches
    }

    /// - Returns: false where `body` did, which ends it.
    private func forEachRow(
        of run: RunID, _ filter: ResultFilter, _ ids: ClosedRange<Int64>, _ body: (Row) throws -> Bool
    ) throws -> Bool {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                \(Self.resultSQL) WHERE pages.id BETWEEN ? AND ? AND +pages.run_id = ?
                \(filter.sql(of: run).map { "AND \($0)" } ?? "") ORDER BY pages.id
                """, arguments: [ids.lowerBound, ids.upperBound, run.rawValue])
        while let row = try rows.next() {
            guard try body(row) else { return false }
        }
        return true
    }

    /// The same of a stretch, in the order of the list, behind a page where that is one of it.
    private func forEachRow(
        of run: RunID, _ filter: ResultFilter, _ stretch: Stretch, after page: PageID?,
        _ body: (Row) throws -> Bool
    ) throws -> Bool {
        let order = try RawStatement(database, "SELECT page_ids FROM page_orders WHERE first_page_id = ?")
        order.bind(1, stretch.ids.lowerBound)
        var ids = PageIDList.ids(in: try order.firstRow { $0.bytes(0) ?? [] } ?? [])[...]
        if let page, let place = ids.firstIndex(of: page.rawValue) { ids = ids[(place + 1)...] }
        if let condition = filter.sql(of: run) {
            let wanted = try Int64.fetchSet(
                database,
                sql: "SELECT id FROM pages WHERE id BETWEEN ? AND ? AND +run_id = ? AND \(condition)",
                arguments: [stretch.ids.lowerBound, stretch.ids.upperBound, run.rawValue])
            ids = ids.filter(wanted.contains)[...]
        }
        let statement = try database.cachedStatement(sql: "\(Self.resultSQL) WHERE pages.id = ?")
        for id in ids {
            guard let row = try Row.fetchOne(statement, arguments: [id]) else { continue }
            guard try body(row) else { return false }
        }
        return true
    }

    /// The URL of the page that led to a page first.
    static let referrerSQL =
        "(SELECT referrers.url FROM pages AS referrers WHERE referrers.id = pages.referrer_id)"

    private static let resultSQL = """
        SELECT pages.*, \(referrerSQL) AS referrer, input, CASE WHEN content_digest IS NOT NULL THEN lower(hex(content_digest)) END AS digest,
            CASE WHEN status_code IS NOT NULL THEN coalesce(final_url, url) END AS last_url
        FROM pages LEFT JOIN page_inputs ON page_id = pages.id
        """
}

/// A part of a list that was long, whose pages' ids are by host.
private struct Stretch {
    let ids: ClosedRange<Int64>
}

extension ResultRow {
    init(_ row: Row) {
        self.init(url: row["url"], state: PageState(rawValue: row["state"]) ?? .pending)
        page = PageID(rawValue: row["id"])
        name = row["name"]
        finalURL = row["last_url"]
        statusCode = row["status_code"]
        contentLength = row["content_length"]
        sizeDownload = row["size_download"]
        title = row["title"]
        contentType = row["content_type"]
        charset = row["charset"]
        canonicalURL = row["canonical_url"]
        language = row["lang"]
        pageDescription = row["description"]
        robots = row["robots"]
        linkCount = row["link_count"]
        extracted = row["extracted"]
        numRedirects = row["num_redirects"]
        attempts = row["attempts"]
        errorKind = row["error_kind"]
        error = row["error"]
        skipReason = row["skip_reason"]
        line = row["line"]
        remoteIP = row["remote_ip"]
        httpVersion = row["http_version"]
        etag = row["etag"]
        lastModified = row["last_modified"]
        lastModifiedAt = row["lastmod_at"]
        timeNameLookupMilliseconds = row["time_namelookup_ms"]
        timeConnectMilliseconds = row["time_connect_ms"]
        timeStartTransferMilliseconds = row["time_starttransfer_ms"]
        timeTotalMilliseconds = row["time_total_ms"]
        fetchedAt = row["fetched_at"]
        depth = row["depth"]
        referrer = row["referrer"]
        kind = (row["kind"] as String?).flatMap(PageKind.init(rawValue:)) ?? .page
        isNotModified = row["not_modified"]
        contentDigest = row["digest"]
        batchID = row["batch_id"]
        input = row["input"]
    }
}
