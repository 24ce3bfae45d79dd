internal import CrawlCore
internal import CrawlFetch
internal import CrawlStore
internal import JobFile

/// Requests that are more than a GET: what they send, and that it is sent once.
extension RunDriver {
    /// Says what pages send whose turn it is. What must not be sent twice is noted in this transaction, before it is sent.
    func composeRequests(_ dispatch: inout Dispatch, _ transaction: StoreTransaction) throws {
        for page in unsent { try transaction.markUnsent(page) }
        unsent.removeAll()
        for (pages, loop) in starting {
            let answers = try pages.map { page, batch in
                (page, try contents(of: page, batch, transaction))
            }
            dispatch.messages[loop].append(.contents(answers))
        }
        starting.removeAll()
    }

    private func contents(
        of page: PageID, _ batch: BatchID, _ transaction: StoreTransaction
    ) throws -> PageContents {
        guard !isStopping else { return .leave }
        guard let request = try transaction.request(of: page) else { return .send(nil) }
        let message: RequestMessage
        do {
            message = try composer.message(of: request)
        } catch {
            return .refuse("\(error)")
        }
        if message.isUnsafe { try transaction.markSending(page, batch: batch) }
        return .send(message)
    }

    /// Takes care of requests that were going out as the run's last runner ended, before anything else is sent: what must
    /// not be sent twice is not.
    func recoverInterrupted() throws {
        guard run.hasRequests else { return }
        var lost: [PageOutcome] = []
        try store.write { transaction in
            for interrupted in try transaction.interruptedRequests(of: run.id) {
                let retry = interrupted.details.flatMap { try? RequestTemplate(details: $0, job: spec).retry }
                if (retry ?? spec.retry).unsafe {
                    try transaction.markUnsent(interrupted.page.id)
                } else {
                    var outcome = PageOutcome(page: interrupted.page, startedAt: environment.wallClock())
                    outcome.verdict = .failed(.cancelled)
                    outcome.error =
                        "not known to have been delivered: trawl ended while the request was going out, and retry.unsafe is off"
                    lost.append(outcome)
                }
            }
        }
        if !lost.isEmpty { outcomes.append(lost) }
    }
}
