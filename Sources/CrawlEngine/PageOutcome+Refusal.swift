internal import CrawlCore

extension PageOutcome.Verdict {
    /// What went wrong, where something did.
    var errorKind: ErrorKind? {
        switch self {
        case .failed(let kind), .retry(let kind, _), .postponed(let kind, _): kind
        case .done, .skipped: nil
        }
    }
}

extension PageOutcome {
    /// The outcome of a page that is not asked for, or not asked for any further.
    init(
        of page: ClaimedPage, _ request: PageRequest, _ verdict: Verdict, _ error: String, now: Int64
    ) {
        self.init(page: page, startedAt: request.chain?.startedAt ?? now)
        self.verdict = verdict
        self.error = error
        lastHost = request.host
        finishedAt = now
        chain = request.chain
        requests = request.chain?.hops.count ?? 0
        response.numRedirects = requests
        response.sizeDownload = request.chain?.sizeDownload ?? 0
        response.timings.total = request.chain?.microseconds ?? 0
    }
}
