internal import CrawlCore
internal import TrawlStore

/// The rows of links that a run has met lately, as a site's pages repeat the same menu. What it remembers is bounded.
struct LinkMemory {
    private var elements = RecentRows()
    private var fresh: [(hash: Int, row: Int64)] = []

    func element(_ hash: Int) -> Int64? { elements.row(hash) }

    /// Notes a row that a transaction has made, or found.
    mutating func note(_ hash: Int, row: Int64) { fresh.append((hash, row)) }

    /// Remembers what was noted, as the transaction is committed.
    mutating func commit() {
        for (hash, row) in fresh { elements.remember(hash, row: row) }
        fresh = []
    }

    static func hash(_ link: Link) -> Int {
        var hasher = Hasher()
        hasher.combine(link.url)
        hasher.combine(link.digest)
        return hasher.finalize()
    }
}

/// The links of pages, and what is found out about the pages that they lead to.
extension PostgresTurn {
    /// Queues the links and verdicts of pages that were recorded.
    func recordLinks(of outcomes: [[PageOutcome]]) throws {
        let all = Array(outcomes.joined())
        try add(all.compactMap { outcome in outcome.discovery?.links.map { (outcome.page.id, $0) } })
        try copy(
            all.compactMap { outcome in
                guard outcome.discovery?.links == nil, outcome.response.isNotModified,
                    let previous = outcome.page.previous
                else { return nil }
                return (outcome.page.id, previous.id)
            })
        try saveVerdicts(of: all)
    }

    private func add(_ pages: [(page: PageID, links: PageLinks)]) throws {
        guard !pages.isEmpty else { return }
        // A page that came back twice has the links that it had last.
        let pages = Dictionary(pages.map { ($0.page, $0.links) }) { $1 }
            .sorted { $0.key.rawValue < $1.key.rawValue }
        var elements: [Int: Int64] = [:]
        var unknown: [Int: Link] = [:]
        for link in pages.lazy.flatMap(\.value.list) {
            let hash = LinkMemory.hash(link)
            if let row = run.links?.element(hash) { elements[hash] = row } else { unknown[hash] = link }
        }
        if !unknown.isEmpty { try make(unknown, &elements) }
        var rows: [Int64: [Int64: (line: Int64, count: Int64)]] = [:]
        for (page, links) in pages {
            for link in links.list {
                guard let element = elements[LinkMemory.hash(link)] else { continue }
                rows[page.rawValue, default: [:]][element] = (Int64(link.line), Int64(link.count))
            }
        }
        let sorted = rows.sorted { $0.key < $1.key }.flatMap { page, rows in
            rows.sorted { $0.key < $1.key }.map { (page, $0.key, $0.value.line, $0.value.count) }
        }
        try pipeline.send(
            """
            INSERT INTO {schema}.link_rows (page_id, element_id, line, count)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
            ON CONFLICT (page_id, element_id) DO UPDATE SET line = excluded.line, count = excluded.count
            """,
            [.ints(sorted.map(\.0)), .ints(sorted.map(\.1)), .ints(sorted.map(\.2)), .ints(sorted.map(\.3))])
        let places = pages.compactMap { page, links in links.places.map { (page, $0) } }
        guard !places.isEmpty else { return }
        try pipeline.send(
            """
            INSERT INTO {schema}.page_places (page_id, hashes, is_cut)
            SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[])
            ON CONFLICT (page_id) DO UPDATE SET hashes = excluded.hashes, is_cut = excluded.is_cut
            """,
            [
                .ints(places.map(\.0.rawValue)), .blobs(places.map(\.1.littleEndian)),
                .ints(places.map { $0.1.isCut ? 1 : 0 }),
            ])
    }

    /// Makes or finds the rows of what links say, and of where they lead.
    private func make(_ links: [Int: Link], _ elements: inout [Int: Int64]) throws {
        let links = links.sorted { ($0.value.url, $0.value.digest) < ($1.value.url, $1.value.digest) }
        let targets = Dictionary(links.map { ($0.value.url, $0.value) }) { first, _ in first }
            .values.sorted { $0.url < $1.url }
        try pipeline.send(
            """
            INSERT INTO {schema}.link_targets (url, url_key)
            SELECT url, key FROM unnest($1::text[], $2::bigint[]) AS o(url, key)
            WHERE NOT EXISTS (SELECT 1 FROM {schema}.link_targets WHERE md5(link_targets.url) = md5(o.url))
            ORDER BY md5(url) ON CONFLICT (md5(url)) DO NOTHING
            """,
            [
                .texts(targets.map(\.url)),
                .ints(targets.map { $0.hasPage ? URLKey(method: "GET", url: $0.url).rawValue : nil }),
            ])
        let (urls, digests) = (
            PostgresValue.texts(links.map(\.value.url)), PostgresValue.ints(links.map(\.value.digest))
        )
        try pipeline.send(
            """
            INSERT INTO {schema}.link_elements (target_id, digest, element, attribute, rel, text, fragment, reason)
            SELECT link_targets.id, o.digest, o.element, o.attribute, o.rel, o.text, o.fragment, o.reason
            FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
                AS o(url, digest, element, attribute, rel, text, fragment, reason)
            JOIN {schema}.link_targets ON md5(link_targets.url) = md5(o.url)
            WHERE NOT EXISTS (
                SELECT 1 FROM {schema}.link_elements
                WHERE link_elements.target_id = link_targets.id AND link_elements.digest = o.digest)
            ORDER BY link_targets.id, o.digest ON CONFLICT (target_id, digest) DO NOTHING
            """,
            [
                urls, digests, .texts(links.map(\.value.element)), .texts(links.map(\.value.attribute)),
                .texts(links.map(\.value.rel)), .texts(links.map(\.value.text)),
                .texts(links.map(\.value.fragment)), .texts(links.map(\.value.reason?.rawValue)),
            ])
        var found: [Int: Int64] = [:]
        try pipeline.send(
            """
            SELECT o.place, link_elements.id
            FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS o(url, digest, place)
            JOIN {schema}.link_targets ON md5(link_targets.url) = md5(o.url)
            JOIN {schema}.link_elements ON target_id = link_targets.id AND link_elements.digest = o.digest
            """, [urls, digests]
        ) { result in
            for row in result.rows { found[links[Int(row.int(0)) - 1].key] = row.int(1) }
        }
        try pipeline.flush()
        for (hash, row) in found {
            elements[hash] = row
            run.links?.note(hash, row: row)
        }
    }

    /// Queues the links of pages that have not changed since an earlier run read them.
    private func copy(_ pages: [(page: PageID, previous: PageID)]) throws {
        guard !pages.isEmpty else { return }
        let values: [PostgresValue] = [
            .ints(pages.map(\.page.rawValue)), .ints(pages.map(\.previous.rawValue)),
        ]
        try pipeline.send(
            """
            INSERT INTO {schema}.link_rows (page_id, element_id, line, count)
            SELECT DISTINCT ON (o.page, element_id) o.page, element_id, line, count
            FROM unnest($1::bigint[], $2::bigint[]) AS o(page, previous)
            JOIN {schema}.link_rows ON page_id = o.previous ORDER BY o.page, element_id
            ON CONFLICT (page_id, element_id) DO UPDATE SET line = excluded.line, count = excluded.count
            """, values)
        try pipeline.send(
            """
            INSERT INTO {schema}.page_places (page_id, hashes, is_cut)
            SELECT DISTINCT ON (o.page) o.page, hashes, is_cut FROM unnest($1::bigint[], $2::bigint[]) AS o(page, previous)
            JOIN {schema}.page_places ON page_id = o.previous ORDER BY o.page
            ON CONFLICT (page_id) DO UPDATE SET hashes = excluded.hashes, is_cut = excluded.is_cut
            """, values)
    }

    // MARK: Verdicts

    /// Keeps the verdicts on pages that outcomes settle; nothing of those that are to be tried again.
    private func saveVerdicts(of outcomes: [PageOutcome]) throws {
        var judged: [Int64: PageOutcome] = [:]
        var duplicates: Set<Int64> = []
        for outcome in outcomes {
            if outcome.linkVerdict != nil {
                judged[outcome.page.id.rawValue] = outcome
            } else if outcome.verdict == .skipped(.duplicate) || outcome.isCheckedElsewhere {
                duplicates.insert(outcome.page.id.rawValue)
            }
        }
        try save(judged.sorted { $0.key < $1.key }.map(\.value))
        try pipeline.flush()
        let targets = try save(duplicates: duplicates.sorted())
        var known = Set(judged.keys).union(targets).sorted()
        while !known.isEmpty {
            var next: [Int64] = []
            try pipeline.send(VerdictSQL.pass, [.ints(known)]) { next = $0.rows.map { $0.int(0) } }
            try pipeline.flush()
            known = next
        }
    }

    private func save(_ outcomes: [PageOutcome]) throws {
        guard !outcomes.isEmpty else { return }
        try pipeline.send(
            VerdictSQL.save,
            [
                .ints(outcomes.map(\.page.id.rawValue)),
                .texts(outcomes.map { $0.linkVerdict?.verdict.rawValue }),
                .texts(outcomes.map { $0.linkVerdict?.reason?.rawValue }),
                .ints(outcomes.map(\.finishedAt)),
                .bools(
                    outcomes.map { outcome in
                        outcome.linkVerdict.map {
                            $0.verdict == .broken || $0.verdict == .unsure && $0.reason?.isPassing == true
                        }
                    }),
                .int(run.former?.latest.rawValue),
            ])
    }

    /// Notes of pages that redirect to a page of the run that they have its verdict.
    ///
    /// - Returns: the pages that they lead to.
    private func save(duplicates pages: [Int64]) throws -> [Int64] {
        guard !pages.isEmpty else { return [] }
        var targets: [(page: Int64, target: Int64)] = []
        try pipeline.send(
            "SELECT page_id, targets FROM {schema}.page_links WHERE page_id = ANY($1) ORDER BY page_id",
            [.ints(pages)]
        ) { result in
            for row in result.rows {
                guard let target = PageIDList.ids(in: row.bytes(1)).last, target != row.int(0) else {
                    continue
                }
                targets.append((row.int(0), target))
            }
        }
        try pipeline.flush()
        guard !targets.isEmpty else { return [] }
        try pipeline.send(
            """
            INSERT INTO {schema}.verdicts (page_id, same_as) SELECT * FROM unnest($1::bigint[], $2::bigint[])
            ON CONFLICT (page_id) DO UPDATE SET verdict = NULL, reason = NULL, broken_since_at = NULL, checked_at = NULL,
                same_as = excluded.same_as
            """, [.ints(targets.map(\.page)), .ints(targets.map(\.target))])
        return targets.map(\.target)
    }
}

private enum VerdictSQL {
    /// A page is broken since the run that found it broken first, by what the latest run says of the same request.
    static let save = """
        INSERT INTO {schema}.verdicts (page_id, verdict, reason, broken_since_at, checked_at)
        SELECT o.page, o.verdict, o.reason,
            CASE WHEN o.is_trouble THEN coalesce((
                SELECT former_verdict.broken_since_at FROM {schema}.pages
                JOIN {schema}.pages AS former ON former.run_id = $6 AND former.url_key = pages.url_key
                JOIN {schema}.verdicts AS former_verdict ON former_verdict.page_id = former.id
                WHERE pages.id = o.page), o.finished_at) END,
            CASE WHEN o.verdict <> 'not_checked' THEN o.finished_at END
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::boolean[])
            AS o(page, verdict, reason, finished_at, is_trouble)
        ON CONFLICT (page_id) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason,
            broken_since_at = excluded.broken_since_at, checked_at = excluded.checked_at, same_as = NULL
        """

    /// Gives the pages that redirect to pages with a verdict that verdict.
    static let pass = """
        UPDATE {schema}.verdicts SET
            verdict = CASE WHEN known.verdict NOT IN ('ok', 'redirected') THEN known.verdict
                WHEN EXISTS (
                    SELECT 1 FROM {schema}.redirects
                    WHERE redirects.page_id = verdicts.page_id AND redirects.status_code IN (301, 308))
                THEN 'redirected' ELSE 'ok' END,
            reason = known.reason, broken_since_at = known.broken_since_at, checked_at = known.checked_at
        FROM {schema}.verdicts AS known
        WHERE known.page_id = ANY($1) AND verdicts.same_as = known.page_id AND verdicts.verdict IS NULL
            AND known.verdict IS NOT NULL
        RETURNING verdicts.page_id
        """
}
