internal import CrawlCore
internal import TrawlStore

/// What was read of hosts to take pages of them.
final class ReadTakes {
    /// Pages that are due, by host.
    var rows: [HostID: [ClaimRow]] = [:]
    /// When the first page that is not due yet is, and when the first page of all is, by host.
    var next: [HostID: (later: Int64?, first: Int64?)] = [:]
    /// How many hosts were to share what may be taken of new ones.
    var shares = 0
}

/// A page that may be taken.
struct ClaimRow {
    let id: PageID
    let position: FrontierPosition
    let url: String
    let attempts: Int
    let name: String?
    let key: Int64?
    let kind: PageKind
    let depth: Int
    let method: String

    /// From a row whose first column is the host.
    init(_ row: PostgresRow) {
        id = PageID(rawValue: row.int(1))
        position = FrontierPosition(notBefore: row.int(2), rank: row.int(3), id: row.int(1))
        url = row.text(4)
        attempts = Int(row.int(5))
        name = row.optionalText(6)
        key = row.optionalInt(7)
        kind = row.optionalText(8).flatMap(PageKind.init(rawValue:)) ?? .page
        depth = Int(row.int(9))
        method = row.text(10)
    }
}

/// Taking pages. Nothing is written: the lease of their host is the claim.
extension PostgresTurn {
    /// Queues reading what pages may be taken.
    func sendTakes() throws -> ReadTakes {
        let read = ReadTakes()
        read.shares = reply.opened.count + candidates.count
        try send(request.takes, read)
        if let share = share(of: read.shares) {
            try send(
                (reply.opened.map(\.host) + candidates.map(\.host)).map { PageTake($0, limit: share) }, read)
        }
        return read
    }

    /// How many pages each new host may have taken at once; nil for none.
    private func share(of hosts: Int) -> Int? {
        guard let search = request.search, search.pages > 0, hosts > 0 else { return nil }
        return max(search.pages / (search.hosts + hosts), search.leastShare)
    }

    private func send(_ takes: [PageTake], _ read: ReadTakes) throws {
        let takes = takes.filter { take in
            if case .always = take.release { return false }
            return take.isDue || hasGrown(take.host)
        }
        guard !takes.isEmpty else { return }
        let filled = takes.filter { min($0.limit, request.room) > 0 }
        if !filled.isEmpty {
            let start = FrontierPosition(notBefore: .min, rank: .min, id: .min)
            let positions = filled.map { hasGrown($0.host) ? start : $0.position ?? start }
            try pipeline.send(
                ClaimSQL.claim,
                [
                    .int(run.run.id.rawValue), .int(now), .ints(filled.map(\.host.rawValue)),
                    .ints(positions.map(\.notBefore)), .ints(positions.map(\.rank)),
                    .ints(positions.map(\.id)),
                    .ints(
                        filled.map {
                            Int64(
                                min($0.limit, self.request.room) + $0.taken.count
                                    + (self.takenByRedirects[$0.host]?.count ?? 0))
                        }),
                ]
            ) { result in
                for take in filled { read.rows[take.host] = [] }
                for row in result.rows {
                    read.rows[HostID(rawValue: row.int(0)), default: []].append(ClaimRow(row))
                }
            }
        }
        try pipeline.send(
            ClaimSQL.next, [.int(run.run.id.rawValue), .int(now), .ints(takes.map(\.host.rawValue))]
        ) { result in
            for row in result.rows {
                read.next[HostID(rawValue: row.int(0))] = (row.optionalInt(1), row.optionalInt(2))
            }
        }
    }

    /// Takes pages of what was read, and gives hosts back.
    func take(_ read: ReadTakes) throws {
        var firstTakes: [PageTake] = []
        if let share = share(of: reply.opened.count) {
            firstTakes = reply.opened.filter { run.spec.robots != .obey || $0.robots != nil }
                .map { PageTake($0.host, limit: share) }
            if reply.opened.count != read.shares, !firstTakes.isEmpty {
                // Others have some of the hosts, so that there is more for the rest.
                try send(firstTakes, read)
                try pipeline.flush()
            }
        }
        var room = request.room
        var chosen: [(taken: TakenPages, rows: [ClaimRow])] = []
        var released: [HostID] = []
        for take in request.takes + firstTakes {
            guard let (taken, rows) = choose(take, room: room, read) else { continue }
            room -= rows.count
            if taken.isReleased { released.append(taken.host) }
            chosen.append((taken, rows))
        }
        let details = try details(of: chosen.flatMap(\.rows))
        var filler = BatchFiller(run)
        for (taken, rows) in chosen {
            var taken = taken
            taken.pages = try rows.map { row in
                page(row, of: taken.host, batch: try filler.next(pipeline, now: now), details)
            }
            reply.taken.append(taken)
        }
        try write(filler.batches, released)
    }

    /// Enters the batches that were filled, and gives hosts back, in a transaction of their own: what is taken is known only once the
    /// turn's own is committed.
    private func write(_ batches: [FilledBatch], _ released: [HostID]) throws {
        guard !batches.isEmpty || !released.isEmpty else { return }
        try run.link.begin(pipeline)
        // If the server crashes, the pages are taken again.
        if released.isEmpty { try pipeline.send("SELECT set_config('synchronous_commit', 'off', true)") }
        try enter(batches)
        try release(released)
        try pipeline.commit()
        try pipeline.flush()
        for host in released {
            run.hosts[host] = nil
            run.told[host] = nil
        }
    }

    private func enter(_ batches: [FilledBatch]) throws {
        guard !batches.isEmpty else { return }
        try pipeline.send(
            """
            INSERT INTO {schema}.batches (id, run_id, number, pages, claimed_at)
            SELECT id, $1, number, pages, at FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                AS o(id, number, pages, at)
            """,
            [
                .int(run.run.id.rawValue), .ints(batches.map(\.id)), .ints(batches.map(\.number)),
                .ints(batches.map(\.pages)), .ints(batches.map(\.at)),
            ])
    }

    /// - Returns: nil where there was nothing to be done with the host, or no room for pages of it.
    private func choose(_ take: PageTake, room: Int, _ read: ReadTakes) -> (TakenPages, [ClaimRow])? {
        var taken = TakenPages(take.host)
        if case .always = take.release {
            taken.isReleased = true
            return (taken, [])
        }
        let mayRelease = if case .ifEmpty = take.release { true } else { false }
        guard take.isDue || hasGrown(take.host) else {
            guard mayRelease else { return nil }
            taken.isReleased = true
            return (taken, [])
        }
        let next = read.next[take.host]
        guard take.limit > 0 else {
            // The host was taken because another's robots.txt is redirected to it. Its own is fetched once pages of it wait.
            guard take.isDue else { return nil }
            taken.more = next?.first.map { .at($0) } ?? .never
            taken.isReleased = next?.first == nil && mayRelease
            return (taken, [])
        }
        let limit = min(take.limit, room)
        guard limit > 0 else { return nil }
        let rows = due(read.rows[take.host] ?? [], take, limit: limit)
        taken.position = rows.count < limit ? nil : rows.last?.position
        taken.more = .now
        if rows.count < limit, !run.isByLevel || take.taken.isEmpty && rows.isEmpty {
            taken.more = next?.later.map { .at($0) } ?? .never
        }
        taken.isReleased = rows.isEmpty && taken.more != .now && mayRelease
        return (taken, rows)
    }

    /// Those that are not taken yet, up to so many; of one depth where pages are taken level by level.
    private func due(_ rows: [ClaimRow], _ take: PageTake, limit: Int) -> [ClaimRow] {
        let others = takenByRedirects[take.host] ?? []
        var level = take.taken.isEmpty ? nil : take.level
        var due: [ClaimRow] = []
        for row in rows where !take.taken.contains(row.id) && !others.contains(row.id) {
            if run.isByLevel {
                if let level, row.depth > level { break }
                level = row.depth
            }
            due.append(row)
            if due.count == limit { break }
        }
        return due
    }

    private func page(
        _ row: ClaimRow, of host: HostID, batch: BatchID, _ details: ClaimDetails
    ) -> ClaimedPage {
        let hasLineage = run.spec.discoversPages
        return ClaimedPage(
            id: row.id, host: host, batch: batch, url: row.url, attempts: row.attempts, name: row.name,
            kind: hasLineage ? row.kind : .page, depth: hasLineage ? row.depth : 0,
            isNamed: hasLineage ? run.run.lastNamed.map { row.id.rawValue <= $0.rawValue } ?? true : true,
            previous: details.previous[row.id], input: details.inputs[row.id],
            check: hasLineage && row.kind == .check ? details.check(row, of: host) : nil)
    }
}

private enum ClaimSQL {
    static let claim = """
        SELECT wish.host, page.id, page.not_before, page.rank, page.url, page.attempts, page.name, page.url_key, page.kind,
            page.depth, page.method
        FROM unnest($3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) WITH ORDINALITY
            AS wish(host, not_before, rank, id, most, place)
        CROSS JOIN LATERAL (
            SELECT * FROM {schema}.pages
            WHERE run_id = $1 AND host_id = wish.host AND state = 'pending'
                AND (not_before, rank, id) > (wish.not_before, wish.rank, wish.id) AND not_before <= $2
            ORDER BY not_before, rank, id LIMIT wish.most) AS page
        ORDER BY wish.place, page.not_before, page.rank, page.id
        """

    static let next = """
        SELECT host,
            (SELECT not_before FROM {schema}.pages
                WHERE run_id = $1 AND host_id = host AND state = 'pending' AND not_before > $2
                ORDER BY not_before LIMIT 1),
            (SELECT not_before FROM {schema}.pages
                WHERE run_id = $1 AND host_id = host AND state = 'pending' ORDER BY not_before LIMIT 1)
        FROM unnest($3::bigint[]) AS host
        """
}

/// Puts the pages of a turn into batches of the job's size.
struct BatchFiller {
    private let run: PostgresRun
    private(set) var batches: [FilledBatch] = []

    init(_ run: PostgresRun) {
        self.run = run
    }

    /// The batch of the next page.
    mutating func next(_ pipeline: PostgresPipeline, now: Int64) throws -> BatchID {
        if batches.last?.pages ?? .max >= Int64(run.spec.batchSize) {
            let id = try run.numbers.batch(pipeline)
            batches.append(FilledBatch(id: id, number: run.numbers.nextBatch, pages: 0, at: now))
            run.numbers.nextBatch += 1
        }
        batches[batches.count - 1].pages += 1
        return BatchID(rawValue: batches[batches.count - 1].id)
    }
}
