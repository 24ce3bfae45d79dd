internal import CrawlCore
internal import TrawlStore

/// What is read of pages beside their rows as they are taken.
struct ClaimDetails {
    /// The pages as an earlier run has found them.
    var previous: [PageID: PreviousPage] = [:]
    /// What lines of a list say of pages.
    var inputs: [PageID: String] = [:]
    /// Hosts that the run's own list names.
    var named: Set<HostID> = []
    /// The verdicts of the run before, by the pages' keys.
    var verdicts: [Int64: (verdict: LinkVerdict, reason: LinkReason?)] = [:]

    /// What is known of a page that is only checked.
    func check(_ row: ClaimRow, of host: HostID) -> CheckContext {
        CheckContext(
            isOwn: named.contains(host), asksWithHEAD: row.method == "HEAD",
            former: row.key.flatMap { verdicts[$0] })
    }
}

extension PostgresTurn {
    /// Reads what is to be known of pages that are taken.
    func details(of rows: [ClaimRow]) throws -> ClaimDetails {
        var details = ClaimDetails()
        guard !rows.isEmpty else { return details }
        if run.run.hasInputs {
            try pipeline.send(
                "SELECT page_id, input FROM {schema}.page_inputs WHERE page_id = ANY($1)",
                [.ints(rows.map(\.id.rawValue))]
            ) { result in
                for row in result.rows { details.inputs[PageID(rawValue: row.int(0))] = row.text(1) }
            }
        }
        let checks = run.spec.check == nil ? [] : rows.filter { $0.kind == .check }
        if !checks.isEmpty {
            try pipeline.send(
                """
                SELECT DISTINCT run_hosts.host_id FROM {schema}.run_hosts JOIN {schema}.pages ON pages.host_id = run_hosts.host_id
                WHERE run_hosts.run_id = $1 AND pages.id = ANY($2)
                """, [.int(run.run.id.rawValue), .ints(checks.map(\.id.rawValue))]
            ) { details.named = Set($0.rows.map { HostID(rawValue: $0.int(0)) }) }
            if let former = run.former {
                try pipeline.send(
                    """
                    SELECT url_key, verdict, reason FROM {schema}.pages JOIN {schema}.verdicts ON page_id = id
                    WHERE run_id = $1 AND url_key = ANY($2) AND verdict IS NOT NULL
                    """, [.int(former.latest.rawValue), .ints(checks.compactMap(\.key))]
                ) { result in
                    for row in result.rows {
                        guard let verdict = LinkVerdict(rawValue: row.text(1)) else { continue }
                        details.verdicts[row.int(0)] = (
                            verdict, row.optionalText(2).flatMap(LinkReason.init(rawValue:))
                        )
                    }
                }
            }
        }
        if !pipeline.isEmpty { try pipeline.flush() }
        // Sitemaps are read anew: what they list is not kept.
        details.previous = try previousPages(
            rows.filter { $0.kind != .sitemap }.compactMap { row in row.key.map { (row.id, row.url, $0) } })
        return details
    }

    /// The same requests in the last run that read them, as far as the pages were whole and came with validators, such as an ETag.
    func previousPages(_ pages: [(id: PageID, url: String, key: Int64)]) throws -> [PageID: PreviousPage] {
        guard let former = run.former, former.hasAlike, !pages.isEmpty else { return [:] }
        var previous: [PageID: PreviousPage] = [:]
        var unread: [(id: PageID, url: String, key: Int64)] = []
        let latest = try readings(
            "run_id = $1 AND url_key = ANY($2)", [.int(former.latest.rawValue), .ints(pages.map(\.key))]
        ) { $0.key }
        for page in pages {
            if let reading = latest[page.key], reading.isRead(page.url) {
                previous[page.id] = reading.page(former)
            } else {
                unread.append(page)
            }
        }
        guard former.hasUnread, !unread.isEmpty else { return previous }
        var noted: [Int64: Int64] = [:]
        try pipeline.send(
            """
            SELECT DISTINCT ON (url_key) url_key, read_id FROM {schema}.unread_pages
            WHERE job_id = $1 AND url_key = ANY($2) ORDER BY url_key, run_id DESC
            """, [.int(former.job.rawValue), .ints(unread.map(\.key))]
        ) { result in
            for row in result.rows { noted[row.int(0)] = row.optionalInt(1) }
        }
        try pipeline.flush()
        guard !noted.isEmpty else { return previous }
        let last = try readings("id = ANY($1)", [.ints(noted.values.sorted())]) { $0.id }
        for page in unread {
            guard let id = noted[page.key], let reading = last[id], reading.isRead(page.url) else { continue }
            previous[page.id] = reading.page(former)
        }
        return previous
    }

    private func readings(
        _ condition: String, _ values: [PostgresValue], _ key: @escaping (FormerReading) -> Int64
    ) throws -> [Int64: FormerReading] {
        var readings: [Int64: FormerReading] = [:]
        try pipeline.send(
            "SELECT \(FormerReading.columns) FROM {schema}.pages WHERE \(condition)", values
        ) { result in
            for row in result.rows {
                let reading = FormerReading(row)
                readings[key(reading)] = reading
            }
        }
        try pipeline.flush()
        return readings
    }
}

/// What a row of a run before says of a request.
private struct FormerReading {
    let id: Int64
    let key: Int64
    private let url: String
    private let isWhole: Bool
    private let isRedirected: Bool
    private let run: RunID
    private let response: PageResponse

    static let columns = """
        id, url_key, url, state, run_id, status_code, final_url, etag, last_modified, title, content_type, charset,
        content_length, content_digest, robots, canonical_url, lang, description, link_count, extracted
        """

    init(_ row: PostgresRow) {
        id = row.int(0)
        key = row.int(1)
        url = row.text(2)
        let status = row.optionalInt(5) ?? 200
        // A job may accept a status that says that the page cannot be given at present.
        isWhole = row.text(3) == "done" && status < 500 && ![408, 425, 429].contains(status)
        run = RunID(rawValue: row.int(4))
        isRedirected = !row.isNull(6)
        var response = PageResponse()
        response.etag = row.optionalText(7)
        response.lastModified = row.optionalText(8)
        response.title = row.optionalText(9)
        response.contentType = row.optionalText(10)
        response.charset = row.optionalText(11)
        response.contentLength = row.int(12)
        response.contentDigest = row.optionalBytes(13).flatMap(ContentDigest.init(bytes:))
        response.robots = RobotsDirectives(words: row.optionalText(14))
        if (15...19).contains(where: { !row.isNull($0) }) {
            response.content = PageContent(
                canonicalURL: row.optionalText(15), language: row.optionalText(16),
                description: row.optionalText(17), linkCount: row.optionalInt(18).map(Int.init),
                extracted: row.optionalText(19))
        }
        self.response = response
    }

    /// Whether the run read this page.
    func isRead(_ url: String) -> Bool { self.url == url && isWhole }

    /// The page; nil where a run cannot ask by it whether anything has changed.
    func page(_ former: FormerRuns) -> PreviousPage? {
        // The validators of a page that redirected belong to another URL.
        guard response.etag != nil || response.lastModified != nil, !isRedirected, former.alike.contains(run)
        else { return nil }
        return PreviousPage(id: PageID(rawValue: id), response: response)
    }
}
