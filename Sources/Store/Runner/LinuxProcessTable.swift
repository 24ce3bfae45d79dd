internal import Glibc

/// The process table of the running Linux kernel, read from `/proc`.
package struct LinuxProcessTable: ProcessTable {
    /// The running process.
    package let current: RunnerIdentity

    /// Looks up the running process; where `/proc` is not mounted the identity falls back on the pid alone.
    package init() {
        let pid = getpid()
        current = RunnerIdentity(
            bootID: LinuxProcessTable.read("/proc/sys/kernel/random/boot_id") ?? "unknown",
            pidNamespace: LinuxProcessTable.readLink("/proc/self/ns/pid") ?? "unknown",
            pid: pid,
            processStarted: LinuxProcessTable.startTime(pid: pid) ?? 0)
    }

    /// Reads `/proc/pid/stat`; a zombie counts as gone.
    package func processStarted(pid: Int32) -> Int64? {
        LinuxProcessTable.startTime(pid: pid)
    }

    /// Nil where there is no such process; 0 where there is one that cannot be looked at.
    private static func startTime(pid: Int32) -> Int64? {
        // The second field is the command in parentheses, which may hold blanks and parentheses itself: count
        // from the last one. What follows it starts with field 3.
        guard let status = read("/proc/\(pid)/stat"), let end = status.lastIndex(of: ")") else {
            // No /proc, one that hides others' processes (hidepid), or no descriptor left to read it with.
            return kill(pid, 0) == 0 || errno == EPERM ? 0 : nil
        }
        let fields = status[status.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return Int64(fields[19])
    }

    private static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = Glibc.read(file, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private static func readLink(_ path: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 256)
        let count = readlink(path, &bytes, bytes.count)
        guard count > 0 else { return nil }
        return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
