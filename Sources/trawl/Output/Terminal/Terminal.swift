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
    static func columns(_ descriptor: Int32) -> Int? {
        let columns = Int(clinux_terminal_columns(descriptor))
        return columns > 0 ? columns : nil
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

    /// A text in which all that a terminal would act on is made visible: control characters (C0, DEL, C1) and the
    /// marks that change the direction of writing (CWE-150).
    static func sanitized(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if isUnsafe(scalar) {
                safe += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// JSON in which all of that is written as escapes.
    static func escaped(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: isUnsafe) else { return json }
        var safe = ""
        for scalar in json.unicodeScalars {
            if isUnsafe(scalar) {
                let digits = String(scalar.value, radix: 16)
                safe += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
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
