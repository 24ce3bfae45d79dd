import CLinux
import Glibc
import Synchronization

/// Interrupts the loop's wait from another thread, and tells it whether to end.
final class Waker: Sendable {
    let descriptor: Descriptor
    private let stopping = Atomic(false)

    init() throws(LoopbackServer.Failure) {
        descriptor = try Descriptor(
            eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)), of: "eventfd")
    }

    var isStopping: Bool { stopping.load(ordering: .acquiring) }

    func wake() {
        _ = eventfd_write(descriptor.number, 1)  // fails only where it is raised already
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        wake()
    }

    /// Lowers the signal, so that the next wait waits.
    func acknowledge() {
        var count: eventfd_t = 0
        _ = eventfd_read(descriptor.number, &count)  // fails only where it is lowered already
    }
}
