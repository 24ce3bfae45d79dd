internal import Curl
internal import Synchronization

/// What other threads use of a loop: its inbox, and how much it has to do.
///
/// Sending takes a lock, which happens once a batch. Everything else is an atomic.
struct LoopMail: ~Copyable, Sendable {
    private let inbox = Mailbox<CrawlLoop.Message>()
    private let hasMail = Atomic(false)
    /// Requests in the inbox.
    private let unseen = Atomic(0)
    private let waiting = Atomic(0)
    private let ready = Atomic(0)
    private let turnCount = Atomic(0)
    private let waker: Waker

    /// An empty inbox.
    ///
    /// - Parameter waker: that of the loop's transfers.
    init(waker: Waker) {
        self.waker = waker
    }

    // MARK: From any thread

    /// Tells the loop several things in order, and wakes it once.
    func send(_ messages: [CrawlLoop.Message]) {
        guard !messages.isEmpty else { return }
        unseen.add(messages.reduce(0) { $0 + $1.requestCount }, ordering: .relaxed)
        inbox.send(contentsOf: messages)
        hasMail.store(true, ordering: .releasing)
        waker.wake()
    }

    /// Wakes the loop.
    func wake() {
        waker.wake()
    }

    /// How many hosts wait out their delay.
    var waitingHosts: Int { waiting.load(ordering: .relaxed) }
    /// How many requests are ready to start, or have not been looked at yet.
    var readyRequests: Int { ready.load(ordering: .relaxed) + unseen.load(ordering: .relaxed) }
    /// How often the loop has turned.
    var turns: Int { turnCount.load(ordering: .relaxed) }

    // MARK: From the loop's thread

    /// Takes what was sent, in order. Without mail this costs one atomic and no lock.
    func take() -> [CrawlLoop.Message] {
        hasMail.exchange(false, ordering: .acquiring) ? inbox.takeAll() : []
    }

    /// Notes the end of a turn.
    ///
    /// - Parameters:
    ///   - seen: the requests in the mail that was taken. Until now they counted as ready.
    ///   - ready: how many requests could start if there were permits for them.
    func turned(seen: Int, waitingHosts: Int, ready: Int) {
        waiting.store(waitingHosts, ordering: .relaxed)
        self.ready.store(ready, ordering: .relaxed)
        if seen > 0 { unseen.subtract(seen, ordering: .relaxed) }
        turnCount.add(1, ordering: .relaxed)
    }
}
