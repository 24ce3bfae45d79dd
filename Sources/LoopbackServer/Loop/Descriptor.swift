import Glibc

/// A file descriptor with one owner, closed when the owner is freed.
final class Descriptor: Sendable {
    let number: Int32

    /// Takes over the result of a system call.
    ///
    /// - Throws: ``LoopbackServer/Failure/system(call:errno:)`` when the result is -1.
    init(_ number: Int32, of call: String) throws(LoopbackServer.Failure) {
        guard number >= 0 else { throw .system(call: call, errno: errno) }
        self.number = number
    }

    /// Takes over an open descriptor.
    init(open number: Int32) {
        self.number = number
    }

    deinit {
        _ = close(number)  // Nothing can be done when it fails.
    }
}
