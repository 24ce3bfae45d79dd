internal import Glibc

/// A file that keeps the refresh token that is good next.
///
/// A server may take each refresh token once (RFC 6749, section 6). So the next one is on the disk before anything is done with the
/// access token that came with it: written to a new file beside it that only its owner can read, synced, and put in its place.
package struct RefreshTokenFile: Sendable {
    private let path: String

    /// The longest token that is read, in bytes.
    private static let limit = 64 << 10

    /// A file; it need not be there.
    package init(path: String) {
        self.path = path
    }

    /// Why a file could not be read or written.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The token in the file; nil where there is no file, or nothing in it.
    package func read() throws(Failure) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot be read")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(description: "refresh_token_file \(path) is no file")
        }
        var bytes = [UInt8](repeating: 0, count: Self.limit)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw failure("cannot be read") }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self)
        let line = text.prefix { $0 != "\n" && $0 != "\r" && $0 != "\r\n" }
        return line.isEmpty ? nil : String(line)
    }

    /// Puts a token into the file. It is there, on the disk, when this returns.
    package func write(_ token: String) throws(Failure) {
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        let bytes = Array("\(token)\n".utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
            }
            guard count > 0 else { break }
            written += count
        }
        let isWhole = written == bytes.count && fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWhole, rename(temporary, path) == 0 else {
            let failure = failure("cannot be written")
            unlink(temporary)
            throw failure
        }
        syncFolder()
    }

    /// Makes the new name outlive a power cut.
    private func syncFolder() {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private func failure(_ what: String) -> Failure {
        Failure(description: "refresh_token_file \(path) \(what): \(String(cString: strerror(errno)))")
    }
}
