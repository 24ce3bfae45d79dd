package import CrawlCore
internal import TrawlStore

/// A host of the model.
struct ModelHost {
    let id: HostID
    let key: String
    /// The runner that has it.
    var holder: RunnerID?
    var wantedBy: RunnerID?
    var wantedAt: Int64 = 0
    var lastStartedAt: Int64?
    var condition = HostCondition()
    /// When that was so, in unix milliseconds.
    var conditionAt: Int64 = 0
    var overrides = HostOverrides()
    var robots: RobotsRecord?

    /// How it is doing at an instant.
    func condition(now: Int64) -> HostCondition {
        let longest = RetryAfter.longestKept * 1000
        func left(_ wait: Duration) -> Duration {
            .milliseconds(max(0, min(conditionAt + wait.wholeMilliseconds - now, longest)))
        }
        var condition = condition
        condition.snooze = left(condition.snooze)
        condition.probeAfter = condition.probeAfter.map(left)
        condition.paused = condition.paused?.compactMap { pool in
            let wait = left(pool.wait)
            return wait > .zero ? .init(request: pool.request, pool: pool.pool, wait: wait) : nil
        }
        if condition.paused?.isEmpty == true { condition.paused = nil }
        return condition
    }
}

/// What makes a request the same as another.
struct ModelRequestKey: Hashable {
    let method: String
    let url: String
    var content: [String?]?
}

/// A page of the model.
package final class ModelPage {
    package let id: PageID
    /// Its URL, or the text that is none.
    package let url: String
    let key: ModelRequestKey?
    package let kind: PageKind
    let name: String?
    let request: ImportedRequest?
    package internal(set) var state: PageState
    package internal(set) var depth = 0
    package internal(set) var attempts = 0
    /// Until when it waits, in unix milliseconds.
    package internal(set) var notBefore: Int64 = 0
    package internal(set) var skipReason: SkipReason?
    package internal(set) var errorKind: ErrorKind?
    /// The page that led to it first.
    package internal(set) var referrer: PageID?
    var host: HostID?
    var rank = 0
    var batch: BatchID?
    var finalURL: String?
    /// Its place in a chain of pages; nil for none.
    var place: ChainPlace?
    /// Its items, each with its key.
    package internal(set) var items: [(key: String?, value: String)] = []
    /// Whether an attempt at it was ever recorded that settled it.
    var isSettled = false

    init(
        id: PageID, url: String, key: ModelRequestKey?, kind: PageKind = .page, name: String? = nil,
        request: ImportedRequest? = nil, state: PageState
    ) {
        self.id = id
        self.url = url
        self.key = key
        self.kind = kind
        self.name = name
        self.request = request
        self.state = state
    }

    /// Whether it is what a link to its URL leads to: a GET without a name.
    package var isLink: Bool { key == ModelRequestKey(method: "GET", url: url) }

    /// Its place in the order of its host.
    var position: FrontierPosition {
        FrontierPosition(notBefore: notBefore, rank: Int64(rank), id: id.rawValue)
    }
}

/// A batch of the model.
struct ModelBatch {
    let number: Int64
    var pages: Int64 = 0
    var counts = RunProgress()
    var retried: Int64 = 0
    let claimedAt: Int64
    var finishedAt: Int64?

    var report: BatchReport? {
        finishedAt.map { finishedAt in
            BatchReport(
                number: number, pages: pages, done: counts.done, failed: counts.failed,
                skipped: counts.skipped, retried: retried, milliseconds: finishedAt - claimedAt)
        }
    }

    /// Counts what an outcome made of a page.
    mutating func count(_ state: PageState, now: Int64) {
        switch state {
        case .done: counts.done += 1
        case .failed: counts.failed += 1
        case .skipped: counts.skipped += 1
        case .pending, .sending: retried += 1
        }
        let all = counts.done + counts.failed + counts.skipped + retried
        finishedAt = all >= pages ? now : nil
    }
}

/// A run of the model.
final class ModelRunRow {
    let id: RunID
    let job: String
    let spec: JobSpec
    var runner: RunnerID?
    var isFinished = false
    var hasRequests = false
    /// Its pages in the order in which they came.
    var pages: [ModelPage] = []
    var pagesByKey: [ModelRequestKey: ModelPage] = [:]
    /// The places of its pending pages, by host, each in order.
    var waiting: [[FrontierPosition]] = []
    /// How many pages of a host were counted against `limits.pages_per_host`.
    var places: [HostID: Int] = [:]
    /// Hosts that its own list names.
    var named: Set<HostID> = []
    /// The last page of its own list.
    var lastNamed: PageID?
    var batches: Int64 = 0
    /// What is counted and is no number of pages.
    var traffic = RunProgress()
    /// How it is to be told that the run has finished.
    var deliveries: [JobSpec.OnFinish.Action] = []

    init(id: RunID, job: String, spec: JobSpec, runner: RunnerID?) {
        self.id = id
        self.job = job
        self.spec = spec
        self.runner = runner
    }

    /// Its counters, counted.
    var progress: RunProgress {
        var progress = traffic
        for page in pages {
            switch page.state {
            case .pending, .sending: progress.pending += 1
            case .done: progress.done += 1
            case .failed: progress.failed += 1
            case .skipped: progress.skipped += 1
            }
        }
        return progress
    }

    /// Changes a page, and keeps it in the order of those that wait.
    func update(_ page: ModelPage, _ change: (ModelPage) -> Void) {
        leave(page)
        change(page)
        enter(page)
    }

    /// Counts a page of a host, unless the run has as many of it as it may.
    func takePlace(of host: HostID) -> Bool {
        let limit = spec.limits.pagesPerHost
        guard limit > 0 else { return true }
        guard places[host, default: 0] < limit else { return false }
        places[host, default: 0] += 1
        return true
    }

    func enter(_ page: ModelPage) {
        guard page.state == .pending, let host = page.host else { return }
        let place = Int(host.rawValue)
        while waiting.count <= place { waiting.append([]) }
        let before = waiting[place].lastIndex { $0.isBefore(page.position) } ?? -1
        waiting[place].insert(page.position, at: before + 1)
    }

    private func leave(_ page: ModelPage) {
        guard page.state == .pending, let host = page.host else { return }
        waiting[Int(host.rawValue)].removeAll { $0 == page.position }
    }
}

extension FrontierPosition {
    func isBefore(_ other: FrontierPosition) -> Bool {
        (notBefore, rank, id) < (other.notBefore, other.rank, other.id)
    }
}
