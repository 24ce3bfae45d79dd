internal import CrawlCore
internal import CrawlFetch
internal import Curl

/// How requests get to their hosts' queues, and what becomes of those that do not.
extension CrawlLoop {
    /// Queues a request at its host, or settles its page when it must not be sent.
    ///
    /// - Parameter first: whether it goes before the host's other requests.
    func admit(_ request: PageRequest, first: Bool = false) {
        if let page = request.page, let refusal = rules[request.host]?.refusal(of: request.url) {
            refuse(page, request, refusal.verdict, refusal.error)
        } else if request.page == nil, let (kind, error) = rules[request.host]?.closure {
            keep(
                RobotsReport(
                    host: request.owner, answer: .unreachable(kind, error), lastHost: request.host,
                    url: request.url))
        } else {
            if request.chain == nil, let page = request.page, page.name != nil, page.message == nil {
                let pause = gate.pause(of: request, now: transfers.now)
                if pause > CrawlLoop.longPause { return putOff(request, for: pause) }
            }
            gate.add(request, first: first, now: transfers.now)
        }
    }

    /// From which wait on requests of a pool are put off, so that others of their host are claimed in their place.
    static let longPause: Duration = .seconds(2)

    /// Puts a page off whose pool takes no requests for a while.
    func putOff(_ request: PageRequest, for wait: Duration) {
        guard let page = request.page else { return }
        refuse(
            page, request, .postponed(.cancelled, wait: wait),
            "waits: the limit of its pool is used up for \(wait)")
    }

    /// Settles a page that is not requested.
    func refuse(
        _ page: ClaimedPage, _ request: PageRequest, _ verdict: PageOutcome.Verdict, _ error: String
    ) {
        if let errand = page.message?.errand { return refuse(errand, at: request.host, verdict, error) }
        var outcome = PageOutcome(of: page, request, verdict, error, now: job.environment.wallClock())
        // A robots.txt that cannot be had says of its host what the page would have said.
        if case .failed(let kind) = verdict { outcome.response.signs = PageResponse.Signs(of: kind, error) }
        outcome.redact(page.message?.redaction ?? job.policy.redaction)
        keep(outcome)
    }

    /// Keeps an outcome until it is reported.
    func keep(_ outcome: consuming PageOutcome) {
        outbox.add(outcome, now: transfers.now)
    }

    /// Keeps the answer for a robots.txt until it is reported.
    func keep(_ report: RobotsReport) {
        outbox.add(report, now: transfers.now, isBusy: gate.readyRequests > 0)
    }

    /// Gives back a host's pages that have not begun. A request that a redirect brought here stays: the host of its page
    /// counts on it.
    func surrender(_ host: HostID) {
        var pages: [PageID] = []
        for request in gate.removeAll(of: host) {
            // In a run with requests of their own a page that has its message may be noted as being sent already.
            if let page = request.page, page.host == host, request.chain == nil,
                !job.asksBeforeSending || page.message == nil
            {
                pages.append(page.id)
            } else {
                gate.add(request, now: transfers.now)
            }
        }
        report(.surrendered(host, pages))
    }

    /// Requests nothing more of a host.
    func giveUp(_ host: HostID, _ error: String) {
        rules[host]?.unavailable = error
        for request in gate.removeAll(of: host) { admit(request) }
        report(.givenUp(host, error))
    }
}
