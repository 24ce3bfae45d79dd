internal import CrawlCore
internal import TrawlStore

/// What is kept of outcomes beside the pages' own rows.
extension PostgresPipeline {
    /// Queues the redirects that led to pages' answers.
    func keepChains(of outcomes: [PageOutcome]) throws {
        var (pages, numbers, urls, statuses): ([Int64], [Int64], [String], [Int64]) = ([], [], [], [])
        for outcome in outcomes.sorted(by: { $0.page.id.rawValue < $1.page.id.rawValue }) {
            guard let chain = outcome.chain else { continue }
            for (index, hop) in chain.hops(from: outcome.page.id).enumerated() {
                pages.append(outcome.page.id.rawValue)
                numbers.append(Int64(index + 1))
                urls.append(hop.url)
                statuses.append(Int64(hop.statusCode))
            }
        }
        guard !pages.isEmpty else { return }
        try send(
            """
            INSERT INTO {schema}.redirects (page_id, number, url, status_code)
            SELECT page, number, url, status FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[])
                AS o(page, number, url, status)
            ON CONFLICT (page_id, number) DO UPDATE SET url = excluded.url, status_code = excluded.status_code
            """, [.ints(pages), .ints(numbers), .texts(urls), .ints(statuses)])
    }

    /// Queues the replies to requests, as far as they are JSON.
    func keepReplies(of outcomes: [PageOutcome]) throws {
        let replies = outcomes.compactMap { outcome in
            outcome.response.content?.reply.map { (page: outcome.page.id.rawValue, reply: $0) }
        }.sorted { $0.page < $1.page }
        guard !replies.isEmpty else { return }
        try send(
            """
            INSERT INTO {schema}.replies (page_id, reply)
            SELECT page, reply FROM unnest($1::bigint[], $2::text[]) AS o(page, reply) WHERE {schema}.is_json(reply)
            ON CONFLICT (page_id) DO UPDATE SET reply = excluded.reply
            """, [.ints(replies.map(\.page)), .texts(replies.map(\.reply))])
    }
}

extension PostgresTurn {
    /// Keeps the bodies of outcomes, each once.
    ///
    /// Bodies with the same digest are compared, because two different ones can be made on purpose.
    ///
    /// - Returns: the row of each page's body.
    func keepBodies(of outcomes: [[PageOutcome]]) throws -> [PageID: Int64] {
        var pages: [(page: PageID, place: Int)] = []
        var bodies: [(digest: [UInt8], body: PageBody)] = []
        for outcome in outcomes.joined() {
            guard !outcome.response.isNotModified, let body = outcome.body,
                let digest = outcome.response.contentDigest?.bytes
            else { continue }
            let place = bodies.firstIndex { $0.digest == digest && $0.body.data == body.data }
            if place == nil { bodies.append((digest, body)) }
            pages.append((outcome.page.id, place ?? bodies.count - 1))
        }
        guard !bodies.isEmpty else { return [:] }
        var rows: [Int: Int64] = [:]
        try pipeline.send(
            """
            WITH o AS MATERIALIZED (
                SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[]) WITH ORDINALITY AS o(digest, size, data, place)),
            known AS (
                SELECT o.place, min(bodies.id) AS id FROM o JOIN {schema}.bodies
                    ON bodies.digest = o.digest AND bodies.size = o.size AND bodies.data = o.data
                GROUP BY o.place),
            made AS (
                INSERT INTO {schema}.bodies (digest, size, data)
                SELECT digest, size, data FROM o WHERE place NOT IN (SELECT place FROM known) ORDER BY place
                RETURNING id, digest, size, data)
            SELECT place, id FROM known
            UNION ALL
            SELECT o.place, made.id FROM made JOIN o
                ON o.digest = made.digest AND o.size = made.size AND o.data = made.data
            """,
            [
                .blobs(bodies.map(\.digest)), .ints(bodies.map { Int64($0.body.size) }),
                .blobs(bodies.map(\.body.data)),
            ]
        ) { result in
            for row in result.rows { rows[Int(row.int(0)) - 1] = row.int(1) }
        }
        try pipeline.flush()
        var kept: [PageID: Int64] = [:]
        for (page, place) in pages { kept[page] = rows[place] }
        return kept
    }

    /// Outcomes, of which those of checks are put off that were overtaken: while a check was under way a link was found that is
    /// followed there, or one that names a place in it.
    func puttingOffOvertaken(_ outcomes: [[PageOutcome]]) throws -> [[PageOutcome]] {
        let checks = outcomes.joined().filter { $0.page.check != nil && $0.linkVerdict != nil }
        guard !checks.isEmpty else { return outcomes }
        var rows: [PageID: (kind: String?, method: String)] = [:]
        try pipeline.send(
            "SELECT id, kind, method FROM {schema}.pages WHERE id = ANY($1)",
            [.ints(checks.map(\.page.id.rawValue))]
        ) { result in
            for row in result.rows { rows[PageID(rawValue: row.int(0))] = (row.optionalText(1), row.text(2)) }
        }
        try pipeline.flush()
        return outcomes.map { list in
            list.map { outcome in
                guard let check = outcome.page.check, outcome.linkVerdict != nil,
                    let row = rows[outcome.page.id],
                    row.kind != PageKind.check.rawValue || check.asksWithHEAD && row.method == "GET"
                else { return outcome }
                var outcome = outcome
                outcome.verdict = .postponed(.cancelled, wait: .zero)
                outcome.error = "more than whether it is there is wanted of it, so it is asked for again"
                outcome.discovery = nil
                growth.hosts.insert(outcome.page.host)
                return outcome
            }
        }
    }

    /// The URLs that pages led to in the run before, since they have not changed.
    func keptURLs(of pages: [(page: ClaimedPage, previous: PageID)]) throws -> [PageID: [DiscoveredURL]] {
        var targets: [PageID: [Int64]] = [:]
        try pipeline.send(
            "SELECT page_id, targets FROM {schema}.page_links WHERE page_id = ANY($1)",
            [.ints(pages.map(\.previous.rawValue))]
        ) { result in
            for row in result.rows {
                targets[PageID(rawValue: row.int(0))] = PageIDList.ids(in: row.bytes(1))
            }
        }
        try pipeline.flush()
        let ids = Set(targets.values.joined()).sorted()
        guard !ids.isEmpty else { return [:] }
        var rows: [Int64: (url: String, length: Int, kind: String?, method: String)] = [:]
        try pipeline.send(
            """
            SELECT pages.id, pages.url, length(hosts.host)::bigint, kind, method FROM {schema}.pages
            JOIN {schema}.hosts ON hosts.id = host_id WHERE pages.id = ANY($1)
            """, [.ints(ids)]
        ) { result in
            for row in result.rows {
                rows[row.int(0)] = (row.text(1), Int(row.int(2)), row.optionalText(3), row.text(4))
            }
        }
        try pipeline.flush()
        var urls: [PageID: [DiscoveredURL]] = [:]
        for (page, previous) in pages {
            urls[page.id] = (targets[previous] ?? []).compactMap { rows[$0] }.map { row in
                let isCheck = row.kind == PageKind.check.rawValue
                var url = DiscoveredURL(
                    url: row.url, hostKeyLength: row.length, kind: isCheck ? .check : .page,
                    depth: page.depth + 1)
                url.readsPlaces = isCheck && row.method == "GET"
                return url
            }
        }
        return urls
    }
}
