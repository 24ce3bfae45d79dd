internal import CrawlCore
internal import CrawlEngine
internal import Dispatch
internal import Glibc
internal import Logging
internal import Synchronization

/// Passes SIGINT, SIGTERM and SIGHUP on to the crawl that is running. The first signal asks it to finish its requests and stop; a
/// second SIGINT or SIGTERM ends it at once.
///
/// A second SIGHUP changes nothing, since a terminal that closes may send two: one by the kernel, one by the shell. Where SIGHUP was
/// ignored when the program began, as under nohup(1), it stays ignored.
///
/// Signals arrive on a Dispatch queue, so that they are heard while Swift's cooperative pool is busy.
final class Interruption: Sendable {
    private struct State: Sendable {
        var signals = 0 {
            didSet { if firstSignalAt == nil { firstSignalAt = .now } }
        }
        private(set) var firstSignalAt: MonotonicInstant?
        var crawl: Crawl?
        /// Whether a list is being read, which may never come to its end.
        var isReading = false
    }

    private let state = Mutex(State())
    private let logger: Logger
    private let queue = DispatchQueue(label: "trawl.signals")

    /// How long an end at once may take, for the commit that is under way on a slow disk.
    static let patience: Duration = .seconds(1)

    init(_ logger: Logger) {
        self.logger = logger
    }

    /// Whether a signal has come.
    var isInterrupted: Bool { state.withLock { $0.signals > 0 } }

    /// Whether what is under way is to end now: a second signal has come, or the first one so long ago.
    func isPressing(after drain: Duration) -> Bool {
        state.withLock { state in
            state.signals > 1 || state.firstSignalAt.map { $0 + drain <= .now } ?? false
        }
    }

    /// Whether a list is being read.
    var isReading: Bool { state.withLock(\.isReading) }

    /// Runs `body` while signals are listened to.
    static func watch<Value: Sendable>(
        _ logger: Logger, _ body: @Sendable @escaping (Interruption) async throws -> Value
    ) async throws -> Value {
        let interruption = Interruption(logger)
        let sources = [SIGINT, SIGTERM, SIGHUP].compactMap { number -> (any DispatchSourceSignal)? in
            // The signal's default action would end the process before the source sees it.
            let former = signal(number, SIG_IGN)
            guard number != SIGHUP || !isIgnored(former) else { return nil }
            let source = DispatchSource.makeSignalSource(signal: number, queue: interruption.queue)
            source.setEventHandler { interruption.interrupt(isHangUp: number == SIGHUP) }
            source.activate()
            return source
        }
        defer { for source in sources { source.cancel() } }
        return try await body(interruption)
    }

    /// Whether a handler is `SIG_IGN`.
    private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
        // Safe because both are addresses: pointers to C functions have no `==`.
        unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Passes signals on to a crawl from now on. A signal that came earlier stops it too.
    func direct(to crawl: Crawl?) {
        let isInterrupted = state.withLock { state in
            state.crawl = crawl
            return state.signals > 0
        }
        if isInterrupted { crawl?.stop() }
    }

    /// Reads a list. A signal may cut that short: nothing was requested yet, and the next runner reads the list anew.
    func reading<Value>(_ body: () throws -> Value) rethrows -> Value {
        state.withLock { $0.isReading = true }
        defer { state.withLock { $0.isReading = false } }
        return try body()
    }

    /// Stops the crawl as the first signal would. Called when the reader of the rows has closed its end.
    func stop() {
        let crawl = state.withLock { state -> Crawl? in
            guard state.signals == 0 else { return nil }
            state.signals = 1
            return state.crawl
        }
        crawl?.stop()
    }

    /// Ends the crawl at once.
    func abort() {
        let crawl = state.withLock { state -> Crawl? in
            state.signals += 1
            return state.crawl
        }
        crawl?.abort()
    }

    /// For how long no driver or loop of the crawl has turned; nil where there is no crawl.
    var silence: Duration? { state.withLock { $0.crawl?.silence } }

    private func interrupt(isHangUp: Bool) {
        let state = state.withLock { state -> State? in
            if isHangUp, state.signals > 0 { return nil }
            state.signals += 1
            return state
        }
        guard let state else { return }
        if state.signals == 1 {
            logger.notice("stopping once the requests under way are done; a second signal ends them at once")
            state.crawl?.stop()
            if state.isReading { end(onlyWhileReading: true) }
        } else {
            state.crawl?.abort()
            end(onlyWhileReading: false)
        }
    }

    /// Ends the process after ``patience`` if it is still there because it waits for a list or for a locked database.
    /// What is committed stays. Hosts that this runner held are free once the process is gone.
    private func end(onlyWhileReading: Bool) {
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(Interruption.patience.wholeMilliseconds))) {
            [self] in
            guard !onlyWhileReading || state.withLock(\.isReading) else { return }
            _exit(ExitStatus.interrupted.rawValue)
        }
    }
}
