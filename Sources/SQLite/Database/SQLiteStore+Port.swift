package import CrawlCore
package import TrawlStore

extension StoreTransaction: StoreWriter {}

extension SQLiteStore: FileDatabase {
    package func read<Value>(_ body: (any StoreReader) throws -> Value) throws(StoreError) -> Value {
        try reading { try body($0) }
    }

    package func write<Value>(_ body: (any StoreWriter) throws -> Value) throws(StoreError) -> Value {
        try writing { try body($0) }
    }

    package func intake(of run: RunID, limits: JobSpec.Limits) -> any RunIntake {
        SQLiteIntake(store: self, run: run, limits: limits)
    }

    package func runStore(
        _ run: RunRecord, spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws(StoreError) -> any RunStore {
        try SQLiteRun(store: self, runner: runner, run: run, spec: spec, processes: processes)
    }

    package func settle() {
        _ = try? checkpoint()
    }
}
