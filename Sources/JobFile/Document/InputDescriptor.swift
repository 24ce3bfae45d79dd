internal import Glibc

/// A file descriptor to read from. One that was opened here is closed with its owner.
struct InputDescriptor: ~Copyable {
    private let number: Int32
    private let isOwned: Bool

    /// Opens a file, pipe or device.
    init(opening path: String) throws(InputError) {
        number = open(path, O_RDONLY | O_CLOEXEC)
        isOwned = true
        guard number >= 0 else { throw InputError(code: errno) }
    }

    /// Reads from a descriptor that somebody else closes.
    init(borrowing descriptor: Int32) {
        number = descriptor
        isOwned = false
    }

    deinit {
        // Nothing was written, so a failure to close loses nothing.
        if isOwned { _ = close(number) }
    }

    /// Waits for bytes and puts them into the buffer from an offset on; the buffer does not grow.
    ///
    /// - Returns: how many bytes came, 0 at the end of the input or where there is no room.
    func read(into buffer: inout [UInt8], from offset: Int = 0) throws(InputError) -> Int {
        while true {
            let count = buffer.withUnsafeMutableBytes { bytes in
                let room = UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
                return Glibc.read(number, room.baseAddress, room.count)
            }
            if count >= 0 { return count }
            switch errno {
            case EINTR:
                continue
            case EAGAIN:
                // Standard input may be non-blocking because whoever shares it made it so.
                var wait = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
                _ = poll(&wait, 1, -1)
            default:
                throw InputError(code: errno)
            }
        }
    }
}

/// Why a file cannot be read.
struct InputError: Error {
    /// The `errno`.
    let code: Int32

    /// The reason for people.
    var reason: String {
        code == EISDIR ? "it is a directory" : String(cString: strerror(code))
    }
}
