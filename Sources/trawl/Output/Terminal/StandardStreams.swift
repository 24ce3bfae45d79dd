internal import Glibc

/// Descriptors 0, 1 and 2 as they were handed over.
enum StandardStreams {
    /// Opens those that were closed when the program began (`2>&-`). Otherwise a file or connection that is opened later would get
    /// the number, and with it log lines or rows.
    ///
    /// The substitute fails like a closed one: 0 cannot be read, 1 and 2 cannot be written.
    static func fillClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // open(2) takes the lowest number that is free, which is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
