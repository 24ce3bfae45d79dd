import Synchronization
import TrawlStore

/// Processes that live until a test ends them.
final class Processes: Sendable {
    private let alive = Mutex<Set<Int32>>([])

    /// A new process as it sees itself and the others.
    ///
    /// - Parameter namespace: its pid namespace. Of a process in another one nobody sees whether it is alive.
    func start(_ pid: Int32, namespace: String = "ns") -> View {
        alive.withLock { _ = $0.insert(pid) }
        return View(
            processes: self,
            current: RunnerIdentity(
                bootID: "boot", pidNamespace: namespace, pid: pid, processStarted: Int64(pid)))
    }

    /// Ends a process without a word.
    func kill(_ pid: Int32) { alive.withLock { _ = $0.remove(pid) } }

    /// The processes as one of them sees them.
    struct View: ProcessTable {
        let processes: Processes
        let current: RunnerIdentity

        func processStarted(pid: Int32) -> Int64? {
            processes.alive.withLock { $0.contains(pid) } ? Int64(pid) : nil
        }
    }
}
