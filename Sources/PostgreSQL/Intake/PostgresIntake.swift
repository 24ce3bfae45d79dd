internal import CrawlCore
internal import TrawlStore

/// Puts the pages of a new run into a PostgreSQL database.
struct PostgresIntake: RunIntake {
    private let store: PostgresStore
    private let run: RunID
    private let limits: JobSpec.Limits

    init(store: PostgresStore, run: RunID, limits: JobSpec.Limits) {
        self.store = store
        self.run = run
        self.limits = limits
    }

    var chunk: Int { 2_000 }

    mutating func add(
        _ pages: [ImportedPage], inputs: [Int: String]
    ) throws(StoreError) -> RunProgress {
        guard !pages.isEmpty else { return RunProgress() }
        let (run, limit) = (run, limits.pagesPerHost)
        return try store.transaction(.write) { transaction in
            try ImportedRows(run, PostgresPipeline(transaction.connection)).add(
                pages, inputs: inputs, pagesPerHost: limit)
        }
    }

    mutating func settle(progressed: () -> Bool) throws(StoreError) -> RunProgress? { RunProgress() }

    mutating func add(sitemaps: [DiscoveredURL]) throws(StoreError) -> RunProgress {
        let (run, limits) = (run, limits)
        return try store.transaction(.write) { transaction in
            try ImportedRows(run, PostgresPipeline(transaction.connection)).add(sitemaps: sitemaps, limits)
        }
    }
}

/// The rows of a list's pages, within their transaction.
struct ImportedRows {
    private let run: RunID
    private let pipeline: PostgresPipeline

    init(_ run: RunID, _ pipeline: PostgresPipeline) {
        self.run = run
        self.pipeline = pipeline
    }

    /// What makes a page's request the same as another's.
    private struct Request: Equatable {
        let url: String
        let name: String?
        let method: String
        let details: String?
    }

    /// A page on its way into its row.
    fileprivate struct Row {
        let id: Int64
        var host: Int64?
        var key: Int64?
        var name: String?
        var line: Int64?
        var url: String
        var method = "GET"
        var state = "pending"
        var skipReason: String?
        var errorKind: String?
        var error: String?
        var request: ImportedRequest?
    }

    /// Adds pages in the order given; a request that the run already has becomes a skipped page.
    func add(_ pages: [ImportedPage], inputs: [Int: String], pagesPerHost: Int) throws -> RunProgress {
        let hosts = try hosts(of: pages.compactMap(\.hostKey))
        var places: [HostID: Int64] = [:]
        if pagesPerHost > 0 {
            try pipeline.sendPlaces(Array(hosts.keys), of: run) { places = $0 }
            try pipeline.flush()
        }
        var known = try requests(pages.compactMap(\.key))
        let ids = try ids(pages.count)
        var added = RunProgress()
        var taken: [HostID: Int64] = [:]
        var rows: [Row] = []
        rows.reserveCapacity(pages.count)
        for (index, page) in pages.enumerated() {
            added.count(page)
            var row = Row(page, id: ids[index])
            if let host = page.hostKey.flatMap({ hosts[$0] }) {
                row.host = host.rawValue
                if let key = try claim(page, &known) {
                    row.key = key
                    if pagesPerHost > 0 {
                        if places[host, default: 0] + taken[host, default: 0] < pagesPerHost {
                            taken[host, default: 0] += 1
                        } else {
                            row.skip(.limit, "its host has limits.pages_per_host pages in this run already")
                            added.skipOne()
                        }
                    }
                } else {
                    row.skip(.duplicate, nil)
                    (row.method, row.request) = ("GET", nil)
                    added.skipOne()
                }
            }
            rows.append(row)
        }
        try insert(rows)
        try insert(inputs.map { (ids[$0.key], $0.value) }.sorted { $0.0 < $1.0 })
        try pipeline.take(taken, of: run)
        let waiting = rows.filter { $0.state == "pending" }.compactMap(\.host)
        try finish(Set(hosts.values), Set(waiting), added)
        return added
    }

    /// Ids for so many rows. Where others took a block in between, the rest of this import has higher ones.
    private func ids(_ count: Int) throws -> [Int64] {
        var ids: [Int64] = []
        try pipeline.send(
            "SELECT nextval('{schema}.page_ids') FROM generate_series(1, $1::bigint)",
            [.int(Int64((count + 999) / 1_000))]
        ) { result in
            for block in result.rows.map({ $0.int(0) }).sorted() { ids += block..<block + 1_000 }
        }
        try pipeline.flush()
        return ids
    }

    private func hosts(of keys: [String]) throws -> [String: HostID] {
        var seen: Set<String> = []
        let keys = keys.filter { seen.insert($0).inserted }
        guard !keys.isEmpty else { return [:] }
        var hosts: [String: HostID] = [:]
        try pipeline.sendHosts(keys) { hosts[$0] = $1 }
        try pipeline.flush()
        return hosts
    }

    /// The requests of the run that have one of these keys.
    private func requests(_ keys: [Int64]) throws -> [Int64: Request] {
        guard !keys.isEmpty else { return [:] }
        var requests: [Int64: Request] = [:]
        try pipeline.send(
            """
            SELECT url_key, url, name, method, request FROM {schema}.pages
            LEFT JOIN {schema}.page_requests ON page_id = id WHERE run_id = $1 AND url_key = ANY($2)
            """, [.int(run.rawValue), .ints(keys)]
        ) { result in
            for row in result.rows {
                requests[row.int(0)] = Request(
                    url: row.text(1), name: row.optionalText(2), method: row.text(3),
                    details: row.optionalText(4))
            }
        }
        try pipeline.flush()
        return requests
    }

    /// The key of a page's request, salted where another request has that key; nil where the run has the same request already.
    private func claim(_ page: ImportedPage, _ known: inout [Int64: Request]) throws -> Int64? {
        guard case .page(let url, _, let name, _, let request) = page, var key = page.key else { return nil }
        let own = Request(
            url: url, name: name, method: request?.method ?? "GET", details: request?.details)
        var salt: UInt64 = 0
        while let holder = known[key] {
            if holder == own { return nil }
            salt += 1
            guard let salted = page.key(salt: salt) else { return nil }
            key = salted
            if known[key] == nil { known.merge(try requests([key])) { first, _ in first } }
        }
        known[key] = own
        return key
    }

    private func insert(_ rows: [Row]) throws {
        try pipeline.send(
            """
            INSERT INTO {schema}.pages (id, run_id, host_id, url_key, name, line, url, method, state, skip_reason, error_kind, error)
            SELECT id, $1, host, key, name, line, url, method, state, skip_reason, error_kind, error
            FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[],
                $10::text[], $11::text[], $12::text[])
                AS o(id, host, key, name, line, url, method, state, skip_reason, error_kind, error)
            """,
            [
                .int(run.rawValue), .ints(rows.map(\.id)), .ints(rows.map(\.host)), .ints(rows.map(\.key)),
                .texts(rows.map(\.name)), .ints(rows.map(\.line)), .texts(rows.map(\.url)),
                .texts(rows.map(\.method)), .texts(rows.map(\.state)), .texts(rows.map(\.skipReason)),
                .texts(rows.map(\.errorKind)), .texts(rows.map(\.error)),
            ])
        let requests = rows.compactMap { row in row.request.map { (id: row.id, request: $0) } }
        guard !requests.isEmpty else { return }
        try pipeline.send(
            """
            INSERT INTO {schema}.page_requests (page_id, request, idempotency_key)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])
            """,
            [
                .ints(requests.map(\.id)), .texts(requests.map(\.request.details)),
                .texts(requests.map(\.request.idempotencyKey)),
            ])
    }

    private func insert(_ inputs: [(page: Int64, input: String)]) throws {
        guard !inputs.isEmpty else { return }
        try pipeline.send(
            "INSERT INTO {schema}.page_inputs (page_id, input) SELECT * FROM unnest($1::bigint[], $2::text[])",
            [.ints(inputs.map(\.page)), .texts(inputs.map(\.input))])
    }

    /// Adds sitemaps that the run does not have yet.
    func add(sitemaps: [DiscoveredURL], _ limits: JobSpec.Limits) throws -> RunProgress {
        var known = DiscoveryPlan.Known()
        known.hosts = try hosts(of: sitemaps.map { String($0.hostKey) })
        (known.rows, known.keys) = try pipeline.rows(of: Array(Set(sitemaps.map(\.url))), in: run)
        var plan = DiscoveryPlan(known, pagesPerHost: limits.pagesPerHost, keepsSkipped: false)
        var memory = DiscoveryMemory(limits)
        var ids = try ids(sitemaps.count)[...]
        plan.add(Found(discovery: PageDiscovery(urls: sitemaps), page: nil), &memory) {
            ids.removeFirst()
        }
        let rows = plan.rows
        try pipeline.insert(rows.filter(\.isNew), into: run)
        try pipeline.rewrite(rows.filter(\.isRewritten))
        let hosts = plan.growth.hosts
        try finish(hosts, Set(hosts.map(\.rawValue)), plan.growth.progress)
        return plan.growth.progress
    }

    /// Notes which hosts the run's list names, which of them have pages that wait, and brings the run's own row up to date.
    private func finish(_ named: Set<HostID>, _ waiting: Set<Int64>, _ added: RunProgress) throws {
        try pipeline.send(
            """
            INSERT INTO {schema}.run_hosts (run_id, host_id) SELECT $1, host FROM unnest($2::bigint[]) AS host
            ON CONFLICT DO NOTHING
            """, [.int(run.rawValue), .ints(named.map(\.rawValue).sorted())])
        try pipeline.send(
            """
            INSERT INTO {schema}.frontier (run_id, host_id, due_at) SELECT $1, host, 0 FROM unnest($2::bigint[]) AS host
            ON CONFLICT (run_id, host_id) DO UPDATE SET due_at = 0 WHERE frontier.due_at IS DISTINCT FROM 0
            """, [.int(run.rawValue), .ints(waiting.sorted())])
        try pipeline.send(
            """
            UPDATE {schema}.runs SET pages_pending = pages_pending + $2, pages_failed = pages_failed + $3,
                pages_skipped = pages_skipped + $4, pages_invalid = pages_invalid + $5 WHERE id = $1
            """,
            [
                .int(run.rawValue), .int(added.pending), .int(added.failed), .int(added.skipped),
                .int(added.invalid),
            ])
        try pipeline.flush()
    }
}

extension ImportedRows.Row {
    fileprivate init(_ page: ImportedPage, id: Int64) {
        self.id = id
        switch page {
        case .page(let url, _, let name, let line, let request):
            self.url = url
            self.name = name
            self.line = line.map(Int64.init)
            method = request?.method ?? "GET"
            self.request = request
        case .skipped(let text, let reason, let name, let line, let error):
            url = text
            self.name = name
            self.line = line.map(Int64.init)
            skip(reason, error)
        case .failed(let text, let kind, let name, let line, let error):
            url = text
            self.name = name
            self.line = line.map(Int64.init)
            (state, errorKind, self.error) = ("failed", kind.rawValue, error)
        }
    }

    fileprivate mutating func skip(_ reason: SkipReason, _ error: String?) {
        (state, skipReason, self.error) = ("skipped", reason.rawValue, error)
    }
}
