internal import CrawlCore
internal import CrawlEngine
internal import TrawlStore

/// Tells systemd and the status server whether the daemon's loop turns and its crawls are at work.
struct LifeSigns {
    private let systemd = SystemdNotifier()
    private let state: LiveState
    /// When systemd was told last.
    private var toldAt: MonotonicInstant?

    init(_ state: LiveState) { self.state = state }

    /// The time between two messages to systemd: a quarter of the watchdog's time, and 10 seconds at most.
    var interval: Duration {
        min(systemd.watchdog.map { $0 / 4 } ?? .seconds(10), .seconds(10))
    }

    /// How long a crawl may stand still before it counts as stuck.
    private var patience: Duration { systemd.watchdog.map { $0 / 2 } ?? .seconds(60) }

    func ready() { systemd.send("READY=1") }

    func stopping() { systemd.send("STOPPING=1\nSTATUS=stopping once requests under way are done") }

    /// Notes that the loop has turned, and feeds the watchdog unless a crawl stands still.
    ///
    /// - Parameter status: what goes on, in a few words.
    mutating func turned(_ runs: some Sequence<RunningJobs.Run>, _ status: String, now: MonotonicInstant) {
        let patience = patience
        let stuck = runs.filter { ($0.interruption.silence ?? .zero) > patience }.map(\.job.name)
        state.change { values in
            values.turnedAt = now
            values.stuck = stuck
        }
        if let toldAt, now - toldAt < interval { return }
        toldAt = now
        systemd.send(
            "STATUS=\(status)" + (stuck.isEmpty && systemd.watchdog != nil ? "\nWATCHDOG=1" : ""))
    }
}
