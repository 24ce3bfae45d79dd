package import CrawlCore
internal import Glibc

/// Netscape's format, as curl reads and writes it (<https://curl.se/docs/http-cookies.html>): a cookie a line, its seven fields with
/// tabs between them.
extension JobSpec.CookieFile {
    /// The largest file that is read, in bytes: 16 MiB.
    private static let limit = 16 << 20

    // MARK: - Reading

    /// The cookies of the file, a line each. A file that is written back need not be there yet, but its folder has to be.
    package func read() throws(CookieFileError) -> [String] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT, isSaved else { throw failure("cannot be read") }
            guard access(folder, W_OK) == 0 else { throw failure("cannot be made: \(folder)") }
            return []
        }
        defer { close(descriptor) }
        return try cookies(in: try bytes(of: descriptor))
    }

    private func bytes(of descriptor: Int32) throws(CookieFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let length = Glibc.read(descriptor, &buffer, buffer.count)
            guard length >= 0 else { throw failure("cannot be read") }
            if length == 0 { return bytes }
            bytes += buffer[..<length]
            guard bytes.count <= Self.limit else {
                throw CookieFileError(path: path, reason: "larger than 16 MiB")
            }
        }
    }

    private func cookies(in bytes: [UInt8]) throws(CookieFileError) -> [String] {
        var cookies: [String] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            // curl writes a cookie that scripts must not see as a comment.
            let isCookie = line.first != UInt8(ascii: "#") || line.starts(with: "#HttpOnly_".utf8)
            guard isCookie, !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) else { continue }
            guard !line.contains(0), let text = String(validating: line, as: UTF8.self),
                StoredCookie.isWellFormed(text)
            else {
                throw CookieFileError(
                    path: path, line: index + 1,
                    reason:
                        "not a cookie in Netscape's format: domain, TRUE or FALSE, path, TRUE or FALSE, expiry, name and value, with tabs between them"
                )
            }
            cookies.append(text)
        }
        return cookies
    }

    // MARK: - Writing

    /// Puts cookies, a line each, in the place of the file. A reader finds either the old file or the whole new one, which only its
    /// owner may read.
    package func write(_ cookies: [String]) throws(CookieFileError) {
        let text =
            "# Netscape HTTP Cookie File\n# https://curl.se/docs/http-cookies.html\n# Written by trawl.\n\n"
            + cookies.map { $0 + "\n" }.joined()
        var template = Array("\(path).XXXXXX".utf8CString)
        // mkstemp(3) gives the file the mode 0600.
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw failure("cannot be written") }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let isWritten = Self.write(Array(text.utf8), to: descriptor) && fsync(descriptor) == 0
        let fault = errno
        let isClosed = close(descriptor) == 0
        guard isWritten, isClosed, rename(template, path) == 0 else {
            if !isWritten { errno = fault }
            let failure = failure("cannot be written")
            unlink(template)
            throw failure
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let length = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard length > 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(length, 0))
        }
        return true
    }

    // MARK: - Failures

    private var folder: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// A failure of a system call that has just been made.
    private func failure(_ what: String) -> CookieFileError {
        CookieFileError(path: path, reason: "\(what): \(String(cString: strerror(errno)))")
    }
}
