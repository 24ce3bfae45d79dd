internal import CrawlEngine
internal import Synchronization
internal import UnixSignals

/// SIGINT and SIGTERM on their way to whatever is under way: the first asks it to come to an end, the second to
/// end at once.
final class Interruption: Sendable {
    private let count = Atomic(0)
    private let crawl = Mutex<Crawl?>(nil)

    /// Whether a signal has come.
    var isInterrupted: Bool { count.load(ordering: .acquiring) > 0 }

    /// Runs `body` while signals are listened to.
    static func watch<Value: Sendable>(
        _ body: @Sendable @escaping (Interruption) async throws -> Value
    ) async throws -> Value {
        let interruption = Interruption()
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let listener = Task {
            for await _ in signals { interruption.interrupt() }
        }
        defer { listener.cancel() }
        return try await body(interruption)
    }

    /// Directs signals to a crawl from now on; one that came before counts.
    func direct(to crawl: Crawl?) {
        self.crawl.withLock { $0 = crawl }
        if isInterrupted { crawl?.stop() }
    }

    private func interrupt() {
        let isFirst = count.add(1, ordering: .acquiringAndReleasing).oldValue == 0
        let crawl = crawl.withLock { $0 }
        if isFirst { crawl?.stop() } else { crawl?.abort() }
    }

    /// Lets the crawl come to an end as the first signal would: for a reader of rows that went away.
    func stop() {
        guard count.add(1, ordering: .acquiringAndReleasing).oldValue == 0 else { return }
        crawl.withLock { $0 }?.stop()
    }
}
