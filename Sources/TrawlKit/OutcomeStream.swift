internal import CrawlCore
internal import CrawlEngine
internal import TrawlSQLite
internal import TrawlStore
internal import DequeModule
internal import Synchronization

/// Outcomes on their way from a crawl to the task that reads them, and the way to stop it.
///
/// Nobody blocks. Who sends is behind once as much waits as may, and is told when the reader has caught up.
final class OutcomeStream: RunObserver {
    fileprivate struct State: Sendable {
        var outcomes = Deque<Outcome>()
        /// Whether as much waits as may, and the reader has not caught up since.
        var isBehind = false
        var reader: CheckedContinuation<Void, Never>?
        /// Who waits for the reader to catch up, before there is a crawl.
        var sender: CheckedContinuation<Void, Never>?
        /// How it ended; nil while it has not.
        var end: Result<Void, TrawlError>?
        /// Whether it is to end.
        var isStopped = false
        /// Whether nobody reads any more.
        var isAbandoned = false
        var crawl: Crawl?
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how many outcomes may wait.
    init(limit: Int) { self.limit = max(1, limit) }

    // MARK: The reader

    func next() async throws(TrawlError) -> Outcome? {
        while true {
            if Task.isCancelled { stop() }
            let (outcome, hasCaughtUp) = state.withLock { $0.take(limit) }
            if hasCaughtUp { goOn() }
            if let outcome { return outcome }
            if let end = state.withLock({ $0.takeEnd() }) {
                try end.get()
                return nil
            }
            await withTaskCancellationHandler {
                await wait()
            } onCancel: {
                stop()
            }
        }
    }

    private func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.outcomes.isEmpty, state.end == nil else { return true }
                state.reader = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Lets the run come to its end in good order.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        state.withLock(\.crawl)?.stop()
    }

    /// Stops a run that nobody reads any more.
    func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            state.outcomes.removeAll()
        }
        stop()
        goOn()
    }

    /// Lets who has waited for the reader go on.
    private func goOn() {
        let (crawl, sender) = state.withLock { state in
            defer { state.sender = nil }
            return (state.crawl, state.sender)
        }
        sender?.resume()
        crawl?.goOn()
    }

    // MARK: The run

    var isStopped: Bool { state.withLock(\.isStopped) }
    var isAbandoned: Bool { state.withLock(\.isAbandoned) }
    var isEnded: Bool { state.withLock { $0.end != nil } }
    var isBehind: Bool { state.withLock(\.isBehind) }

    /// Directs a stop to the crawl from now on; one that came before counts.
    func direct(to crawl: Crawl) {
        let isStopped = state.withLock { state in
            state.crawl = crawl
            return state.isStopped
        }
        if isStopped { crawl.stop() }
    }

    /// Hands over outcomes; more than may wait are taken too.
    func send(_ rows: some Sequence<ResultRow>) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isAbandoned else { return nil }
            state.outcomes.append(contentsOf: rows.lazy.map(Outcome.init))
            if state.outcomes.count >= limit { state.isBehind = true }
            return state.outcomes.isEmpty ? nil : state.takeReader()
        }?.resume()
    }

    /// Waits for the reader to have caught up, or to have left.
    func waitForReader() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                guard state.isBehind, !state.isAbandoned else { return true }
                state.sender = continuation
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    /// Ends it; nil for all pages being settled.
    func finish(_ error: TrawlError?) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.end = error.map { .failure($0) } ?? .success(())
            state.crawl = nil
            return state.takeReader()
        }?.resume()
    }

    func committed(_ outcomes: [PageOutcome]) { send(outcomes.lazy.compactMap { ResultRow($0) }) }

    func progressed(_ snapshot: RunSnapshot) {}
}

extension OutcomeStream.State {
    /// The next outcome, and whether with it the reader has caught up.
    fileprivate mutating func take(_ limit: Int) -> (Outcome?, hasCaughtUp: Bool) {
        guard let outcome = outcomes.popFirst() else { return (nil, false) }
        guard isBehind, outcomes.count <= limit / 2 else { return (outcome, false) }
        isBehind = false
        return (outcome, true)
    }

    /// How it ended, once nothing waits any more. An error is handed out once.
    fileprivate mutating func takeEnd() -> Result<Void, TrawlError>? {
        guard outcomes.isEmpty else { return nil }
        defer { if end != nil { end = .success(()) } }
        return end
    }

    fileprivate mutating func takeReader() -> CheckedContinuation<Void, Never>? {
        defer { reader = nil }
        return reader
    }
}
