import CLinux
import Glibc
import Synchronization

/// Interrupts the loop's wait from another thread, and tells the loop whether to stop.
final class Waker: Sendable {
    let descriptor: Descriptor
    private let stopping = Atomic(false)

    init() throws(LoopbackServer.Failure) {
        descriptor = try Descriptor(
            eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), of: "eventfd")
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func wake() {
        // Fails only when the counter is full, and then the loop wakes anyway.
        _ = eventfd_write(descriptor.number, 1)
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    /// Resets the counter, so that the next wait does wait.
    func acknowledge() {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor.number, &count)  // Fails only when the counter is 0 already.
    }
}
