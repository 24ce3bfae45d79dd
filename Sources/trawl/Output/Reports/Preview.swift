internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import JobFile
internal import TrawlDatabase
internal import TrawlStore

/// What a run of a job would be: the answer to `--dry-run`.
///
/// The job's URLs are read as a run reads them, into a temporary database. Nothing is asked for.
struct Preview {
    private let document: JobDocument
    private var pages = 0
    private var duplicates = 0
    private var invalid = 0
    /// The first URLs, in the order of the job.
    private var first: [String] = []
    /// Pages by host.
    private var hosts: [String: Int] = [:]

    /// The job's unfinished run, which goes on first; nil for none.
    private var unfinished: RunRecord?

    /// How many URLs and hosts are shown.
    private static let shown = 10

    /// Reads the URLs of a job. Blocks.
    ///
    /// - Parameter database: where the job may have an unfinished run; nil where there is none.
    /// - Throws: `CommandFailure` where they cannot be read, or a secret is not to be had.
    static func of(
        _ document: JobDocument, variables: [String: String] = [:], in database: (any CrawlDatabase)?
    ) async throws -> Preview {
        var preview = try await of(document, variables: variables)
        preview.unfinished = try database?.unfinishedRun(ofJob: document.spec.name)
        return preview
    }

    private static func of(_ document: JobDocument, variables: [String: String]) async throws -> Preview {
        let store: any CrawlDatabase
        do throws(StoreError) {
            store = try DatabaseName.temporary()
            try store.write { try $0.saveJob(document, now: FetchEnvironment.system.wallClock()) }
        } catch {
            throw CommandFailure(error)
        }
        let job = try store.existingJob(document.spec.name)
        return try await Workplace.with(store) { runner, processes in
            try await onOwnedThread(named: "trawl-import") {
                do {
                    let order = try JobOrder(job, document: document, variables: variables)
                    let opening = try RunOpening.open(
                        order.job, store: store, runner: runner, processes: processes,
                        now: FetchEnvironment.system.wallClock())
                    var preview = Preview(document: try document.fillingVariables(variables))
                    if case .begun(let run) = opening,
                        let filled = try order.fill(
                            run, in: store, URLCredentials(), environment: .system, isWanted: { true })
                    {
                        try store.read { transaction in
                            try transaction.forEachResult(of: filled.run.id, .all) { preview.count($0) }
                        }
                    }
                    return preview
                } catch {
                    throw failure(error, of: job, document)
                }
            }
        }
    }

    private init(document: JobDocument) { self.document = document }

    private static func failure(
        _ error: any Error, of job: JobRecord, _ document: JobDocument
    ) -> any Error {
        let places = JobPlaces(document, of: job)
        return switch error {
        case let error as SecretFailure: places.failure(error)
        case let error as URLListError: places.failure(error)
        case let error as JobFileError: CommandFailure(.usage, error.description)
        case let error as NothingToFetch: CommandFailure(.usage, "\(job.name): \(error)")
        case let error as StoreError: CommandFailure(error)
        default: error
        }
    }

    private mutating func count(_ row: ResultRow) {
        switch row.state {
        case .pending, .sending: break
        default:
            if row.skipReason == "duplicate" { duplicates += 1 } else { invalid += 1 }
            return
        }
        pages += 1
        if first.count < Self.shown { first.append(row.url) }
        if let url = try? WebURL(parsing: row.url) { hosts[url.hostKey, default: 0] += 1 }
    }

    /// The least time that the delays leave, in milliseconds: the page on the slowest host that starts last.
    private var leastMilliseconds: Int64 {
        let spec = document.spec
        // robots.txt is one start more.
        let extra = spec.robots == .obey ? 0 : 1
        let slowest = hosts.values.map { Int64($0 - extra) * spec.startInterval.wholeMilliseconds }.max() ?? 0
        return max(slowest, Int64(pages - 1) * spec.rate.total.wholeMilliseconds, 0)
    }

    /// What is printed.
    var text: String {
        let spec = document.spec
        var text = ""
        if let run = unfinished {
            let age = Wording.age(milliseconds: FetchEnvironment.system.wallClock() - run.startedAt)
            let pending = Wording.count(run.progress.pending, "page")
            text +=
                "# \(spec.name) has an unfinished run, which is what would go on: run \(run.number), \(run.situation), "
            text += "begun \(age) ago, \(pending) to go"
            text += run.spec == document.json ? ".\n" : ", by the job as it was then.\n"
        }
        text +=
            "# \(spec.name): what a \(unfinished == nil ? "" : "new ")run would be. Nothing was stored or asked for.\n"
        text += document.complete(urlLimit: Self.shown)
        if spec.request.userAgent == nil { text += "# user_agent: \(Product.userAgent)\n" }
        var count = "# pages: \(Wording.count(Int64(pages)))"
        if duplicates > 0 { count += ", and \(Wording.count(Int64(duplicates), "duplicate"))" }
        if invalid > 0 { count += ", and \(Wording.count(Int64(invalid))) that cannot be asked for" }
        if spec.discoversPages { count += "; what links and sitemaps lead to comes on top" }
        text += count + "\n"
        for url in first { text += "#   \(url)\n" }
        if pages > first.count { text += "#   and \(Wording.count(Int64(pages - first.count))) more\n" }
        text += "# hosts: \(Wording.count(Int64(hosts.count)))\n"
        let largest = hosts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (host, pages) in largest.prefix(Self.shown) {
            let pages = Wording.count(Int64(pages), "page")
            text += "#   \(host)  \(pages), \(pace)\n"
        }
        if hosts.count > Self.shown { text += "#   and \(hosts.count - Self.shown) more\n" }
        return text + "# least duration by the delays: \(Wording.time(milliseconds: leastMilliseconds))\n"
    }

    /// What holds for each host.
    private var pace: String {
        let spec = document.spec
        let limits = spec.startLimits(perHost: spec.concurrency.perHost, least: spec.startInterval)
        return [
            "\(limits.perHost) at once", Wording.delay(limits).map { "a start each \($0)" } ?? "no delay",
            spec.robots == .obey ? "robots.txt obeyed, not known yet" : "robots.txt ignored",
        ].joined(separator: ", ")
    }
}
