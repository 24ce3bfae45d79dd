internal import CrawlCore
internal import CrawlFetch
internal import Curl

/// What becomes of requests.
extension CrawlLoop: PageFetchReceiver {
    func wantsConnectionKept(_ fetcher: PageFetcher) -> Bool {
        // The pages of a host follow its robots.txt.
        fetcher.request?.page == nil || fetcher.slot.map { gate.hasQueued($0) } ?? false
    }

    func willSend(_ fetcher: PageFetcher) -> Bool {
        guard let slot = fetcher.slot else { return true }
        let now = MonotonicInstant.now
        if fetcher.wasSent, !gate.maySendAgain(slot, now: now) { return false }
        gate.sent(slot, fraction: job.environment.random(), now: now)
        return true
    }

    func finished(_ fetcher: PageFetcher, _ result: consuming PageFetchResult, _ signal: HostSignal) {
        var verdict = HostCircuit.Verdict.counted
        if let slot = fetcher.slot {
            let allowance = fetcher.allowance
            // A wait that the host names begins when its reply came. `transfers.now` may be older than that: a busy machine can
            // stop the thread before it reads what has come.
            let now = allowance == nil && signal == .answered ? transfers.now : .now
            verdict = gate.finished(
                slot, wasSent: fetcher.wasSent, signal, fraction: job.environment.random(),
                allowance: allowance, name: allowance == nil ? nil : result.requestName, now: now)
            fetcher.slot = nil
            for paused in gate.takePaused(slot, for: CrawlLoop.longPause, now: transfers.now) {
                putOff(paused.request, for: paused.wait)
            }
        }
        fetchers.giveBack(fetcher)
        permits.release()
        // A wait that a host asks for has to outlive a kill, so it is reported at the end of this turn of the loop.
        if gate.hasUrgentConditions { outbox.reportOutcomes(within: .zero, now: transfers.now) }
        switch consume result {
        case .outcome(var outcome):
            apply(verdict, to: &outcome)
            if case .turnedAway(let wait) = signal { giveUp(outcome.lastHost, HostRefusal.wait(wait)) }
            if case .throttled = signal { giveUpIfPersistent(&outcome) }
            keep(consume outcome)
        case .redirect(let purpose, let target, let chain, let host):
            guard drainDeadline == nil else { return }  // The page stays pending.
            if !isShared(purpose), let last = chain.hops.last, let origin = try? WebURL(parsing: last.url),
                origin.hostKey == target.hostKey
            {
                admit(
                    PageRequest(purpose, url: target.withoutCredentialsAndFragment, host: host, chain: chain),
                    first: true)
            } else {
                report(.redirect(purpose, to: target, chain, from: host))
            }
        case .again(let request):
            guard drainDeadline == nil else { return }
            admit(request, first: true)
        case .unauthorized(let outcome, let request, let challenges):
            park(outcome, request, challenges: challenges)
        case .token(let errand, let answer, let host):
            report(.credentials(.answered(errand, answer, from: host, requests: fetcher.wasSent ? 1 : 0)))
        case .robots(var answer, let host, let last, let url):
            if verdict == .givenUp, case .unreachable(_, let error) = answer {
                answer = .unreachable(.hostUnavailable, error)
                giveUp(last, error)
            }
            if case .turnedAway(let wait) = signal {
                let error = HostRefusal.wait(wait)
                answer = .unreachable(.hostUnavailable, error)
                giveUp(last, error)
            }
            keep(RobotsReport(host: host, answer: answer, lastHost: last, url: url))
        }
    }

    /// Whether another page may lead to the same URL as this redirect. The driver then decides which of them requests it.
    private func isShared(_ purpose: PageRequest.Purpose) -> Bool {
        guard job.followsLinks, case .page(let page) = purpose else { return false }
        return page.isPlain
    }

    /// Asks a host elsewhere, on which links are only checked, for nothing more once it goes on to refuse. To find out what a
    /// page of it would have answered can take a minute a page, and the verdict on such a link is `unsure` anyway.
    private func giveUpIfPersistent(_ outcome: inout PageOutcome) {
        guard outcome.page.check?.isOwn == false, let kind = outcome.verdict.errorKind,
            gate.slowings(of: outcome.lastHost) >= HostRefusal.mostSlowings
        else { return }
        outcome.verdict = .failed(kind)
        giveUp(outcome.lastHost, HostRefusal.persistence)
    }

    /// Changes the outcome of a page whose failure was the host's and not its own.
    private func apply(_ verdict: HostCircuit.Verdict, to outcome: inout PageOutcome) {
        guard verdict != .counted, let kind = outcome.verdict.errorKind else { return }
        switch verdict {
        case .counted: break
        case .setAside(let until):
            outcome.verdict = .postponed(kind, wait: max(until - transfers.now, .zero))
        case .givenUp:
            let error = outcome.error ?? kind.rawValue
            // What a check itself has met is a verdict on its link.
            outcome.verdict = .failed(outcome.page.check == nil ? .hostUnavailable : kind)
            giveUp(outcome.lastHost, error)
        }
    }
}
