package import CrawlCore
internal import Synchronization

/// How long a runner may count on what it has, where runners elsewhere judge by its signs of life whether it is there.
///
/// A runner counts on its hosts from the beginning of the last sign of life that came through, by this machine's own clock, which also
/// counts while the machine sleeps. Others listen for longer than that before they take the hosts. All threads of a crawl share it.
package final class RunnerLease: Sendable {
    /// For how long a runner counts on what it has.
    package static let trust: Duration = .seconds(28)
    /// The least time of silence after which others take a runner for gone.
    package static let silence: Duration = .seconds(30)
    /// The time between two signs of life.
    package static let interval: Duration = .seconds(10)

    /// When the last sign of life that came through was begun, in milliseconds since the machine was started.
    private let heard: Atomic<Int64>
    /// When calls that wait for the database give up, in the same milliseconds.
    private let patience = Atomic<Int64>(.max)
    private let lost = Atomic<Bool>(false)
    /// When a call last waited for the database, in the same milliseconds.
    private let waiting = Atomic<Int64>(.min)
    /// Is told of an outage as it begins, and with nil as it ends.
    private let listener = Mutex<(@Sendable (String?) -> Void)?>(nil)

    /// The lease of a runner that was entered.
    ///
    /// - Parameter start: before it was entered.
    package init(since start: MonotonicInstant) {
        heard = Atomic(start.sinceBoot.wholeMilliseconds)
    }

    // MARK: Signs of life

    /// Notes a sign of life that came through.
    ///
    /// - Parameter start: before it was sent.
    package func renew(since start: MonotonicInstant) {
        _ = heard.max(start.sinceBoot.wholeMilliseconds, ordering: .relaxed)
    }

    /// Notes that others have taken the runner for gone.
    package func lose() { lost.store(true, ordering: .relaxed) }

    /// Whether others have taken the runner for gone.
    package var isLost: Bool { lost.load(ordering: .relaxed) }

    /// Whether the runner may still act as the owner of its hosts.
    package func isTrusted(at now: MonotonicInstant) -> Bool {
        !isLost && age(at: now) < RunnerLease.trust.wholeMilliseconds
    }

    /// Whether the last sign of life is so old.
    package func isOlder(than age: Duration, at now: MonotonicInstant) -> Bool {
        self.age(at: now) >= age.wholeMilliseconds
    }

    private func age(at now: MonotonicInstant) -> Int64 {
        now.sinceBoot.wholeMilliseconds - heard.load(ordering: .relaxed)
    }

    // MARK: Waiting for the database

    /// Has calls that wait for the database give up at an instant, if not before. They wait for as long as it takes otherwise.
    package func hurry(until instant: MonotonicInstant) {
        _ = patience.min(instant.sinceBoot.wholeMilliseconds, ordering: .relaxed)
    }

    /// Whether calls may still wait for the database.
    package func mayWait(at now: MonotonicInstant) -> Bool {
        now.sinceBoot.wholeMilliseconds < patience.load(ordering: .relaxed)
    }

    /// Notes that a call waits for the database, which shows that its thread is not stuck.
    package func wait(at now: MonotonicInstant) {
        waiting.store(now.sinceBoot.wholeMilliseconds, ordering: .relaxed)
    }

    /// How long ago a call last waited for the database; nil where none did.
    package func sinceWait(at now: MonotonicInstant) -> Duration? {
        let waiting = waiting.load(ordering: .relaxed)
        return waiting == .min ? nil : .milliseconds(now.sinceBoot.wholeMilliseconds - waiting)
    }

    /// Sets what is called when the database goes away, with the reason, and when it is back, with nil. It is called on the thread that waits.
    package func listen(_ listener: (@Sendable (String?) -> Void)?) {
        self.listener.withLock { $0 = listener }
    }

    /// Tells of an outage, or with nil of its end.
    package func tell(_ words: String?) { listener.withLock { $0 }?(words) }
}
