internal import Foundation
internal import Glibc
internal import JobFile

/// Standard input, of which the beginning says what it is.
enum StandardInput {
    /// Looks how standard input begins, and leaves all of it to be read.
    ///
    /// What was taken from a pipe is put back: descriptor 0 becomes another pipe, which has that and then what follows.
    ///
    /// - Throws: `CommandFailure` where it cannot be read.
    static func kind() throws -> URLListProbe.Kind {
        var info = stat()
        if fstat(STDIN_FILENO, &info) == 0, info.st_mode & S_IFMT == S_IFREG {
            var head = [UInt8](repeating: 0, count: URLListProbe.limit)
            let count = pread(STDIN_FILENO, &head, head.count, lseek(STDIN_FILENO, 0, SEEK_CUR))
            guard count >= 0 else { throw failure(errno) }
            return URLListProbe.kind(of: Array(head[..<count]), isComplete: true) ?? .jobFile
        }
        var head: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        var kind: URLListProbe.Kind?
        while kind == nil {
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno) }
            head += chunk[..<count]
            let isComplete = count == 0 || head.count >= URLListProbe.limit
            kind = URLListProbe.kind(of: head, isComplete: isComplete)
            if isComplete { break }
        }
        try putBack(head)
        return kind ?? .jobFile
    }

    private static func putBack(_ head: [UInt8]) throws {
        var ends: [Int32] = [-1, -1]
        let source = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
        guard source >= 0, pipe(&ends) == 0, dup2(ends[0], STDIN_FILENO) >= 0 else { throw failure(errno) }
        close(ends[0])
        let sink = ends[1]
        Thread.detachNewThread {
            var chunk = head
            var count = head.count
            // A reader that has closed its end wants no more.
            while count >= 0, write(chunk[..<count], to: sink) {
                if chunk.count < 64 << 10 { chunk = [UInt8](repeating: 0, count: 64 << 10) }
                repeat { count = read(source, &chunk, chunk.count) } while count < 0 && errno == EINTR
                if count == 0 { break }
            }
            guard count >= 0 else {
                // A list that is cut off is no list: nothing is asked for.
                Terminal.writeError("trawl: \(failure(errno).message)\n")
                _exit(ExitStatus.io.rawValue)
            }
            close(sink)
            close(source)
        }
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func failure(_ code: Int32) -> CommandFailure {
        let reason = code == EISDIR ? "it is a directory" : String(cString: strerror(code))
        return CommandFailure(.usage, "standard input: cannot be read: \(reason)")
    }
}
