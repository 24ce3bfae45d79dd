internal import CrawlEngine
internal import Dispatch
internal import Glibc

/// Hands the signals of a process on to its daemon: the first SIGINT or SIGTERM stops it, a second one ends its requests at once,
/// SIGHUP reloads, SIGUSR1 describes.
///
/// Signals arrive on a queue of Dispatch's, so that they are heard while all other threads are busy.
final class DaemonSignals: @unchecked Sendable {
    // @unchecked because `sources` never changes after init, and `stops` is touched only on the queue, which is serial.

    private let inbox: Mailbox<Daemon.Message>
    private let queue = DispatchQueue(label: "trawl.signals")
    private var sources: [any DispatchSourceSignal] = []
    /// How often it was told to stop.
    private var stops = 0

    /// Listens from now on, until ``cancel()``.
    init(to inbox: Mailbox<Daemon.Message>) {
        self.inbox = inbox
        sources = [SIGINT, SIGTERM, SIGHUP, SIGUSR1].map { number in
            signal(number, SIG_IGN)  // Or it would end the process before the source sees it.
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            // Holds this object until the source is cancelled.
            source.setEventHandler { self.receive(number) }
            return source
        }
        for source in sources { source.activate() }
    }

    func cancel() {
        for source in sources { source.cancel() }
    }

    private func receive(_ number: Int32) {
        switch number {
        case SIGHUP: inbox.send(.reload)
        case SIGUSR1: inbox.send(.describe)
        default:
            stops += 1
            inbox.send(stops == 1 ? .stop : .abort)
        }
    }
}
