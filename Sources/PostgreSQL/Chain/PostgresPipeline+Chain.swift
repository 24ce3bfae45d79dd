internal import CrawlCore
internal import TrawlStore

/// Rows of items, and of pages that another led to.
extension PostgresPipeline {
    /// Queues writing the items of a slice, and empties it.
    func keep(_ slice: inout ItemSlice, of page: PageID) throws {
        guard !slice.positions.isEmpty else { return }
        try send(
            """
            INSERT INTO {schema}.item_rows (page_id, position, key, value)
            SELECT $1, position, key, value FROM unnest($2::bigint[], $3::text[], $4::text[]) AS o(position, key, value)
            ORDER BY position
            """,
            [.int(page.rawValue), .ints(slice.positions), .texts(slice.keys), .texts(slice.values)])
        slice.removeAll()
    }

    /// Queues deleting the items of all pages of a chain, as its list is read again.
    func deleteItems(ofChain first: PageID) throws {
        try send(
            """
            DELETE FROM {schema}.item_rows WHERE page_id = $1
                OR page_id IN (SELECT page_id FROM {schema}.page_chains WHERE first_page_id = $1)
            """, [.int(first.rawValue)])
    }

    /// Reads which requests of a run have these keys.
    func holders(of keys: [Int64], in run: RunID) throws -> [Int64: KeyHolder] {
        var holders: [Int64: KeyHolder] = [:]
        try send(
            """
            SELECT url_key, url, method, name, request, referrer_id, first_page_id, page_chains.number
            FROM {schema}.pages LEFT JOIN {schema}.page_requests ON page_requests.page_id = pages.id
            LEFT JOIN {schema}.page_chains ON page_chains.page_id = pages.id
            WHERE run_id = $1 AND url_key = ANY($2)
            """, [.int(run.rawValue), .ints(keys.sorted())]
        ) { result in
            for row in result.rows { holders[row.int(0)] = KeyHolder(row) }
        }
        try flush()
        return holders
    }

    /// Queues making pages that another led to, with their requests and places.
    func insert(_ rows: [FollowingRow], from referrer: PageID, into run: RunID) throws {
        try insertPages(rows, from: referrer, into: run)
        let inputs = rows.filter { $0.page.input != nil }
        if !inputs.isEmpty {
            try send(
                "INSERT INTO {schema}.page_inputs (page_id, input) SELECT * FROM unnest($1::bigint[], $2::text[])",
                [.ints(inputs.map(\.id)), .texts(inputs.map(\.page.input))])
        }
        try insertPlaces(rows.filter { !$0.page.isOfItem })
        let asked = rows.filter { $0.page.end == nil }
        guard !asked.isEmpty else { return }
        try send(
            """
            INSERT INTO {schema}.page_requests (page_id, request, idempotency_key)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
            """,
            [
                .ints(asked.map(\.id)), .texts(asked.map(\.page.details)),
                .texts(asked.map(\.page.idempotencyKey)),
            ])
    }

    private func insertPages(_ rows: [FollowingRow], from referrer: PageID, into run: RunID) throws {
        // In one order for all runners, so that none waits for another that waits for it.
        let rows = rows.sorted { ($0.key ?? .min, $0.id) < ($1.key ?? .min, $1.id) }
        try send(
            """
            WITH made AS (
                INSERT INTO {schema}.pages (id, run_id, host_id, url_key, name, method, url, referrer_id, state, error_kind,
                    skip_reason, error)
                SELECT id, $1, host, key, name, method, url, $2, state, kind, reason, error
                FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
                    $10::text[], $11::text[], $12::text[])
                    AS o(id, host, key, name, method, url, state, kind, reason, error)
                ON CONFLICT (run_id, url_key) DO NOTHING RETURNING 1)
            SELECT sqrt(count(*) - $13::bigint) FROM made
            """,
            [
                .int(run.rawValue), .int(referrer.rawValue), .ints(rows.map(\.id)), .ints(rows.map(\.host)),
                .ints(rows.map(\.key)), .texts(rows.map(\.page.name)), .texts(rows.map(\.page.method)),
                .texts(rows.map(\.page.url)), .texts(rows.map(\.state)), .texts(rows.map(\.errorKind)),
                .texts(rows.map(\.skipReason)), .texts(rows.map(\.error)), .int(Int64(rows.count)),
            ])
    }

    private func insertPlaces(_ rows: [FollowingRow]) throws {
        guard !rows.isEmpty else { return }
        let places = rows.map(\.page.place)
        try send(
            """
            INSERT INTO {schema}.page_chains (page_id, first_page_id, number, first_url, restarts, items_before, planned, total,
                size, digest_before)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                $8::bigint[], $9::bigint[], $10::bigint[])
            """,
            [
                .ints(rows.map(\.id)), .ints(places.map(\.first.rawValue)),
                .ints(places.map { Int64($0.number) }),
                .texts(places.map(\.firstURL)), .ints(places.map { Int64($0.restarts) }),
                .ints(places.map { Int64($0.itemsBefore) }), .ints(places.map { $0.planned.map(Int64.init) }),
                .ints(places.map { $0.total.map(Int64.init) }), .ints(places.map { $0.size.map(Int64.init) }),
                .ints(places.map(\.before)),
            ])
    }
}

extension FollowingRow {
    fileprivate var state: String {
        switch page.end {
        case nil: "pending"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    fileprivate var errorKind: String? {
        if case .failed(let kind, _) = page.end { kind.rawValue } else { nil }
    }

    fileprivate var skipReason: String? {
        if case .skipped(let reason, _) = page.end { reason.rawValue } else { nil }
    }

    fileprivate var error: String? {
        switch page.end {
        case nil: nil
        case .failed(_, let text), .skipped(_, let text): text
        }
    }
}

extension ChainPlace {
    /// The place in a row whose columns from `first` on are those of `page_chains` but `page_id`; nil where there is none.
    init?(_ row: PostgresRow, from first: Int) {
        guard let page = row.optionalInt(first) else { return nil }
        self.init(
            first: PageID(rawValue: page), number: Int(row.int(first + 1)), firstURL: row.text(first + 2))
        restarts = Int(row.int(first + 3))
        itemsBefore = Int(row.int(first + 4))
        planned = row.optionalInt(first + 5).map(Int.init)
        total = row.optionalInt(first + 6).map(Int.init)
        size = row.optionalInt(first + 7).map(Int.init)
        before = row.optionalInt(first + 8)
    }
}
