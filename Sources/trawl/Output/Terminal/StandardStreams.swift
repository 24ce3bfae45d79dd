internal import Glibc

/// Descriptors 0, 1 and 2 as they were handed over.
enum StandardStreams {
    /// Fills what was handed over closed (`2>&-`), so that no file or connection opened later gets its number and,
    /// with it, log lines or rows.
    ///
    /// What is put there fails as the closed one would: it cannot be read where one reads, nor written where one
    /// writes.
    static func fillClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // open(2) takes the lowest number that is free, which is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
