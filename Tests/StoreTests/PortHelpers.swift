import CrawlCore
import Testing
import TrawlStore

extension CrawlDatabase {
    /// Begins a run of a job with its pages, and gives it to a runner.
    func begin(
        _ job: String, _ spec: JobSpec, _ pages: [ImportedPage], runner: RunnerID?, now: Int64 = 0
    ) throws -> RunID {
        let run = try write { writer in
            try writer.saveJob(name: job, spec: "{}", now: now)
            return try writer.beginRun(of: try #require(try writer.job(named: job)), runner: runner, now: now)
        }
        var intake = intake(of: run, limits: spec.limits)
        _ = try intake.add(pages, inputs: [:])
        let hasRequests = pages.contains { page in
            if case .page(_, _, _, _, .some) = page { true } else { false }
        }
        try write {
            try $0.finishImport(
                run, hasCredentials: false, hasRequests: hasRequests, hasInputs: false, secrets: [])
        }
        return run
    }
}

extension ImportedPage {
    /// A page that is a GET of its URL.
    init(_ url: String, name: String? = nil) {
        self = .page(url: url, hostKey: hostKeyOf(url), name: name, line: nil)
    }

    /// A page whose request has a method of its own.
    init(_ method: String, _ url: String) {
        self = .page(
            url: url, hostKey: hostKeyOf(url), name: nil, line: nil,
            request: ImportedRequest(method: method, details: nil, idempotencyKey: nil))
    }
}

extension DiscoveredURL {
    /// A link.
    init(_ url: String, depth: Int = 1, kind: PageKind = .page, skipped: SkipReason? = nil) {
        self.init(url: url, hostKeyLength: hostKeyOf(url).utf8.count, kind: kind, depth: depth)
        skipReason = skipped
    }
}

/// The scheme, name and port of a URL.
func hostKeyOf(_ url: String) -> String { (try? WebURL(parsing: url).hostKey) ?? url }
