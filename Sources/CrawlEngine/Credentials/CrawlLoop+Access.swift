internal import CrawlCore
internal import CrawlFetch

/// Pages that wait for their credential, and requests for tokens.
extension CrawlLoop {
    /// A page that waits, without a place at its host.
    struct Parked {
        let request: PageRequest
        /// What it comes to if it is not sent again; nil where it was not sent yet.
        let refusal: PageOutcome?
    }

    /// Lets a page wait that was refused with what it had to show.
    func park(_ outcome: PageOutcome, _ request: PageRequest, challenges: [String]) {
        guard let page = request.page, let access = page.message?.access, drainDeadline == nil else {
            // The server has done nothing, so the page stays pending.
            if let page = request.page { report(.unsent([page.id])) }
            return
        }
        parked[page.id] = Parked(request: PageRequest(page.sending(nil)), refusal: outcome)
        report(.credentials(.refused(page, access, challenges: challenges, loop: index)))
    }

    /// Does what the driver has decided for pages that wait.
    func receive(_ order: CredentialOrder) {
        switch order {
        case .release(let pages):
            // The last of them is put in front first, so that they keep their order.
            for page in pages.reversed() {
                guard let parked = parked.removeValue(forKey: page) else { continue }
                if drainDeadline == nil {
                    admit(parked.request, first: true)
                } else {
                    report(.unsent([page]))
                }
            }
        case .settle(let page, let reason):
            guard var outcome = parked.removeValue(forKey: page)?.refusal else { return }
            outcome.error = "\(outcome.error ?? "status 401"); \(reason)"
            keep(outcome)
        }
    }

    /// Reports that a request for a token is not made.
    func refuse(_ errand: TokenErrand, at host: HostID, _ verdict: PageOutcome.Verdict, _ error: String) {
        let kind = verdict.errorKind ?? .unexpected
        report(
            .credentials(
                .answered(errand, .failed(TokenFault(kind, error, isFinal: true)), from: host, requests: 0)))
    }
}
