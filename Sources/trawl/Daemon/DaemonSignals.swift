internal import CrawlEngine
internal import Dispatch
internal import Glibc

/// Sends the process's signals to the daemon's inbox: the first SIGINT or SIGTERM as `stop`, a second one as `abort`, SIGHUP as
/// `reload`, SIGUSR1 as `describe`.
///
/// Signals arrive on a Dispatch queue, so that they are heard while all other threads are busy.
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
            // The signal's default action would end the process before the source sees it.
            signal(number, SIG_IGN)
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
