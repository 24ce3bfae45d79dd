internal import CrawlCore
internal import CrawlFetch
internal import Curl

/// How queued requests are started.
extension CrawlLoop {
    /// Starts all requests that may start now.
    func startReady() {
        let isWaiting = startWhatMay()
        permits.settle(isWaiting: isWaiting)
    }

    /// - Returns: whether a permit was missing for more.
    private func startWhatMay() -> Bool {
        nextStart = nil
        guard drainDeadline == nil else { return false }
        var asked: [ClaimedPage] = []
        defer { if !asked.isEmpty { report(.starting(asked, loop: index)) } }
        while gate.isReady(now: transfers.now), job.hasArchiveRoom {
            guard permits.acquire(holding: fetchers.busy) else { return true }
            guard takeStart(), let fetcher = idleFetcher(),
                let (request, slot) = gate.next(now: transfers.now)
            else {
                permits.release()
                return false
            }
            fetcher.slot = slot
            if job.asksBeforeSending, let page = request.page, page.message == nil, request.chain == nil {
                starting[page.id] = (request, fetcher)
                asked.append(page)
            } else {
                start(request, fetcher)
            }
        }
        return false
    }

    /// Whether a start is allowed now, by the runner's lease and the job's rate. If it is not, the loop wakes when it may be.
    private func takeStart() -> Bool {
        let now = MonotonicInstant.now
        guard permits.isTrusted(at: now) else {
            nextStart = now + CrawlLoop.distrustWait
            return false
        }
        if permits.takeStart(now: now) { return true }
        nextStart = permits.nextStartAt
        return false
    }

    /// The time between two looks whether the runner may count on its hosts again.
    private static let distrustWait: Duration = .milliseconds(500)

    private func start(_ request: PageRequest, _ fetcher: PageFetcher) {
        let rules = rules[request.host]
        fetcher.start(
            request, mayBePrivate: rules?.mayBePrivate ?? false,
            credentials: rules?.credentials?.credentials(for: request.page?.url ?? request.url),
            showsAccess: rules?.isOwn ?? false)
    }

    /// Goes on with a page, now that the driver has told what its request sends.
    func start(_ id: PageID, _ decision: SendDecision) {
        guard let (request, fetcher) = starting.removeValue(forKey: id), let page = request.page else {
            return
        }
        switch decision {
        case .send(let message) where drainDeadline == nil && permits.isTrusted(at: .now):
            start(PageRequest(page.sending(message)), fetcher)
        case .send, .leave:
            report(.unsent([id]))
            giveBack(fetcher)
        case .park:
            giveBack(fetcher)
            parked[id] = Parked(request: request, refusal: nil)
        case .refuse(let kind, let error):
            giveBack(fetcher)
            refuse(page, request, .failed(kind), error)
        }
    }

    /// Takes a fetcher back that has sent nothing.
    private func giveBack(_ fetcher: PageFetcher) {
        if let slot = fetcher.slot {
            _ = gate.finished(slot, wasSent: false, .none, fraction: 0, now: transfers.now)
            fetcher.slot = nil
        }
        fetchers.giveBack(fetcher)
        permits.release()
    }

    private func idleFetcher() -> PageFetcher? {
        if let fetcher = fetchers.takeIdle() { return fetcher }
        // Without memory for another one the loop goes on with those it has.
        let new = try? PageFetcher(
            loop: transfers, policy: job.policy, fields: job.fields, sieve: job.sieve,
            environment: job.environment, receiver: self)
        if let new { fetchers.add(new) }
        return new
    }
}
