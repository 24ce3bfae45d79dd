internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore
internal import DequeModule
internal import Synchronization

/// Carries outcomes from a crawl to the task that reads them, and lets the reader stop the crawl.
///
/// Neither side blocks a thread. When `limit` outcomes wait, the crawl claims no more pages; when the reader is down to half of that,
/// the crawl is told to go on.
final class OutcomeStream: RunObserver {
    fileprivate struct State: Sendable {
        var outcomes = Deque<Outcome>()
        /// Whether `limit` outcomes were waiting, and the reader is not down to half of that yet.
        var isBehind = false
        var reader: CheckedContinuation<Void, Never>?
        /// The task that hands over rows before there is a crawl, while it waits for the reader.
        var sender: CheckedContinuation<Void, Never>?
        /// How the run ended; nil before that.
        var end: Result<Void, TrawlError>?
        /// Whether the run was told to stop.
        var isStopped = false
        /// Whether the reader is gone.
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

    /// Stops the run; requests under way may finish.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopped = true }
            return !state.isStopped
        }
        guard isFirst else { return }
        state.withLock(\.crawl)?.stop()
    }

    /// Stops the run because its reader is gone.
    func abandon() {
        state.withLock { state in
            state.isAbandoned = true
            state.outcomes.removeAll()
        }
        stop()
        goOn()
    }

    /// Tells the sender that the reader has caught up.
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

    /// Passes a stop on to the crawl from now on. A stop that came earlier stops it too.
    func direct(to crawl: Crawl) {
        let isStopped = state.withLock { state in
            state.crawl = crawl
            return state.isStopped
        }
        if isStopped { crawl.stop() }
    }

    /// Adds outcomes for the reader, even if more than `limit` wait then.
    func send(_ rows: some Sequence<ResultRow>) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isAbandoned else { return nil }
            state.outcomes.append(contentsOf: rows.lazy.map(Outcome.init))
            if state.outcomes.count >= limit { state.isBehind = true }
            return state.outcomes.isEmpty ? nil : state.takeReader()
        }?.resume()
    }

    /// Waits until the reader has caught up or is gone.
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

    /// Ends the stream: with an error, or with nil when all pages are settled.
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

    /// How the run ended, once no outcome waits any more. An error is returned once.
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
