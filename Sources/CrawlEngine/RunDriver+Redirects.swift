internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore

/// Redirects: whose page they lead to, and by which host's rules.
extension RunDriver {
    /// What the loops have reported, with the pages that redirects went over on the way.
    func settled(_ outcomes: [[PageOutcome]]) -> [[PageOutcome]] {
        guard spec.follow != nil else { return outcomes }
        return outcomes.map { list in
            // By index, where they lie: a copy of an outcome retains each of its texts.
            let span = list.span
            for index in span.indices where span[index].chain?.pages.isEmpty == false {
                return list.flatMap { $0.settlingChain() }
            }
            return list
        }
    }

    /// Leases the hosts that redirects lead to, learns their rules, and sends the requests on to them.
    func admitRedirects(now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction) throws {
        guard !redirects.isEmpty else { return }
        var growth = DiscoveryImporter.Growth()
        var waiting: [Redirect] = []
        for redirect in redirects {
            if try !admit(redirect, now: now, &growth, &dispatch, transaction) { waiting.append(redirect) }
        }
        redirects = waiting
        try close(growth, now: now, transaction)
    }

    /// Whether the redirect is dealt with; false where it has to wait.
    private func admit(
        _ redirect: Redirect, now: Int64, _ growth: inout DiscoveryImporter.Growth,
        _ dispatch: inout Dispatch,
        _ transaction: StoreTransaction
    ) throws -> Bool {
        // Before the host is leased, and its robots.txt asked for, for nothing.
        let target = try target(of: redirect, transaction)
        if case .known? = target {
            try settleDuplicate(redirect, now: now, &dispatch, transaction)
            return true
        }
        let host = try transaction.host(redirect.target.hostKey)
        guard try open(host, asksRobots: redirect.page != nil, now: now, &dispatch, transaction),
            let entry = window[host]
        else {
            wasDenied = true
            return giveBack(redirect)
        }
        let isPrivate = redirect.target.hostAddress.map { !$0.isGlobal } ?? redirect.target.isLocalhost
        if isPrivate, !entry.mayBePrivate {
            settle(
                redirect, at: host, .failed(.blockedAddress),
                "redirected to \(redirect.url), which is not a public address")
            return true
        }
        // The rules of a host are asked of whoever it sends for them.
        if redirect.page != nil {
            if case .unasked = entry.access { try ask(host, attempt: 1, &dispatch, transaction) }
            if entry.access.isAwaited { return false }
            if case .denied(let verdict, let error) = entry.access {
                settle(redirect, at: host, verdict, error)
                return true
            }
            if let refusal = configuration(of: host)?.1.refusal(of: redirect.url) {
                settle(redirect, at: host, refusal.verdict, refusal.error)
                return true
            }
        }
        guard let request = try claim(target, of: redirect, at: host, now: now, &growth, transaction) else {
            return true
        }
        if host != request.owner { window.guestCame(host) }
        dispatch.messages[entry.loop].append(.request(request))
        return true
    }

    /// Whose page a redirect leads to, where every page is requested once: in a run that follows links.
    ///
    /// What a request sends that is more than a GET, or has a name, is its own, and so is the answer. So is what a URL with a
    /// secret leads to, which is no page: pages are stored with their URLs.
    private func target(of redirect: Redirect, _ transaction: StoreTransaction) throws -> RedirectTarget? {
        guard spec.follow != nil, let page = redirect.page, page.isPlain,
            !composer.redaction.isMentioned(in: redirect.url)
        else { return nil }
        return try discoveries?.target(
            normalization.apply(to: redirect.target), of: page, redirect.chain, normalization, in: transaction
        )
    }

    /// The request that a redirect leads to; nil where it has settled its page.
    private func claim(
        _ target: RedirectTarget?, of redirect: Redirect, at host: HostID, now: Int64,
        _ growth: inout DiscoveryImporter.Growth, _ transaction: StoreTransaction
    ) throws -> PageRequest? {
        var chain = redirect.chain
        var next: ClaimedPage?
        switch target {
        case nil, .known?: break
        case .met(let page)?: next = page
        case .free(let free)?:
            guard let page = redirect.page else { break }
            let claim = try discoveries?.claim(
                free, for: page, former: claimOptions.formerRuns, &growth, in: transaction)
            switch claim {
            case nil, .own?: break
            case .refused(let reason)?:
                settle(
                    redirect, at: host, .skipped(reason),
                    "redirected to \(redirect.url), which is not followed")
                return nil
            case .page(let made)?:
                next = made
                window.claimed(made)
            }
        }
        guard let next, let page = redirect.page else {
            return PageRequest(redirect.purpose, url: redirect.url, host: host, chain: chain)
        }
        if next.id != page.id || !chain.pages.isEmpty { chain.lead(from: page, to: next, now: now) }
        return PageRequest(.page(next), url: redirect.url, host: host, chain: chain)
    }

    /// Lets a redirect wait for a host that is not to be had, unless others wait for the host of its page: two runs that wait
    /// for each other's hosts, and neither lets go, would wait for ever.
    ///
    /// - Returns: whether it is given up; its pages are pending in the store, and stay so.
    private func giveBack(_ redirect: Redirect) -> Bool {
        guard let page = redirect.page, window[page.host]?.isYielding == true else { return false }
        for page in redirect.chain.pages.isEmpty ? [page] : redirect.chain.pages {
            window.surrendered([page.id], of: page.host)
        }
        return true
    }

    /// Settles what leads to a page that the run has. At once: of pages that lead to one another the last that is looked at
    /// is to find the others settled, or none of them would be asked for any more.
    private func settleDuplicate(
        _ redirect: Redirect, now: Int64, _ dispatch: inout Dispatch, _ transaction: StoreTransaction
    ) throws {
        guard let page = redirect.page else { return }
        let request = PageRequest(redirect.purpose, url: redirect.url, host: page.host, chain: redirect.chain)
        var outcome = PageOutcome(
            of: page, request, .skipped(.duplicate),
            "redirected to \(redirect.url), which is a page of its own",
            now: now)
        outcome.redact(composer.redaction)
        try record([outcome.settlingChain()], elapsed: 0, now: now, &dispatch, transaction)
    }

    /// Settles what a redirect does not lead to.
    private func settle(
        _ redirect: Redirect, at host: HostID, _ verdict: PageOutcome.Verdict, _ error: String
    ) {
        refuse(
            PageRequest(redirect.purpose, url: redirect.url, host: host, chain: redirect.chain), verdict,
            error)
    }

    /// Settles what is not to be requested.
    func refuse(_ request: PageRequest, _ verdict: PageOutcome.Verdict, _ error: String) {
        switch request.purpose {
        case .page(let page):
            var outcome = PageOutcome(of: page, request, verdict, error, now: environment.wallClock())
            outcome.lastHost = page.host  // It was never at the other.
            outcome.redact(page.message?.redaction ?? composer.redaction)
            outcomes.append([outcome])
        case .robots(let host):
            robotsReports.append(
                .init(host: host, answer: .unavailable(statusCode: nil), lastHost: host, url: request.url))
        }
    }
}
