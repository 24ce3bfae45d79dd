import TrawlSQLite
import TrawlStore

/// Processes that are whatever a test says.
struct ProcessTableStub: ProcessTable {
    var current: RunnerIdentity
    /// Start times by pid.
    var alive: [Int32: Int64]

    /// The table as the process with a pid sees it; processes 1 to 99 are alive, and started at their pid's tick.
    init(pid: Int32, boot: String = "boot", namespace: String = "ns", started: Int64? = nil) {
        current = RunnerIdentity(
            bootID: boot, pidNamespace: namespace, pid: pid, processStarted: started ?? Int64(pid))
        alive = Dictionary(uniqueKeysWithValues: (1..<100).map { (Int32($0), Int64($0)) })
    }

    func processStarted(pid: Int32) -> Int64? { alive[pid] }
}
