internal import CrawlCore
internal import TrawlStore

/// Outcomes that the server refuses.
///
/// What strangers send is cleaned before it is stored. Where the server refuses something all the same, the turn would fail each time, and
/// with it the run. So the outcomes that are to blame are looked for, by halves, in transactions that are rolled back, and their pages are
/// settled as `internal` instead.
extension PostgresRun {
    /// The request without what the server refuses.
    ///
    /// - Returns: the request, and the outcomes that it has in the place of others; nil where none of its outcomes is to blame.
    func sift(
        _ request: TurnRequest, _ connection: PostgresConnection
    ) throws -> (TurnRequest, [PageOutcome])? {
        let outcomes = Array(request.record.outcomes.joined())
        let refused = try refused(outcomes, connection)
        guard !refused.isEmpty else { return nil }
        var request = request
        var substitutes: [PageOutcome] = []
        request.record.outcomes = request.record.outcomes.map { list in
            list.map { outcome in
                guard let words = refused[outcome.page.id] else { return outcome }
                substitutes.append(outcome.settledAsRefused(words))
                return substitutes[substitutes.count - 1]
            }
        }
        return (request, substitutes)
    }

    /// Those of some outcomes that the server refuses, with its words.
    private func refused(
        _ outcomes: [PageOutcome], _ connection: PostgresConnection
    ) throws -> [PageID: String] {
        guard let first = outcomes.first, let words = try refusal(of: outcomes, connection) else {
            return [:]
        }
        guard outcomes.count > 1 else { return [first.page.id: words] }
        let half = outcomes.count / 2
        var found = try refused(Array(outcomes[..<half]), connection)
        found.merge(try refused(Array(outcomes[half...]), connection)) { one, _ in one }
        return found
    }

    /// Why the server refuses outcomes; nil where it takes them. Nothing is kept.
    private func refusal(of outcomes: [PageOutcome], _ connection: PostgresConnection) throws -> String? {
        var request = TurnRequest(now: 0)
        request.record.outcomes = [outcomes]
        let pipeline = PostgresPipeline(connection)
        let turn = PostgresTurn(self, pipeline, request)
        do {
            try turn.probe()
            try connection.rollBack()
            return nil
        } catch let failure as PostgresFailure where failure.isRefusal {
            try connection.rollBack()
            return failure.description
        }
    }
}

extension PageOutcome {
    /// The outcome of a page of which the database cannot keep what came.
    fileprivate func settledAsRefused(_ words: String) -> PageOutcome {
        var outcome = PageOutcome(page: page, startedAt: startedAt)
        outcome.verdict = .failed(.internal)
        outcome.error = "the database refuses what came: \(words)"
        outcome.finishedAt = finishedAt
        outcome.requests = requests
        outcome.response.statusCode = response.statusCode
        outcome.response.sizeDownload = response.sizeDownload
        outcome.response.timings = response.timings
        return outcome
    }
}
