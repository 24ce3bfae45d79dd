internal import Authentication
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore

/// Credentials in a run: requests for tokens on their way, and pages that wait for them.
extension Frontier {
    /// Takes in what the loops have reported of credentials, and has tokens asked for.
    mutating func planCredentials(now: Int64) {
        let reports = news.credentials
        news.credentials = []
        for report in reports {
            switch report {
            case .refused(let page, let access, let challenges, let loop):
                let host = (try? WebURL(parsing: page.url))?.hostKey ?? ""
                credentials.refused(
                    page.id, access, host: host, challenges: challenges, loop: loop, now: now)
            case .answered(let errand, let answer, let host, let requests):
                hosts.guestLeft(host)
                credentials.answered(errand.credential, answer, requests: requests, now: now)
            }
        }
        credentials.wake(now: now)
        if !isStopping { for index in credentials.takeErrands() { send(errandFor: index, now: now) } }
        for (loop, order) in credentials.takeOrders() { messages.add(.credentials(order), to: loop) }
    }

    /// Notes which pages were accepted with what they had to show.
    mutating func noteAccess(_ outcomes: [PageOutcome]) {
        for outcome in outcomes {
            guard let access = outcome.page.message?.access else { continue }
            credentials.settled(outcome.page.id, access, status: outcome.response.statusCode)
        }
    }

    /// Has requests counted that are no page's.
    mutating func countErrands(_ outcomes: inout [[PageOutcome]]) {
        guard let list = outcomes.firstIndex(where: { !$0.isEmpty }) else { return }
        outcomes[list][0].requestsBesides += credentials.takeUncounted()
    }

    /// Sends for a token. It goes the way of a redirect: the host that is asked may be another than those at hand.
    private mutating func send(errandFor index: Int, now: Int64) {
        let fault: TokenFault
        do {
            guard let (url, message) = try credentials.errand(index, policy.composer),
                let target = try? WebURL(parsing: url)
            else { return }
            let page = ClaimedPage(
                id: PageID(rawValue: Int64(-1 - index)), host: HostID(rawValue: 0),
                batch: BatchID(rawValue: 0), url: url, attempts: 0, name: nil, message: message)
            // A line of a list may name it as well as the job, and then it may be at a private address as the page's own may.
            tokenHosts.insert(target.hostKey)
            redirects.append(
                Redirect(
                    purpose: .page(page), target: target, chain: RedirectChain(startedAt: now),
                    isShared: false))
            hasReadyRedirect = true
            return
        } catch let known as TokenFault {
            fault = known
        } catch {
            fault = TokenFault(.internal, "\(error)", isFinal: true)
        }
        credentials.answered(index, .failed(fault), requests: 0, now: now)
    }
}

extension Redirect {
    /// The request for a token, at its host; nil for a redirect.
    func errand(at host: HostID) -> PageRequest? {
        guard let page, page.message?.errand != nil else { return nil }
        return PageRequest(
            ClaimedPage(
                id: page.id, host: host, batch: page.batch, url: page.url, attempts: 0, name: nil,
                message: page.message))
    }
}
