package import CrawlCore
package import TrawlStore
internal import GRDB

/// Which page the target of a redirect is, in a run that follows links. Every page is requested once in such a run.
package enum RedirectTarget: Sendable {
    /// A page that the run has already. Nothing is asked for.
    case known
    /// A page that the chain of redirects has been at; it is asked for again.
    case met(ClaimedPage)
    /// It is nobody's page so far. ``DiscoveryImporter/claim(_:for:former:_:in:)`` gives it to the chain.
    case free(Free)

    /// A URL that a redirect may claim.
    package struct Free: Sendable {
        let url: DiscoveredURL
        /// The row that it has; nil for none yet.
        let row: PageID?
    }
}

extension DiscoveryImporter {
    /// What a redirect's target is to the run.
    ///
    /// - Parameters:
    ///   - url: where the redirect leads, normalised as the job says.
    ///   - page: the page that was redirected.
    ///   - chain: the redirects so far.
    ///   - normalization: of the job, to know where the redirects of others have led.
    package mutating func target(
        _ url: WebURL, of page: ClaimedPage, _ chain: RedirectChain, _ normalization: URLNormalization,
        in transaction: StoreTransaction
    ) throws -> RedirectTarget {
        let text = url.withoutCredentialsAndFragment
        let pages = chain.pages.isEmpty ? [page] : chain.pages
        if let met = pages.first(where: { $0.url == text }) { return .met(met) }
        let discovered = DiscoveredURL(url: text, hostKeyLength: url.hostKeyLength, depth: page.depth)
        guard let found = try row(of: text, in: transaction) else {
            return .free(RedirectTarget.Free(url: discovered, row: nil))
        }
        if page.isNamed, found.isClaim, found.referrer == page.id { return .met(page) }
        let isFree =
            try found.wasLeftAlone
            || leads(
                found, to: Set(pages.map(\.id)), limit: chain.hops.count + 20, normalization, transaction)
        guard isFree else {
            if found.depth > page.depth, found.kind == nil {
                try lift(
                    found.id.rawValue, to: discovered, from: page.id, isPending: found.state == "pending",
                    transaction)
            }
            try keepLink(from: page.id, to: found.id, transaction)
            return .known
        }
        return .free(RedirectTarget.Free(url: discovered, row: found.id))
    }

    /// Gives a redirect's target to the chain of redirects, in the transaction after which it is requested.
    ///
    /// If the page that redirects was found by a link, the target becomes a pending page, which the caller has claimed. Whatever
    /// happens, one of the two pages is pending until the other is settled. If the run's own list names the page, the answer
    /// belongs to that page, and the target's row only says that it has been requested.
    ///
    /// - Parameters:
    ///   - page: the page that was redirected.
    ///   - former: the runs whose pages tell by what to ask whether they have changed; nil for none.
    package mutating func claim(
        _ target: RedirectTarget.Free, for page: ClaimedPage, former: FormerRuns?, _ growth: inout Growth,
        in transaction: StoreTransaction
    ) throws -> RedirectClaim {
        let url = target.url
        guard !page.isNamed else {
            try note(target, for: page, &growth, transaction)
            return .own
        }
        let host = try self.host(url.hostKey, in: transaction)
        let id: PageID
        if let row = target.row {
            try revive(row, url, host, from: page.id, transaction)
            growth.note(row.rawValue)
            growth.progress.skipped -= 1
            id = row
        } else {
            let reason = try reasonToRefuse(url, of: host, transaction)
            try writeTraps(transaction)
            if let reason { return .refused(reason) }
            id = try insert(url, host, nil, from: page.id, transaction)
            growth.note(id.rawValue)
        }
        growth.progress.pending += 1
        try keepLink(from: page.id, to: id, transaction)
        recent.remember(url, page: id.rawValue, depth: url.depth)
        try transaction.database.cachedStatement(sql: "UPDATE batches SET pages = pages + 1 WHERE id = ?")
            .execute(arguments: [page.batch.rawValue])
        let key = URLKey(method: "GET", url: url.url).rawValue
        let made = ClaimedPage(
            id: id, host: host, batch: page.batch, url: url.url, attempts: 0, name: nil, depth: page.depth,
            isNamed: false,
            previous: try former.flatMap { try transaction.previousPage(url.url, key: key, of: $0) })
        return .page(made, isNew: true)
    }

    /// Keeps where a redirect leads as a page keeps where its links lead.
    private func keepLink(from page: PageID, to target: PageID, _ transaction: StoreTransaction) throws {
        var targets = PageIDList()
        targets.append(target.rawValue)
        try keep(targets, of: page, transaction)
    }

    /// Notes that a URL was requested on behalf of a page of the run's own list, so that no link leads to another request of it.
    private mutating func note(
        _ target: RedirectTarget.Free, for page: ClaimedPage, _ growth: inout Growth,
        _ transaction: StoreTransaction
    ) throws {
        let words = "asked for as where \(page.url) leads"
        if let row = target.row {
            try transaction.database.cachedStatement(
                sql: """
                    UPDATE pages SET skip_reason = 'duplicate', error = ?, referrer_id = ?, depth = 0
                    WHERE id = ? AND state = 'skipped' AND fetched_at IS NULL
                    """
            ).execute(arguments: [words, page.id.rawValue, row.rawValue])
            return
        }
        let id = try insert(target.url, nil, words, from: page.id, transaction)
        growth.note(id.rawValue)
        growth.progress.skipped += 1
    }

    /// - Parameter host: nil for a row that is skipped as a duplicate.
    private func insert(
        _ url: DiscoveredURL, _ host: HostID?, _ error: String?, from page: PageID,
        _ transaction: StoreTransaction
    ) throws -> PageID {
        let key = try freeKey(of: url.url, transaction)
        try transaction.database.cachedStatement(
            sql: """
                INSERT INTO pages (run_id, host_id, url_key, url, depth, rank, referrer_id, state, skip_reason, error)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                run.rawValue, host?.rawValue, key.rawValue, url.url, url.depth, url.rank, page.rawValue,
                host == nil ? "skipped" : "pending", host == nil ? SkipReason.duplicate.rawValue : nil, error,
            ])
        let id = transaction.database.lastInsertedRowID
        _ = try PageKeys(run, in: transaction).enter(key.rawValue, of: id)
        return PageID(rawValue: id)
    }

    /// Makes a row that was skipped pending: it is requested after all.
    private func revive(
        _ row: PageID, _ url: DiscoveredURL, _ host: HostID, from page: PageID,
        _ transaction: StoreTransaction
    ) throws {
        try transaction.database.cachedStatement(
            sql: """
                UPDATE pages SET state = 'pending', in_range = NULL, skip_reason = NULL, host_id = ?, depth = min(depth, ?), rank = ?,
                    referrer_id = ?, error = NULL, final_url = NULL, num_redirects = NULL, fetched_at = NULL
                WHERE id = ?
                """
        ).execute(arguments: [host.rawValue, url.depth, url.rank, page.rawValue, row.rawValue])
        try transaction.database.cachedStatement(sql: "DELETE FROM redirects WHERE page_id = ?")
            .execute(arguments: [row.rawValue])
    }
}

// MARK: - Rows

/// What is known of a URL's row.
private struct TargetRow {
    let id: PageID
    let url: String
    let state: String
    let reason: String?
    let depth: Int
    let kind: String?
    let referrer: PageID?
    let finalURL: String?
    let wasAsked: Bool

    /// Whether the row only says that a page of the run's own list was redirected there.
    var isClaim: Bool { reason == SkipReason.duplicate.rawValue && !wasAsked }

    /// Whether it was skipped because links to it were not to be followed. A redirect that may lead there requests it, as a link
    /// would.
    var wasLeftAlone: Bool {
        !wasAsked && ["depth", "scope", "trap", "robots"].contains(reason)
    }

    init(_ row: Row) {
        id = PageID(rawValue: row["id"])
        url = row["url"]
        state = row["state"]
        reason = row["skip_reason"]
        depth = row["depth"]
        kind = row["kind"]
        referrer = (row["referrer_id"] as Int64?).map(PageID.init(rawValue:))
        finalURL = row["final_url"]
        wasAsked = row["fetched_at"] != nil
    }
}

extension DiscoveryImporter {
    private static let columns =
        "SELECT id, url, state, skip_reason, depth, kind, referrer_id, final_url, fetched_at FROM pages WHERE id = "

    private func row(of url: String, in transaction: StoreTransaction) throws -> TargetRow? {
        let statement = try transaction.database.cachedStatement(
            sql: Self.columns + "(SELECT page_id FROM page_keys WHERE run_id = ? AND url_key = ?)")
        var salt: UInt64 = 0
        while true {
            let key = URLKey(method: "GET", url: url, salt: salt)
            let row = try Row.fetchOne(statement, arguments: [run.rawValue, key.rawValue]).map(TargetRow.init)
            guard let row, row.url != url else { return row }
            // Another request that happens to share the key.
            salt += 1
        }
    }

    private func row(_ page: PageID, in transaction: StoreTransaction) throws -> TargetRow? {
        let statement = try transaction.database.cachedStatement(sql: Self.columns + "?")
        return try Row.fetchOne(statement, arguments: [page.rawValue]).map(TargetRow.init)
    }

    private func freeKey(of url: String, _ transaction: StoreTransaction) throws -> URLKey {
        let statement = try transaction.database.cachedStatement(
            sql: "SELECT 1 FROM page_keys WHERE run_id = ? AND url_key = ?")
        var salt: UInt64 = 0
        while true {
            let key = URLKey(method: "GET", url: url, salt: salt)
            guard try Bool.fetchOne(statement, arguments: [run.rawValue, key.rawValue]) != nil else {
                return key
            }
            salt += 1
        }
    }

    /// Whether a row is a duplicate of a page of the chain, so that nobody would ask for either.
    private func leads(
        _ row: TargetRow, to pages: Set<PageID>, limit: Int, _ normalization: URLNormalization,
        _ transaction: StoreTransaction
    ) throws -> Bool {
        var row = row
        for _ in 0..<limit {
            guard row.reason == SkipReason.duplicate.rawValue else { return false }
            let next: TargetRow?
            if row.isClaim {
                next = try row.referrer.flatMap { try self.row($0, in: transaction) }
            } else if let final = row.finalURL, let url = try? WebURL(parsing: final) {
                next = try self.row(
                    of: normalization.apply(to: url).withoutCredentialsAndFragment, in: transaction)
            } else {
                next = nil
            }
            guard let next else { return false }
            if pages.contains(next.id) { return true }
            row = next
        }
        return false
    }
}
