import CLinux
import Glibc

/// A descriptor that becomes readable at an instant. epoll's own time-out has only whole milliseconds.
final class Timer: Sendable {
    let descriptor: Descriptor

    init() throws(LoopbackServer.Failure) {
        descriptor = try Descriptor(
            timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC | TFD_NONBLOCK)),
            of: "timerfd_create")
    }

    /// Sets the instant, which replaces the one before. It also makes the descriptor unreadable again.
    func set(_ instant: ContinuousClock.Instant, now: ContinuousClock.Instant) {
        // Zero would switch the timer off, so the shortest time is a nanosecond.
        let wait = max(now.duration(to: instant), .nanoseconds(1)).components
        var spec = itimerspec()
        spec.it_value.tv_sec = Int(wait.seconds)
        spec.it_value.tv_nsec = Int(wait.attoseconds / 1_000_000_000)
        if spec.it_value.tv_sec == 0 && spec.it_value.tv_nsec == 0 { spec.it_value.tv_nsec = 1 }
        _ = timerfd_settime(descriptor.number, 0, &spec, nil)  // The arguments are always valid.
    }

    /// Makes the descriptor unreadable again.
    func acknowledge() {
        var expirations: UInt64 = 0
        _ = read(descriptor.number, &expirations, MemoryLayout<UInt64>.size)  // There may be nothing to read.
    }
}
