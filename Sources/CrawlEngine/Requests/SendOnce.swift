internal import CrawlCore
internal import CrawlFetch
internal import JobFile
internal import TrawlStore

/// Requests that are more than a GET, on their way out. Their content is read from the store when their turn comes. A request that
/// must not be sent twice is noted in the store before it is sent.
struct SendOnce {
    /// A page that may start. Its loop waits to be told what the request sends.
    struct Start {
        let claimed: ClaimedPage
        let loop: Int

        var page: PageID { claimed.id }
        var batch: BatchID { claimed.batch }
    }

    /// What a turn does for them.
    struct Turn {
        /// Those whose stored requests are read.
        var read: [Start] = []
        /// Those that are noted as going out.
        var noted: [(start: Start, message: RequestMessage)] = []
    }

    /// Pages that may start, whose requests were not read yet.
    var starting: [Start] = []
    /// Pages that are to be noted as going out.
    private var unnoted: [(start: Start, message: RequestMessage)] = []
    /// Pages that were noted as going out and did not go out.
    var unsent: [PageID] = []

    var isEmpty: Bool { starting.isEmpty && unnoted.isEmpty && unsent.isEmpty }

    /// Puts what they need into a turn's request.
    ///
    /// - Parameter isStopping: nothing more is sent: the loops are told to leave what they wait for.
    mutating func plan(
        _ request: inout TurnRequest, isStopping: Bool, _ messages: inout LoopMessages
    ) -> Turn {
        request.record.unsent = unsent
        unsent = []
        defer { (starting, unnoted) = ([], []) }
        guard !isStopping else {
            var left = LoopDecisions()
            for start in starting + unnoted.map(\.start) { left.add(.leave, to: start) }
            left.send(&messages)
            return Turn()
        }
        request.requests = starting.map(\.page)
        request.record.sending = unnoted.map { ($0.start.page, $0.start.batch) }
        return Turn(read: starting, noted: unnoted)
    }

    /// Tells the loops what to send, once it is noted where it has to be.
    mutating func apply(
        _ stored: [StoredRequest?], _ turn: Turn, _ composer: RequestComposer,
        _ credentials: inout CredentialDesk, now: Int64, _ messages: inout LoopMessages
    ) {
        var decisions = LoopDecisions()
        for (start, message) in turn.noted { decisions.add(.send(message), to: start) }
        for (start, stored) in zip(turn.read, stored) {
            guard let stored = stored ?? credentials.plainRequest(of: start.claimed) else {
                decisions.add(.send(nil), to: start)
                continue
            }
            do {
                let decision = try credentials.decision(start, stored, composer, now: now)
                if case .send(let message?) = decision, message.isUnsafe {
                    unnoted.append((start, message))
                } else {
                    decisions.add(decision, to: start)
                }
            } catch {
                decisions.add(.refuse(.internal, "\(error)"), to: start)
            }
        }
        decisions.send(&messages)
    }
}

/// What pages send, by the loop that waits for it.
private struct LoopDecisions {
    private var byLoop: [Int: [(PageID, SendDecision)]] = [:]

    mutating func add(_ decisions: SendDecision, to start: SendOnce.Start) {
        byLoop[start.loop, default: []].append((start.page, decisions))
    }

    func send(_ messages: inout LoopMessages) {
        for (loop, decisions) in byLoop { messages.add(.decisions(decisions), to: loop) }
    }
}

extension Frontier {
    /// Takes care of requests that were going out as the run's last runner ended: those that must not be sent twice are settled, the
    /// others wait again.
    mutating func recover(_ interrupted: [InterruptedRequest], now: Int64) {
        var lost: [PageOutcome] = []
        for request in interrupted {
            let retry = request.details.flatMap {
                try? RequestTemplate(details: $0, job: policy.spec).retry
            }
            if (retry ?? policy.spec.retry).unsafe {
                sendOnce.unsent.append(request.page.id)
                continue
            }
            var outcome = PageOutcome(page: request.page, startedAt: now)
            outcome.verdict = .failed(.cancelled)
            outcome.error =
                "not known to have been delivered: trawl ended while the request was going out, and retry.unsafe is off"
            lost.append(outcome)
        }
        if !lost.isEmpty { news.outcomes.append(lost) }
    }
}
