internal import CLinux
internal import Glibc

/// Wakes a ``TransferLoop`` from another thread (eventfd(2)).
package final class Waker: Sendable {
    let descriptor: Int32

    init() throws(LoopFailure) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw LoopFailure(call: "eventfd", number: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Lets the loop's current or next wait return at once. Waking it twice has the effect of waking it once.
    package func wake() {
        var one: UInt64 = 1
        // Fails only when the counter is full, and then the loop wakes all the same.
        _ = write(descriptor, &one, 8)
    }

    func drain() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
    }
}

/// A system call that failed while a loop was set up, mostly because there were no file descriptors left.
package struct LoopFailure: Error, Sendable, CustomStringConvertible {
    let call: String
    let number: Int32

    /// One sentence for people.
    package var description: String {
        "\(call) failed: \(String(cString: strerror(number))); raise the limit on open files (ulimit -n)"
    }
}
