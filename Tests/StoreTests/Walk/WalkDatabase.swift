import CrawlCore
import StoreModel
import Testing
import TrawlStore

/// What a walk does with a database beside its turns.
protocol WalkDatabase {
    func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID
    func removeRunner(_ runner: RunnerID, now: Int64) throws
    func begin(_ job: String, _ spec: JobSpec, _ pages: [ImportedPage], runner: RunnerID) throws -> RunID
    func take(_ run: RunID, runner: RunnerID) throws
    func open(
        _ run: RunID, _ spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws -> any RunStore
    func pause(_ job: String) throws
    func override(_ key: String, _ overrides: HostOverrides) throws
    /// The keys of hosts, as far as it has them.
    func ids(of keys: [String]) throws -> [String: HostID]
    /// Every page of a run, in order.
    func rows(of run: RunID) throws -> [String]
    func progress(of run: RunID) throws -> RunProgress
    /// How a runner is to tell that a run has finished.
    func deliveries(of run: RunID, by runner: RunnerID) throws -> [JobSpec.OnFinish.Action]
}

struct ModelSide: WalkDatabase {
    let model = ModelDatabase()
    /// Keys of hosts and where the model has them.
    let universe: [String]

    func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID {
        model.registerRunner(processes, now: now)
    }

    func removeRunner(_ runner: RunnerID, now: Int64) throws { model.removeRunner(runner, now: now) }

    func begin(_ job: String, _ spec: JobSpec, _ pages: [ImportedPage], runner: RunnerID) throws -> RunID {
        model.begin(job, spec, pages, runner: runner)
    }

    func take(_ run: RunID, runner: RunnerID) throws { try model.take(run, runner: runner) }

    func open(
        _ run: RunID, _ spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws -> any RunStore {
        model.runStore(run, runner: runner, processes: processes)
    }

    func pause(_ job: String) throws { model.pause(job) }

    func override(_ key: String, _ overrides: HostOverrides) throws { model.override(key, overrides) }

    func ids(of keys: [String]) throws -> [String: HostID] {
        Dictionary(uniqueKeysWithValues: keys.compactMap { key in model.id(of: key).map { (key, $0) } })
    }

    func rows(of run: RunID) throws -> [String] {
        model.pages(of: run).map { page in
            var row = ResultRow(url: page.url, state: page.state)
            row.attempts = page.attempts
            row.depth = page.depth
            row.kind = page.kind
            row.errorKind = page.errorKind?.rawValue
            row.skipReason = page.skipReason?.rawValue
            return describe(
                row, notBefore: page.state == .pending && page.isLink ? page.notBefore : nil,
                referrer: page.referrer.map(model.url))
        }
    }

    func progress(of run: RunID) throws -> RunProgress { model.progress(of: run) }

    func deliveries(of run: RunID, by runner: RunnerID) throws -> [JobSpec.OnFinish.Action] {
        model.deliveries(of: run)
    }
}

struct PortSide: WalkDatabase {
    let database: TestDatabase

    private var port: any CrawlDatabase { database.port }

    func registerRunner(_ processes: any ProcessTable, now: Int64) throws -> RunnerID {
        try port.write { try $0.registerRunner(processes, now: now) }
    }

    func removeRunner(_ runner: RunnerID, now: Int64) throws {
        try port.write { try $0.removeRunner(runner, now: now) }
    }

    func begin(_ job: String, _ spec: JobSpec, _ pages: [ImportedPage], runner: RunnerID) throws -> RunID {
        try port.begin(job, spec, pages, runner: runner)
    }

    func take(_ run: RunID, runner: RunnerID) throws {
        try port.write { writer in
            try writer.takeRun(try #require(try writer.run(run)), runner: runner)
        }
    }

    func open(
        _ run: RunID, _ spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws -> any RunStore {
        let record = try port.read { try #require(try $0.run(run)) }
        return try port.runStore(record, spec: spec, runner: runner, processes: processes)
    }

    func pause(_ job: String) throws { try port.write { try $0.pause(job) } }

    func override(_ key: String, _ overrides: HostOverrides) throws { try database.override(key, overrides) }

    func ids(of keys: [String]) throws -> [String: HostID] {
        try port.read { reader in
            var ids: [String: HostID] = [:]
            for key in keys { ids[key] = try reader.knownHost(key) }
            return ids
        }
    }

    func rows(of run: RunID) throws -> [String] {
        try port.read { reader in
            var rows: [String] = []
            try reader.forEachResult(of: run, .all) { row in
                let found = try reader.page(row.url, of: run)
                let record = found?.row.page == row.page ? found : nil
                rows.append(
                    describe(
                        row, notBefore: row.state == .pending ? record?.notBefore : nil,
                        referrer: record?.row.referrer))
            }
            return rows
        }
    }

    func progress(of run: RunID) throws -> RunProgress {
        if port.sharesRuns {
            // Runners of a walk follow one another by its own clock, and at once by the server's.
            try database.execute(
                """
                UPDATE run_runners SET joined_at = place * 1000000000 FROM (
                    SELECT run_id, runner_id, row_number() OVER () AS place FROM run_runners) AS one
                WHERE one.run_id = run_runners.run_id AND one.runner_id = run_runners.runner_id
                """)
        }
        return try port.read { try #require(try $0.run(run)).progress }
    }

    func deliveries(of run: RunID, by runner: RunnerID) throws -> [JobSpec.OnFinish.Action] {
        try port.read { try $0.deliveries(of: run, by: runner) }.map(\.action)
    }
}

/// What is compared of a page.
private func describe(_ row: ResultRow, notBefore: Int64?, referrer: String?) -> String {
    var text = "\(row.url) \(row.state) attempts \(row.attempts) depth \(row.depth) \(row.kind)"
    if let kind = row.errorKind { text += " error \(kind)" }
    if let reason = row.skipReason { text += " skipped \(reason)" }
    if let notBefore { text += " not before \(notBefore)" }
    if let referrer { text += " from \(referrer)" }
    return text
}
