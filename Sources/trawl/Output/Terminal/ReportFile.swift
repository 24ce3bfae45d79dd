internal import Glibc

/// A file that a command writes, or stdout.
///
/// It is opened before the work begins, so that a path that cannot be written is said at once, and emptied once there is something to
/// write.
final class ReportFile {
    private let path: String?
    private let descriptor: Int32

    /// - Parameters:
    ///   - path: the file; nil and `-` for stdout.
    ///   - database: the path of the database, which it must not be.
    /// - Throws: `CommandFailure` where it cannot be written.
    init(_ path: String?, besides database: String) throws {
        guard let path, path != "-" else {
            (self.path, descriptor) = (nil, STDOUT_FILENO)
            return
        }
        guard !OutputFile.isSame(path, database) else {
            throw CommandFailure(.usage, "\(path) is the database itself; name another file")
        }
        self.path = path
        descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw OutputFile.failure(path) }
    }

    deinit { if path != nil { Glibc.close(descriptor) } }

    var isStandardOutput: Bool { path == nil }

    /// Empties the file.
    func begin() throws {
        // A pipe or a device cannot be emptied, and needs not be.
        guard let path, ftruncate(descriptor, 0) != 0, errno != EINVAL else { return }
        throw OutputFile.failure(path)
    }

    func put(_ text: String) throws {
        try Terminal.put(text, to: descriptor)
    }
}
