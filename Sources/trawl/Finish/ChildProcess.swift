internal import CLinux
internal import CrawlCore
internal import Glibc

/// A program that is started without a shell, gets a text on standard input, and has so much time.
///
/// It has a process group of its own, which is killed with it, and the signals of a program that was just started. Nothing but the
/// three standard streams is handed down to it.
struct ChildProcess {
    /// The program and its arguments. A name without a slash is looked for in `$PATH`.
    let command: [String]
    let input: [UInt8]
    /// How long it may take; zero for no limit.
    let timeout: Duration
    /// Whether it is to end at once.
    let isCut: () -> Bool

    /// The bytes of its output that are kept: 8 KiB.
    static let outputLimit = 8 << 10
    /// How often it is looked whether it has ended, in milliseconds. As a rule it closes its output then, which is seen at once.
    private static let pulse: Int32 = 50

    /// How it ended, and the beginning of what it wrote to standard output and standard error.
    struct Ending: Equatable {
        /// What went wrong; nil where it exited with 0.
        var failure: DeliveryFailure?
        var output: [UInt8] = []
    }

    /// Runs it to its end. Blocks. It leaves no process behind that is not waited for.
    func run() -> Ending {
        guard let stdin = Pipe(), let stdout = Pipe() else {
            return Ending(failure: DeliveryFailure(message: Self.words(errno)))
        }
        stdin.unblock(stdin.write)
        stdout.unblock(stdout.read)
        var pid: pid_t = 0
        let code = spawn(&pid, stdin: stdin.read, stdout: stdout.write)
        stdin.closeRead()
        stdout.closeWrite()
        guard code == 0 else {
            return Ending(
                failure: DeliveryFailure(
                    message: "\(command[0]): \(Self.words(code))", mayPass: code == EAGAIN))
        }
        var ending = Ending()
        var status: Int32 = 0
        let reason = attend(pid, stdin, stdout, &status, &ending.output)
        if let reason {
            kill(-pid, SIGKILL)
            waitpid(pid, &status, 0)
            ending.failure = reason
        } else if status & 0x7F != 0 {
            ending.failure = DeliveryFailure(message: "\(command[0]) was ended by signal \(status & 0x7F)")
        } else if status != 0 {
            ending.failure = DeliveryFailure(message: "\(command[0]) exited with \(status >> 8 & 0xFF)")
        }
        return ending
    }

    /// Writes its input and reads its output until it has ended.
    ///
    /// - Returns: why it is to be killed; nil where it has ended, with `status`.
    private func attend(
        _ pid: pid_t, _ stdin: Pipe, _ stdout: Pipe, _ status: inout Int32, _ output: inout [UInt8]
    ) -> DeliveryFailure? {
        let deadline = MonotonicInstant.now + timeout
        var rest = input[...]
        var isOpen = true
        while true {
            var events = [
                pollfd(fd: rest.isEmpty ? -1 : stdin.write, events: Int16(POLLOUT), revents: 0),
                pollfd(fd: isOpen ? stdout.read : -1, events: Int16(POLLIN), revents: 0),
            ]
            poll(&events, 2, Self.pulse)
            if events[0].revents != 0, !stdin.put(&rest) { rest = [] }
            if rest.isEmpty { stdin.closeWrite() }
            if events[1].revents != 0 { isOpen = stdout.take(&output, limit: Self.outputLimit) }
            let ended = waitpid(pid, &status, WNOHANG)
            if ended != 0 {
                // What is left in the pipe; a process that it has left behind may keep it open and write on.
                for _ in 0..<16 where isOpen { isOpen = stdout.take(&output, limit: Self.outputLimit) }
                return ended > 0 ? nil : DeliveryFailure(message: "\(command[0]): its end was not seen")
            }
            if isCut() { return .cut }
            if timeout > .zero, deadline <= .now {
                return DeliveryFailure(
                    message:
                        "\(command[0]) took longer than \(Wording.time(milliseconds: timeout.wholeMilliseconds)) and was killed"
                )
            }
        }
    }

    private func spawn(_ pid: inout pid_t, stdin: Int32, stdout: Int32) -> Int32 {
        // A process whose parent ignores SIGCHLD cannot be waited for.
        signal(SIGCHLD, SIG_DFL)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        return clinux_spawn(arguments, stdin, stdout, &pid)
    }

    private static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}

/// Both ends of a pipe, which close with it.
private final class Pipe {
    private(set) var read: Int32 = -1
    private(set) var write: Int32 = -1

    /// Nil where there are no descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard clinux_pipe(&ends) == 0 else { return nil }
        (read, write) = (ends[0], ends[1])
    }

    deinit {
        closeRead()
        closeWrite()
    }

    /// Has reads or writes of one end not wait.
    func unblock(_ end: Int32) { _ = fcntl(end, F_SETFL, O_NONBLOCK) }

    /// Writes as much as there is room for.
    ///
    /// - Returns: false where nobody reads any more.
    func put(_ bytes: inout ArraySlice<UInt8>) -> Bool {
        let count = bytes.withUnsafeBytes { Glibc.write(write, $0.baseAddress, $0.count) }
        guard count >= 0 else { return errno == EAGAIN || errno == EINTR }
        bytes = bytes.dropFirst(count)
        return true
    }

    /// Reads what is there; what is beyond the limit is dropped.
    ///
    /// - Returns: false at the end, and where nothing is there.
    func take(_ bytes: inout [UInt8], limit: Int) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(read, &buffer, buffer.count)
        guard count > 0 else { return false }
        bytes += buffer[..<min(count, max(0, limit - bytes.count))]
        return true
    }

    func closeRead() {
        if read >= 0 { close(read) }
        read = -1
    }

    func closeWrite() {
        if write >= 0 { close(write) }
        write = -1
    }
}
