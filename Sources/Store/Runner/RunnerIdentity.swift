/// What tells one process from every other that ever was: a pid alone is used again.
package struct RunnerIdentity: Sendable, Equatable {
    /// The kernel's id of this start of the machine (`/proc/sys/kernel/random/boot_id`).
    package let bootID: String
    /// The pid namespace, without which a pid means nothing (`/proc/self/ns/pid`).
    package let pidNamespace: String
    /// The process id in its namespace.
    package let pid: Int32
    /// When the process started, in clock ticks since boot (proc(5), `/proc/pid/stat`, field 22).
    package let processStarted: Int64

    /// An identity; nothing is looked up.
    package init(bootID: String, pidNamespace: String, pid: Int32, processStarted: Int64) {
        self.bootID = bootID
        self.pidNamespace = pidNamespace
        self.pid = pid
        self.processStarted = processStarted
    }
}

/// The processes of this machine, as far as runners care.
package protocol ProcessTable: Sendable {
    /// The process that asks.
    var current: RunnerIdentity { get }
    /// When the process with a pid started, in clock ticks since boot; nil where there is none, 0 where that
    /// cannot be seen.
    func processStarted(pid: Int32) -> Int64?
}

extension ProcessTable {
    /// Whether the process behind an identity is gone.
    ///
    /// A process of an earlier boot is gone. One of this boot and pid namespace is gone when its pid is free or
    /// belongs to a process that started at another time. Of another namespace nothing can be seen, so that
    /// its lease decides; so it does where the start cannot be seen.
    ///
    /// - Parameters:
    ///   - runner: who is asked about.
    ///   - expiresAt: until when its lease holds, in unix milliseconds.
    ///   - now: unix milliseconds.
    package func isGone(_ runner: RunnerIdentity, expiresAt: Int64, now: Int64) -> Bool {
        let own = current
        guard runner.bootID == own.bootID else {
            // A sandbox may hide the boot id from one of the two.
            return runner.bootID != "unknown" && own.bootID != "unknown" || now > expiresAt
        }
        guard runner.pidNamespace == own.pidNamespace else { return now > expiresAt }
        guard let started = processStarted(pid: runner.pid) else { return true }
        guard started != 0, runner.processStarted != 0 else { return now > expiresAt }
        return started != runner.processStarted
    }
}
