internal import Glibc

/// Where the rows of a command go: a file that is made anew, or stdout.
struct OutputFile {
    /// What is written to.
    let descriptor: Int32
    /// The file's name; nil for stdout.
    private let name: String?

    /// - Parameters:
    ///   - name: the file; nil or `-` is stdout.
    ///   - database: the database that the rows are read from, which is not to be written over.
    /// - Throws: `CommandFailure`.
    init(_ name: String?, database: DatabaseOptions) throws {
        guard let name, name != "-" else {
            (descriptor, self.name) = (STDOUT_FILENO, nil)
            return
        }
        guard !OutputFile.isSame(name, database.file) else {
            throw CommandFailure(.usage, "\(name) is the database itself; name another file with -o")
        }
        descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        self.name = name
        guard descriptor >= 0 else { throw OutputFile.failure(name) }
    }

    /// Whether it is stdout.
    var isStandardOutput: Bool { name == nil }

    /// Closes the file.
    ///
    /// - Throws: `CommandFailure` where the file could not be written whole.
    func close() throws {
        if let name, Glibc.close(descriptor) != 0 { throw OutputFile.failure(name) }
    }

    /// Whether two names are of one file.
    static func isSame(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)
    }

    /// What `errno` says of a file that is written.
    static func failure(_ name: String) -> CommandFailure {
        CommandFailure(.io, "\(name) cannot be written: \(String(cString: strerror(errno)))")
    }
}
