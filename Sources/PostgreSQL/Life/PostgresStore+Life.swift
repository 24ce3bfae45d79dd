internal import Synchronization
package import CrawlCore
package import TrawlStore

extension PostgresStore {
    package func lease(of runner: RunnerID, since start: MonotonicInstant) -> RunnerLease? {
        life(of: runner, since: start).lease
    }

    package func keepAlive(_ runner: RunnerID) { life(of: runner).keep(self) }

    package func endLease(of runner: RunnerID) { lives.withLock { $0[runner] = nil } }

    /// The life of a runner of this process.
    func life(of runner: RunnerID, since start: MonotonicInstant? = nil) -> RunnerLife {
        lives.withLock { lives in
            if let life = lives[runner] { return life }
            let life = RunnerLife(runner, since: start ?? clock())
            lives[runner] = life
            return life
        }
    }
}
