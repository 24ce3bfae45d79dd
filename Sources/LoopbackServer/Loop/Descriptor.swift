import Glibc

/// A file descriptor with one owner, closed when that goes.
final class Descriptor: Sendable {
    let number: Int32

    /// Takes over what a system call returned.
    ///
    /// - Throws: ``LoopbackServer/Failure/system(call:errno:)`` where that is -1.
    init(_ number: Int32, of call: String) throws(LoopbackServer.Failure) {
        guard number >= 0 else { throw .system(call: call, errno: errno) }
        self.number = number
    }

    /// Takes over an open descriptor.
    init(open number: Int32) {
        self.number = number
    }

    deinit {
        _ = close(number)  // nothing is left to do where it fails
    }
}
