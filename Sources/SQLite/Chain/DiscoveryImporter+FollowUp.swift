internal import CrawlCore
internal import GRDB
internal import TrawlStore

/// What pages of a result lead to: their items, and the pages after them.
extension DiscoveryImporter {
    /// Adds what a page led to that was settled in this transaction.
    mutating func add(
        _ followUp: FollowUp, from page: ClaimedPage, _ growth: inout Growth, in transaction: StoreTransaction
    ) throws {
        if followUp.restarts, let first = followUp.pages.first?.place.first {
            try transaction.deleteItems(ofChain: first)
        }
        if let items = followUp.items {
            try transaction.keep(items, of: page.id) { item in
                for template in followUp.templates {
                    try add(template.page(for: item, of: page.id), from: page.id, &growth, transaction)
                }
            }
        }
        for following in followUp.pages {
            try add(following, from: page.id, &growth, transaction)
        }
    }

    private mutating func add(
        _ page: FollowingPage, from referrer: PageID, _ growth: inout Growth, _ transaction: StoreTransaction
    ) throws {
        var page = page
        var key: Int64?
        if page.end == nil {
            switch try freeKey(of: page, from: referrer, transaction) {
            case .free(let free): key = free
            case .known: return
            case .repeated(let number):
                guard page.onRepeat == .error else { return }
                page.end = .failed(
                    .unexpected,
                    "page repeats: the request of page \(page.place.number) is that of page \(number)")
            }
        }
        let host = try page.end == nil ? page.hostKey.map { try self.host($0, in: transaction) } : nil
        let id = try transaction.insert(page, run: run, host: host, key: key, from: referrer)
        if let key { _ = try PageKeys(run, in: transaction).enter(key, of: PageID(rawValue: id).rawValue) }
        growth.note(id)
        switch page.end {
        case nil:
            growth.progress.pending += 1
            if let host { growth.hosts.insert(host) }
        case .failed: growth.progress.failed += 1
        case .skipped: growth.progress.skipped += 1
        }
    }

    private enum KeyState {
        case free(Int64)
        /// The same page led to it before.
        case known
        /// A page of this number in the chain had the same request.
        case repeated(number: Int)
    }

    /// The key of a page within its chain. A request that the chain has had already has the same key.
    ///
    /// The key does not depend on the run, so that a page of one run is known again in the next.
    private func freeKey(
        of page: FollowingPage, from referrer: PageID, _ transaction: StoreTransaction
    ) throws -> KeyState {
        let database = transaction.database
        var content: [String?] = [page.name, page.details]
        if !page.isOfItem {
            let first = try Int64.fetchOne(
                database.cachedStatement(sql: "SELECT url_key FROM pages WHERE id = ?"),
                arguments: [page.place.first.rawValue])
            content.append("chain:\(first ?? 0):\(page.place.restarts)")
            if page.onRepeat == .allow { content.append("\(page.place.number)") }
        }
        var salt: UInt64 = 0
        while true {
            let key = URLKey(
                method: page.method, url: page.url, content: content, salt: salt
            ).rawValue
            let holder = try Row.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT url, method, name, request, referrer_id, first_page_id, number
                        FROM page_keys CROSS JOIN pages ON pages.id = page_keys.page_id
                        LEFT JOIN page_requests ON page_requests.page_id = pages.id
                        LEFT JOIN page_chains ON page_chains.page_id = pages.id
                        WHERE page_keys.run_id = ? AND page_keys.url_key = ?
                        """), arguments: [run.rawValue, key])
            guard let holder else { return .free(key) }
            let (request, chain): (String?, Int64?) = (holder["request"], holder["first_page_id"])
            let (name, number): (String?, Int?) = (holder["name"], holder["number"])
            if holder["url"] == page.url, holder["method"] == page.method, request == page.details,
                name == page.name
            {
                if page.isOfItem { return .known }
                if chain == page.place.first.rawValue, let number {
                    let isSame = holder["referrer_id"] == referrer.rawValue && number == page.place.number
                    return isSame ? .known : .repeated(number: number)
                }
            }
            salt += 1
        }
    }
}

extension StoreTransaction {
    /// Adds a page that another led to, with its request and its place.
    ///
    /// - Returns: its id.
    fileprivate func insert(
        _ page: FollowingPage, run: RunID, host: HostID?, key: Int64?, from referrer: PageID
    ) throws -> Int64 {
        var (state, kind, reason, error): (String, String?, String?, String?) = ("pending", nil, nil, nil)
        switch page.end {
        case nil: break
        case .failed(let errorKind, let text): (state, kind, error) = ("failed", errorKind.rawValue, text)
        case .skipped(let skipReason, let text):
            (state, reason, error) = ("skipped", skipReason.rawValue, text)
        }
        try database.cachedStatement(
            sql: """
                INSERT INTO pages (run_id, host_id, url_key, name, method, url, referrer_id, state, error_kind, skip_reason, error)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                run.rawValue, host?.rawValue, key, page.name, page.method, page.url, referrer.rawValue, state,
                kind, reason, error,
            ])
        let id = database.lastInsertedRowID
        if let input = page.input {
            try database.cachedStatement(sql: "INSERT INTO page_inputs (page_id, input) VALUES (?, ?)")
                .execute(arguments: [id, input])
        }
        try insertPlace(of: page, id)
        guard page.end == nil else { return id }
        try database.cachedStatement(
            sql: "INSERT INTO page_requests (page_id, request, idempotency_key) VALUES (?, ?, ?)"
        ).execute(arguments: [id, page.details, page.idempotencyKey])
        return id
    }

    private func insertPlace(of page: FollowingPage, _ id: Int64) throws {
        guard !page.isOfItem else { return }
        let place = page.place
        try database.cachedStatement(
            sql: """
                INSERT INTO page_chains (page_id, first_page_id, number, first_url, restarts, items_before, planned, total,
                    size, digest_before)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                id, place.first.rawValue, place.number, place.firstURL, place.restarts, place.itemsBefore,
                place.planned, place.total, place.size, place.before,
            ])
    }
}
