package import CrawlCore
package import TrawlStore

/// The port's hot part in memory, written to be read: arrays, loops, and no promise but what the port says.
///
/// It is the measure for databases in randomized tests, and the database of simulated crawls. Belongs to one thread.
package final class ModelDatabase {
    var hosts: [ModelHost] = []
    private var hostsByKey: [String: HostID] = [:]
    var runs: [ModelRunRow] = []
    var pages: [ModelPage] = []
    var batches: [ModelBatch] = []
    private var runners: [RunnerID: (identity: RunnerIdentity, expiresAt: Int64)] = [:]
    private var lastRunner: Int64 = 0
    private var pausedJobs: Set<String> = []

    /// Milliseconds after which a runner that gives no sign of life has lost what it had.
    static let leaseMilliseconds: Int64 = 60_000
    /// Milliseconds that a wish for a host holds.
    static let wishMilliseconds: Int64 = 3_000

    /// An empty database.
    package init() {}

    // MARK: Runners

    /// Frees what runners that are gone have held, then enters a process as a runner.
    package func registerRunner(_ processes: any ProcessTable, now: Int64) -> RunnerID {
        reapRunners(processes, now: now)
        lastRunner += 1
        let runner = RunnerID(rawValue: lastRunner)
        runners[runner] = (processes.current, now + ModelDatabase.leaseMilliseconds)
        return runner
    }

    /// Frees what runners that are gone have held.
    package func reapRunners(_ processes: any ProcessTable, now: Int64) {
        for (runner, row) in runners where processes.isGone(row.identity, expiresAt: row.expiresAt, now: now)
        {
            removeRunner(runner, now: now)
        }
    }

    /// Gives back everything that a runner holds, and forgets it.
    package func removeRunner(_ runner: RunnerID, now: Int64) {
        runners[runner] = nil
        for index in hosts.indices where hosts[index].holder == runner { release(hosts[index].id, now: now) }
        for run in runs where run.runner == runner { run.runner = nil }
    }

    func renew(_ runner: RunnerID, now: Int64) throws {
        try check(runner)
        runners[runner]?.expiresAt = now + ModelDatabase.leaseMilliseconds
    }

    func check(_ runner: RunnerID) throws {
        guard runners[runner] == nil else { return }
        throw StoreError(.alreadyRunning, "was taken over")
    }

    // MARK: People

    /// Has runners leave a job alone.
    package func pause(_ job: String) { pausedJobs.insert(job) }

    func isPaused(_ job: String) -> Bool { pausedJobs.contains(job) }

    /// Sets what people may set for a host.
    package func override(_ key: String, _ overrides: HostOverrides) {
        let host = host(key)
        self[host].overrides = overrides
    }

    // MARK: Hosts

    subscript(host: HostID) -> ModelHost {
        get { hosts[Int(host.rawValue) - 1] }
        set { hosts[Int(host.rawValue) - 1] = newValue }
    }

    func knownHost(_ key: String) -> HostID? { hostsByKey[key] }

    func host(_ key: String) -> HostID {
        if let host = hostsByKey[key] { return host }
        let host = HostID(rawValue: Int64(hosts.count) + 1)
        hosts.append(ModelHost(id: host, key: key))
        hostsByKey[key] = host
        return host
    }

    /// Takes a host for a runner, unless another has it or waits for it; then it is noted as wanted.
    ///
    /// - Returns: what is known of it; nil where it is not to be had.
    func lease(_ id: HostID, runner: RunnerID, now: Int64) -> HostRecord? {
        let host = self[id]
        var record = HostRecord()
        record.condition = host.condition(now: now)
        record.overrides = host.overrides
        if host.holder == runner { return record }
        record.lastStartedAt = host.lastStartedAt
        let isWished = host.wantedBy != nil && now - host.wantedAt < ModelDatabase.wishMilliseconds
        if isWished, host.wantedBy != runner { return nil }
        guard host.holder == nil else {
            // A wish is renewed when a third of it is over.
            if host.wantedBy == nil || now - host.wantedAt >= ModelDatabase.wishMilliseconds / 3 {
                self[id].wantedBy = runner
                self[id].wantedAt = now
            }
            return nil
        }
        self[id].holder = runner
        self[id].wantedBy = nil
        return record
    }

    func release(_ host: HostID, now: Int64) {
        self[host].holder = nil
        self[host].lastStartedAt = now
    }

    func isWanted(_ host: HostID, now: Int64) -> Bool {
        self[host].wantedBy != nil && now - self[host].wantedAt < ModelDatabase.wishMilliseconds
    }

    // MARK: Runs

    /// Begins a run of a job with its pages, and gives it to a runner.
    package func begin(_ job: String, _ spec: JobSpec, _ imported: [ImportedPage], runner: RunnerID?) -> RunID
    {
        let run = ModelRunRow(
            id: RunID(rawValue: Int64(runs.count) + 1), job: job, spec: spec, runner: runner)
        runs.append(run)
        for page in imported { add(page, to: run) }
        run.lastNamed = run.pages.last?.id
        return run.id
    }

    private func add(_ page: ImportedPage, to run: ModelRunRow) {
        switch page {
        case .page(let url, let hostKey, let name, _, let request):
            let host = host(hostKey)
            run.named.insert(host)
            let content = name == nil && request == nil ? nil : [name, request?.details]
            let key = ModelRequestKey(method: request?.method ?? "GET", url: url, content: content)
            if request != nil { run.hasRequests = true }
            guard run.pagesByKey[key] == nil else {
                append(to: run, url: url, key: nil, name: name, state: .skipped) {
                    $0.skipReason = .duplicate
                }
                return
            }
            let isWithin = run.takePlace(of: host)
            append(
                to: run, url: url, key: key, name: name, request: request,
                state: isWithin ? .pending : .skipped
            ) {
                $0.host = host
                $0.skipReason = isWithin ? nil : .limit
            }
        case .skipped(let text, let reason, let name, _, _):
            append(to: run, url: text, key: nil, name: name, state: .skipped) { $0.skipReason = reason }
            if reason == .invalidURL { run.traffic.invalid += 1 }
        case .failed(let text, let kind, let name, _, _):
            append(to: run, url: text, key: nil, name: name, state: .failed) { $0.errorKind = kind }
        }
    }

    /// Adds a page to a run.
    @discardableResult
    func append(
        to run: ModelRunRow, url: String, key: ModelRequestKey?, kind: PageKind = .page, name: String? = nil,
        request: ImportedRequest? = nil, state: PageState, _ set: (ModelPage) -> Void
    ) -> ModelPage {
        let page = ModelPage(
            id: PageID(rawValue: Int64(pages.count) + 1), url: url, key: key, kind: kind, name: name,
            request: request, state: state)
        set(page)
        pages.append(page)
        run.pages.append(page)
        if let key { run.pagesByKey[key] = page }
        run.enter(page)
        return page
    }

    func page(_ id: PageID) -> ModelPage { pages[Int(id.rawValue) - 1] }

    func run(_ id: RunID) -> ModelRunRow { runs[Int(id.rawValue) - 1] }

    /// Gives an unfinished run to a runner.
    package func take(_ id: RunID, runner: RunnerID) throws {
        let run = run(id)
        guard run.runner == nil || run.runner == runner else {
            throw StoreError(.alreadyRunning, "is already being run")
        }
        run.runner = runner
    }

    /// A run as its driver sees it.
    package func runStore(_ run: RunID, runner: RunnerID, processes: any ProcessTable) -> any RunStore {
        ModelRun(self, self.run(run), runner: runner, processes: processes)
    }

    /// The pages of a run in the order in which they came.
    package func pages(of run: RunID) -> [ModelPage] { self.run(run).pages }

    /// The URL of a page.
    package func url(of page: PageID) -> String { self.page(page).url }

    /// How many pages of a run wait, by host.
    package func pendingPages(of run: RunID) -> [HostID: Int] {
        var counts: [HostID: Int] = [:]
        for page in self.run(run).pages where page.state == .pending {
            if let host = page.host { counts[host, default: 0] += 1 }
        }
        return counts
    }

    /// How it is to be told that a run has finished.
    package func deliveries(of run: RunID) -> [JobSpec.OnFinish.Action] { self.run(run).deliveries }

    /// A run's counters.
    package func progress(of run: RunID) -> RunProgress { self.run(run).progress }
}

extension ModelDatabase {
    /// The row of a host; nil where there is none.
    package func id(of key: String) -> HostID? { knownHost(key) }
}
