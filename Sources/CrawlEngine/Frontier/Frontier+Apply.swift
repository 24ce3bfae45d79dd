internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import TrawlStore

extension Frontier {
    /// Takes in what became of a turn.
    ///
    /// - Returns: what was recorded beyond what the turn began with.
    mutating func apply(
        _ reply: borrowing TurnReply, _ turn: borrowing Turn, _ moment: TurnMoment
    ) -> [[PageOutcome]] {
        let now = moment.now
        if budget.add(reply.counted) { hosts.touchAll() }
        if let allotment = reply.budget?.allotment, budget.allot(allotment) { hosts.touchAll() }
        seed(turn.outcomes)
        sendOnce.apply(
            reply.requests, turn.sendOnce, policy.composer, &credentials, now: now, &messages)
        if let beat = reply.beat { apply(beat, moment) }
        let onlyRobots = Set(turn.redirects.filter { $0.redirect.page == nil }.map(\.step.hostKey))
            .subtracting(turn.redirects.filter { $0.redirect.page != nil }.map(\.step.hostKey))
        if !reply.opened.isEmpty { sweep.gain() }
        for opened in reply.opened {
            open(opened, asksRobots: !onlyRobots.contains(opened.key), moment)
        }
        for id in reply.grownHosts {
            if let host = hosts[id] { hosts.grew(host) } else { sweep.expect(at: now) }
        }
        let recorded = apply(reply.redirects, turn.redirects, now: now)
        if let search = reply.search { apply(search, now: now) }
        apply(reply.taken, now: now)
        let taken = reply.taken.reduce(0) { $0 + $1.pages.count }
        // There may be more than there was room for.
        if taken == turn.room { _ = budget.room(claimed: hosts.claimed) }
        return recorded
    }

    /// Tells the loops where pages of the run's own list were redirected to.
    private mutating func seed(_ outcomes: [[PageOutcome]]) {
        guard policy.spec.follow != nil else { return }
        for outcome in outcomes.joined() {
            guard outcome.page.isNamed, let url = outcome.response.finalURL,
                let seed = try? WebURL(parsing: url)
            else { continue }
            messages.addToAll(.seed(seed))
        }
    }

    private mutating func apply(_ beat: TurnBeatReply, _ moment: TurnMoment) {
        for (id, overrides) in beat.overrides {
            guard let host = hosts[id], host.overrides != overrides else { continue }
            hosts.update(host) { $0.overrides = overrides }
            configure(host)
        }
        for id in beat.wanted {
            guard let host = hosts[id], !host.isYielding, host.openedAt + Frontier.leastHold <= moment.clock
            else { continue }
            hosts.update(host) { $0.isYielding = true }
            messages.add(.surrender(id), to: host.loop)
        }
        if !beat.interrupted.isEmpty { recover(beat.interrupted, now: moment.now) }
    }

    private mutating func apply(_ search: HostSearchReply, now: Int64) {
        if let next = search.nextAt { sweep.expect(at: next) }
        if search.wasDenied { wasDenied = true }
        if search.isLast { sweep.hasOthers = search.hasOthers }
        // Hosts of other runners may become free: those give them up, or end.
        if search.wasDenied || search.hasOthers && hosts.isEmpty { waitForOthers(now: now) }
        sweep.advance(to: search.last, isLast: search.isLast)
    }

    private mutating func apply(_ taken: [TakenPages], now: Int64) {
        var admitted: [[ClaimedPage]] = Array(repeating: [], count: policy.loops)
        for taken in taken {
            guard let host = hosts[taken.host] else { continue }
            if case .unasked = host.access, !taken.isReleased {
                // The host was taken in because another host's robots.txt is redirected to it; now it has pages of its own too.
                ask(host, attempt: 1)
                continue
            }
            if case .later(let until) = host.access {
                // Nothing is written for pages that are taken, so they wait as before.
                hosts.update(host) { $0.claimAt = taken.isReleased ? .max : until }
                if taken.isReleased { close(host, now: now) }
                continue
            }
            if let more = taken.more {
                hosts.claimed(taken.pages, of: host, to: taken.position, claimAt: more.instant)
            }
            if case .denied(let verdict, let error) = host.access {
                for page in taken.pages { refuse(PageRequest(page), verdict, error, now: now) }
            } else {
                admitted[host.loop] += taken.pages
            }
            if taken.isReleased { close(host, now: now) }
        }
        for (loop, pages) in admitted.enumerated() where !pages.isEmpty {
            messages.add(.pages(pages), to: loop)
        }
    }

    /// Plans another look for hosts that other runners have now.
    mutating func waitForOthers(now: Int64) {
        sweep.waitForOthers(now: now, fraction: policy.random())
    }

    /// Lets go of a host that was given back.
    private mutating func close(_ host: CrawledHost, now: Int64) {
        if host.isYielding {
            sweep.expect(at: now + Frontier.takenHostWait)
        } else if host.claimAt != .max {
            sweep.expect(at: host.claimAt)
        } else if sweep.hasOthers {
            // The others may have more than their share now.
            waitForOthers(now: now)
        }
        hosts.remove(host)
        messages.add(.close(host.id), to: host.loop)
    }

    /// Settles what is not to be requested.
    mutating func refuse(
        _ request: PageRequest, _ verdict: PageOutcome.Verdict, _ error: String, now: Int64
    ) {
        switch request.purpose {
        case .page(let page):
            if let errand = page.message?.errand {
                let fault = TokenFault(verdict.errorKind ?? .unexpected, error, isFinal: true)
                return credentials.answered(errand.credential, .failed(fault), requests: 0, now: now)
            }
            var outcome = PageOutcome(of: page, request, verdict, error, now: now)
            outcome.lastHost = page.host  // It was never at the other.
            // A robots.txt that cannot be had says of its host what the page would have said.
            if case .failed(let kind) = verdict {
                outcome.response.signs = PageResponse.Signs(of: kind, error)
            }
            outcome.redact(page.message?.redaction ?? policy.composer.redaction)
            news.outcomes.append([outcome])
        case .robots(let host):
            news.robots.append(
                .init(host: host, answer: .unavailable(statusCode: nil), lastHost: host, url: request.url))
        }
    }
}

extension TakenPages.More {
    /// When to ask the store for more pages, in unix milliseconds: 0 is now, `.max` is when something new is known.
    fileprivate var instant: Int64 {
        switch self {
        case .now: 0
        case .at(let instant): instant
        case .never: .max
        }
    }
}
