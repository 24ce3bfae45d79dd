internal import CrawlCore
internal import TrawlStore

/// What is found on the way: links, and where redirects lead.
extension ModelTurn {
    // MARK: Links

    mutating func add(_ discovery: PageDiscovery, from page: PageID?) {
        for url in discovery.urls { add(url, from: page) }
    }

    private mutating func add(_ url: DiscoveredURL, from referrer: PageID?) {
        if let page = run.pagesByKey[ModelRequestKey(method: "GET", url: url.url)] {
            guard url.skipReason == nil else { return }
            if page.state == .skipped {
                revive(page, url, from: referrer)
            } else if page.depth > url.depth, url.kind == .page {
                lift(page, to: url.depth, rank: url.rank, from: referrer)
            }
            return
        }
        var reason = url.skipReason
        var host: HostID?
        if reason == nil {
            host = database.host(String(url.hostKey))
            if url.kind == .page, let id = host, !run.takePlace(of: id) {
                guard run.spec.keepsSkipped else { return }
                (reason, host) = (.limit, nil)
            }
        }
        append(url, host, reason, from: referrer)
        if let host { reply.grownHosts.insert(host) }
    }

    @discardableResult
    private mutating func append(
        _ url: DiscoveredURL, _ host: HostID?, _ reason: SkipReason?, from referrer: PageID?
    ) -> ModelPage {
        if host == nil { reply.grown.skipped += 1 } else { reply.grown.pending += 1 }
        return database.append(
            to: run, url: url.url, key: ModelRequestKey(method: "GET", url: url.url), kind: url.kind,
            state: host == nil ? .skipped : .pending
        ) {
            $0.depth = url.depth
            $0.rank = url.rank
            $0.referrer = referrer
            $0.host = host
            $0.skipReason = reason
        }
    }

    /// A link that was not to be followed where it was found first is to be followed from here.
    private mutating func revive(_ page: ModelPage, _ url: DiscoveredURL, from referrer: PageID?) {
        let host = database.host(String(url.hostKey))
        guard page.wasLeftAlone else { return }
        guard run.takePlace(of: host) else {
            page.skipReason = .limit
            (page.depth, page.rank, page.referrer, page.host) = (url.depth, url.rank, referrer, host)
            return
        }
        run.update(page) {
            ($0.state, $0.skipReason, $0.host) = (.pending, nil, host)
            ($0.depth, $0.rank, $0.referrer) = (url.depth, url.rank, referrer)
        }
        reply.grown.pending += 1
        reply.grown.skipped -= 1
        reply.grownHosts.insert(host)
    }

    /// A page is less deep than it seemed.
    private func lift(_ page: ModelPage, to depth: Int, rank: Int, from referrer: PageID?) {
        run.update(page) {
            ($0.depth, $0.referrer) = (depth, referrer)
            if $0.state == .pending { $0.rank = rank }
        }
    }

    // MARK: Pages of results

    mutating func add(_ followUp: FollowUp, from page: ModelPage) {
        if followUp.restarts, let first = followUp.pages.first?.place.first {
            for other in run.pages where other.id == first || other.place?.first == first { other.items = [] }
        }
        // The lists of tests are in memory, and cannot fail.
        try? followUp.items?.forEach { key, value in
            page.items.append((key, value))
            for template in followUp.templates { add(template.page(for: value, of: page.id), from: page.id) }
        }
        for following in followUp.pages { add(following, from: page.id) }
    }

    private mutating func add(_ page: FollowingPage, from referrer: PageID) {
        var chain = "\(page.place.first.rawValue):\(page.place.restarts)"
        if page.onRepeat == .allow { chain += ":\(page.place.number)" }
        var (end, key) = (page.end, ModelRequestKey?.none)
        if end == nil {
            let wanted = ModelRequestKey(
                method: page.method, url: page.url,
                content: page.isOfItem ? [page.name, page.details] : [page.name, page.details, chain])
            if let known = run.pagesByKey[wanted] {
                let isSame = known.referrer == referrer && known.place?.number == page.place.number
                guard !isSame, page.onRepeat == .error else { return }
                end = .failed(.unexpected, "page repeats")
            } else {
                key = wanted
            }
        }
        let state: PageState
        switch end {
        case nil: (state, reply.grown.pending) = (.pending, reply.grown.pending + 1)
        case .failed: (state, reply.grown.failed) = (.failed, reply.grown.failed + 1)
        case .skipped: (state, reply.grown.skipped) = (.skipped, reply.grown.skipped + 1)
        }
        let host = end == nil ? page.hostKey.map { database.host(String($0)) } : nil
        let request = ImportedRequest(
            method: page.method, details: page.details, idempotencyKey: page.idempotencyKey)
        database.append(
            to: run, url: page.url, key: key, name: page.name, request: end == nil ? request : nil,
            state: state
        ) {
            $0.referrer = referrer
            $0.host = host
            $0.place = page.isOfItem ? nil : page.place
            if case .failed(let kind, _)? = end { $0.errorKind = kind }
            if case .skipped(let reason, _)? = end { $0.skipReason = reason }
        }
        if let host { reply.grownHosts.insert(host) }
    }

    // MARK: Redirects

    mutating func lead(_ step: RedirectStep) {
        guard let shared = step.shared, run.spec.follow != nil else {
            let host = database.host(step.hostKey)
            reply.redirects.append(hold(host) ? .held(host) : .taken)
            return
        }
        let chain = shared.chain.pages.isEmpty ? [shared.page] : shared.chain.pages
        let url = shared.target.withoutCredentialsAndFragment
        let page = run.pagesByKey[ModelRequestKey(method: "GET", url: url)]
        let met = met(url, page, shared.page, chain)
        if met == nil, let page, !isFree(page, for: chain) {
            if page.depth > shared.page.depth, page.kind == .page {
                let target = DiscoveredURL(url: url, hostKeyLength: 0, depth: shared.page.depth)
                lift(page, to: target.depth, rank: target.rank, from: shared.page.id)
            }
            record([shared.ifKnown])
            reply.redirects.append(.known)
            return
        }
        let host = database.host(step.hostKey)
        guard hold(host) else {
            reply.redirects.append(.taken)
            return
        }
        guard step.claims else {
            reply.redirects.append(.held(host))
            return
        }
        if let met {
            reply.redirects.append(.claimed(host, .page(met, isNew: false)))
        } else {
            let target = DiscoveredURL(
                url: url, hostKeyLength: shared.target.hostKeyLength, depth: shared.page.depth)
            reply.redirects.append(.claimed(host, claim(target, page, for: shared.page)))
        }
    }

    private mutating func hold(_ host: HostID) -> Bool { store.hosts.contains(host) || open(host) }

    /// The page of the chain that the target is.
    private func met(
        _ url: String, _ target: ModelPage?, _ page: ClaimedPage, _ chain: [ClaimedPage]
    ) -> ClaimedPage? {
        if let met = chain.first(where: { $0.url == url }) { return met }
        guard let target, page.isNamed, target.isNote, target.referrer == page.id else { return nil }
        return page
    }

    /// Whether nobody else asks for a page: it was to be left alone, or is settled by a page of the chain.
    private func isFree(_ target: ModelPage, for chain: [ClaimedPage]) -> Bool {
        if target.wasLeftAlone { return true }
        let chain = Set(chain.map(\.id))
        var seen: Set<PageID> = []
        var page = target
        while page.state == .skipped, page.skipReason == .duplicate, seen.insert(page.id).inserted {
            let next: ModelPage?
            if page.isNote {
                next = page.referrer.map(database.page)
            } else {
                next = page.finalURL.flatMap { run.pagesByKey[ModelRequestKey(method: "GET", url: $0)] }
            }
            guard let next else { return false }
            if chain.contains(next.id) { return true }
            page = next
        }
        return false
    }

    private mutating func claim(
        _ url: DiscoveredURL, _ target: ModelPage?, for page: ClaimedPage
    ) -> RedirectClaim {
        guard !page.isNamed else {
            // The answer is the page's own. The row only says that it has been asked for.
            guard let target else {
                append(url, nil, .duplicate, from: page.id)
                return .own
            }
            if target.state == .skipped, !target.isSettled {
                (target.skipReason, target.referrer, target.depth) = (.duplicate, page.id, 0)
            }
            return .own
        }
        let host = database.host(String(url.hostKey))
        let made: ModelPage
        if let target {
            run.update(target) {
                ($0.state, $0.skipReason, $0.host) = (.pending, nil, host)
                ($0.depth, $0.rank, $0.referrer) = (min($0.depth, url.depth), url.rank, page.id)
                ($0.finalURL, $0.isSettled) = (nil, false)
            }
            reply.grown.pending += 1
            reply.grown.skipped -= 1
            made = target
        } else {
            guard run.takePlace(of: host) else { return .refused(.limit) }
            made = append(url, host, nil, from: page.id)
        }
        takenByRedirects.insert(made.id)
        database.batches[Int(page.batch.rawValue) - 1].pages += 1
        return .page(
            ClaimedPage(
                id: made.id, host: host, batch: page.batch, url: made.url, attempts: 0, name: nil,
                depth: page.depth, isNamed: false),
            isNew: true)
    }
}

extension ModelPage {
    /// Whether links were not to lead there, and nobody has asked for it.
    fileprivate var wasLeftAlone: Bool {
        guard state == .skipped, !isSettled else { return false }
        switch skipReason {
        case .depth, .scope, .trap, .robots, .notNewer: return true
        default: return false
        }
    }

    /// Whether it is there for what a page of the run's own list was redirected to.
    fileprivate var isNote: Bool { state == .skipped && skipReason == .duplicate && !isSettled }
}
