extension PageOutcome {
    /// The outcome of a page that is not asked for, or not asked for any further.
    ///
    /// - Parameters:
    ///   - page: the page that the request is made for.
    ///   - request: what is not to be sent; behind a redirect its URL is where that leads.
    ///   - error: why, for people.
    ///   - now: unix milliseconds.
    package init(
        of page: ClaimedPage, _ request: PageRequest, _ verdict: Verdict, _ error: String, now: Int64
    ) {
        self.init(page: page, startedAt: request.chain?.startedAt ?? now)
        self.verdict = verdict
        self.error = error
        lastHost = request.host
        finishedAt = now
        requests = 0
        guard let chain = request.chain else { return }
        self.chain = chain
        take(chain)
        if response.numRedirects > 0, request.url != page.url { response.finalURL = request.url }
    }

    /// The outcome, and what it means for the other pages that its redirects went over.
    ///
    /// The other pages redirect to the page of this outcome, so each is a duplicate of it. If that page is skipped,
    /// they are skipped for the same reason. If the chain is a loop, the page that it began with fails.
    package func settlingChain() -> [PageOutcome] {
        guard let chain, let first = chain.pages.first else { return [self] }
        let others = chain.pages.filter { $0.id != page.id }
        let end = response.finalURL ?? page.url
        switch verdict {
        case .failed(.redirectLoop), .failed(.tooManyRedirects):
            // The others lead into the loop, or are what the limit was used up by.
            let (left, leftAt) =
                verdict == .failed(.redirectLoop)
                ? (Verdict.skipped(.duplicate), first.url) : (.skipped(.limit), end)
            var last = self
            if first.id != page.id {
                last.verdict = left
                last.response.finalURL = leftAt
            }
            return [last]
                + others.map { other in
                    other.id == first.id
                        ? PageOutcome(of: other, in: self, verdict, end: end)
                        : PageOutcome(of: other, in: self, left, end: leftAt)
                }
        case .skipped(let reason):
            return [self] + others.map { PageOutcome(of: $0, in: self, .skipped(reason), end: end) }
        case .done, .failed, .retry, .postponed:
            return [self] + others.map { PageOutcome(of: $0, in: self, .skipped(.duplicate), end: end) }
        }
    }

    /// What the end of a chain means for another page of it.
    private init(of page: ClaimedPage, in end: PageOutcome, _ verdict: Verdict, end url: String) {
        self.init(page: page, startedAt: end.startedAt)
        self.verdict = verdict
        finishedAt = end.finishedAt
        requests = 0
        chain = end.chain
        if let chain { take(chain) }
        response.finalURL = url == page.url ? nil : url
        error =
            verdict == .skipped(.duplicate) ? "redirected to \(url), which is a page of its own" : end.error
    }

    /// Takes in what the redirects of the page came to.
    private mutating func take(_ chain: RedirectChain) {
        requests = chain.requests(for: page.id)
        response.numRedirects = chain.hops(from: page.id).count
        response.statusCode = chain.hops.last { $0.page == page.id }?.statusCode
        response.sizeDownload = chain.sizeDownload(for: page.id)
        response.timings.total = chain.microseconds(for: page.id)
    }
}
