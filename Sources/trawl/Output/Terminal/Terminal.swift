internal import CLinux
internal import Glibc

/// Writes to the standard streams.
enum Terminal {
    static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether escape sequences may be sent to a descriptor: a terminal that is not `TERM=dumb`, which knows none
    /// (terminfo(5)).
    static func takesEscapes(_ descriptor: Int32) -> Bool {
        isTerminal(descriptor) && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    /// The width of the terminal behind a descriptor; nil where it is no terminal.
    static func columns(_ descriptor: Int32) -> Int? { size(descriptor)?.columns }

    /// The size of the terminal behind a descriptor; nil where it is no terminal, or does not say.
    static func size(_ descriptor: Int32) -> (columns: Int, rows: Int)? {
        var (columns, rows): (Int32, Int32) = (0, 0)
        clinux_terminal_size(descriptor, &columns, &rows)
        return columns > 0 ? (Int(columns), Int(rows)) : nil
    }

    /// Writes a text, or as much of it as the reader takes.
    ///
    /// - Returns: whether all of it was written.
    @discardableResult
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count < 0 {
                    if errno == EINTR { continue }
                    guard errno == EAGAIN else { return false }
                    // Another process that shares the descriptor has made it non-blocking.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&wait, 1, -1)
                    continue
                }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
            return true
        }
    }

    /// Writes the output of a command to stdout.
    ///
    /// - Throws: `CommandFailure`; `ExitStatus.success` where the reader closed the pipe, as in `trawl jobs | head -1`.
    static func put(_ text: String, to descriptor: Int32 = STDOUT_FILENO) throws {
        guard !write(text, to: descriptor) else { return }
        if errno == EPIPE { throw ExitStatus.success }
        throw CommandFailure(.io, "the output could not be written: \(String(cString: strerror(errno)))")
    }

    static func writeError(_ text: String) {
        write(text, to: STDERR_FILENO)
    }

    /// A stranger's text as a terminal may show it.
    static func sanitized(_ text: String) -> String { ForeignText.visible(text) }

    /// JSON with strangers' texts as a terminal may show it.
    static func escaped(_ json: String) -> String { ForeignText.json(json) }
}

/// Colours, or none.
struct Palette {
    let isOn: Bool

    func red(_ text: String) -> String { paint(text, 31) }
    func green(_ text: String) -> String { paint(text, 32) }
    func yellow(_ text: String) -> String { paint(text, 33) }
    func bold(_ text: String) -> String { paint(text, 1) }
    func dim(_ text: String) -> String { paint(text, 2) }

    private func paint(_ text: String, _ code: Int) -> String {
        isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
    }
}
