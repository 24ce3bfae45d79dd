internal import CrawlCore
internal import TrawlStore

/// Redirects that a loop cannot follow by itself: whose page the target is, and whether the target's host may be asked.
extension Frontier {
    /// What can be done for a redirect at present.
    private enum Place {
        /// It is sent, or settled.
        case found
        /// It waits for its host's robots.txt.
        case awaited
        /// The store is asked whether the run has the target already, and for the target's host. With `claims` it is also asked to
        /// make the target a page.
        case asked(claims: Bool)
    }

    /// Sends redirects on to their hosts, and puts what the store must be asked for them into a turn.
    mutating func planRedirects(_ request: inout TurnRequest, _ turn: inout Turn, now: Int64) {
        let waiting = redirects
        redirects = []
        for redirect in waiting {
            switch place(redirect, now: now) {
            case .found: break
            case .awaited: redirects.append(redirect)
            case .asked(let claims):
                let step = step(redirect, claims: claims, now: now)
                // A host at hand is not to be given back in this turn.
                let reserved = hosts[key: step.hostKey]?.id
                if let reserved { hosts.guestCame(reserved) }
                request.redirects.append(step)
                turn.redirects.append((redirect, step, reserved))
            }
        }
    }

    private mutating func place(_ redirect: Redirect, now: Int64) -> Place {
        guard let host = hosts[key: redirect.target.hostKey] else { return .asked(claims: false) }
        // The store says first whether the run has the target already: then its robots.txt is not fetched for nothing.
        let isLooked = !redirect.isShared || redirect.wasLooked
        if redirect.isPrivate, !host.mayBePrivate {
            guard isLooked else { return .asked(claims: false) }
            refuse(
                redirect.request(at: host.id), .failed(.blockedAddress),
                "redirected to \(redirect.url), which is not a public address", now: now)
            return .found
        }
        // A redirect of a robots.txt is followed without the rules of the host that it leads to.
        if redirect.page != nil {
            switch host.access {
            case .unasked, .asked, .again:
                guard isLooked else { return .asked(claims: false) }
                if case .unasked = host.access { ask(host, attempt: 1) }
                return .awaited
            case .denied(let verdict, let error):
                guard isLooked else { return .asked(claims: false) }
                refuse(redirect.request(at: host.id), verdict, error, now: now)
                return .found
            case .later(let until) where redirect.page?.message?.errand == nil:
                guard isLooked else { return .asked(claims: false) }
                let wait: Duration = .milliseconds(max(until - now, 0))
                refuse(
                    redirect.request(at: host.id), .postponed(.hostUnavailable, wait: wait),
                    "waits: a limit of \(host.key) is used up for \(wait)", now: now)
                return .found
            case .granted, .later: break
            }
            if let refusal = policy.configuration(of: host).rules.refusal(of: redirect.url) {
                guard isLooked else { return .asked(claims: false) }
                refuse(redirect.request(at: host.id), refusal.verdict, refusal.error, now: now)
                return .found
            }
        }
        guard !redirect.isShared else { return .asked(claims: true) }
        send(redirect.request(at: host.id), to: host)
        return .found
    }

    private func step(_ redirect: Redirect, claims: Bool, now: Int64) -> RedirectStep {
        var shared: SharedRedirect?
        if redirect.isShared, let page = redirect.page {
            let request = PageRequest(
                redirect.purpose, url: redirect.url, host: page.host, chain: redirect.chain)
            var outcome = PageOutcome(
                of: page, request, .skipped(.duplicate),
                "redirected to \(redirect.url), which is a page of its own", now: now)
            outcome.redact(policy.composer.redaction)
            shared = SharedRedirect(
                page: page, target: policy.normalization.apply(to: redirect.target), chain: redirect.chain,
                ifKnown: outcome.settlingChain())
        }
        return RedirectStep(hostKey: redirect.target.hostKey, shared: shared, claims: claims)
    }

    private mutating func send(_ request: PageRequest, to host: CrawledHost) {
        // A request for a token keeps its host at hand, as one of another host's page does.
        let isErrand = request.page?.message?.errand != nil
        if host.id != request.owner || isErrand { hosts.guestCame(host.id) }
        messages.add(.request(request), to: host.loop)
    }

    // MARK: What became of them

    /// - Returns: the outcomes of those that led to a page which the run has already.
    mutating func apply(
        _ replies: [RedirectReply],
        _ asked: [(redirect: Redirect, step: RedirectStep, reserved: HostID?)], now: Int64
    ) -> [[PageOutcome]] {
        var recorded: [[PageOutcome]] = []
        for (asked, reply) in zip(asked, replies) {
            switch reply {
            case .known:
                let outcomes = asked.step.shared?.ifKnown ?? []
                strikeOff([outcomes], now: now)
                recorded.append(outcomes)
            case .taken:
                wasDenied = true
                if !giveBack(asked.redirect) { redirects.append(asked.redirect) }
            case .held:
                var redirect = asked.redirect
                redirect.wasLooked = true
                switch place(redirect, now: now) {
                case .found: break
                case .awaited: redirects.append(redirect)
                case .asked:
                    redirects.append(redirect)
                    hasReadyRedirect = true
                }
            case .claimed(let host, let claim):
                claimed(claim, asked.redirect, at: host, now: now)
            }
            if let reserved = asked.reserved { hosts.guestLeft(reserved) }
        }
        return recorded
    }

    private mutating func claimed(
        _ claim: RedirectClaim, _ redirect: Redirect, at id: HostID, now: Int64
    ) {
        guard let host = hosts[id] else { return }
        switch claim {
        case .page(let page, let isNew):
            if isNew { hosts.claimed(page) }
            send(redirect.request(for: page, at: id, now: now), to: host)
        case .own:
            send(redirect.request(at: id), to: host)
        case .refused(let reason):
            refuse(
                redirect.request(at: id), .skipped(reason),
                "redirected to \(redirect.url), which is not followed", now: now)
        }
    }

    /// Lets a redirect wait for a host that another runner has. It does not wait if others want the host of its page: two runs
    /// that wait for each other's hosts would wait for ever.
    ///
    /// - Returns: whether it is given up; its pages are pending in the store, and stay so.
    private mutating func giveBack(_ redirect: Redirect) -> Bool {
        guard let page = redirect.page, hosts[page.host]?.isYielding == true else { return false }
        for page in redirect.chain.pages.isEmpty ? [page] : redirect.chain.pages {
            hosts.surrendered([page.id], of: page.host)
        }
        return true
    }
}
