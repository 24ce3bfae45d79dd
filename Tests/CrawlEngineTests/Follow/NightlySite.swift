import CrawlCore
import CrawlEngine
import CrawlFetch
import TrawlSQLite
import TrawlStore
import GRDB
import LoopbackServer
import Synchronization
import Testing

/// A site that changes between one night's crawl and the next.
///
/// Each page has a validator, and answers 304 where it is asked by that.
final class NightlySite {
    /// What the site is tonight.
    struct Content {
        /// The pages by their paths, with what they link to.
        var links: [String: [String]] = [:]
        /// Statuses that paths answer with in place of that.
        var statuses: [String: Int] = [:]
        /// Sitemaps by their paths, with what they list.
        var sitemaps: [String: [String]] = [:]
        var robots = (status: 200, text: "")

        func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
            if let status = statuses[request.path] { return .status(status) }
            if request.path == "/robots.txt" {
                return robots.status == 200 ? .text(robots.text) : .status(robots.status)
            }
            if let entries = sitemaps[request.path] {
                let base = "http://\(request.headers["host"] ?? "")"
                return .text(entries.map { "\(base)\($0)\n" }.joined())
            }
            guard let links = links[request.path] else { return .status(404) }
            let tag = "\"\(request.path)\(links.joined(separator: "+"))\""
            if request.headers["if-none-match"] == tag {
                return LoopbackServer.Response(status: 304).header("ETag", tag)
            }
            return .html(title: request.path, links: links).header("ETag", tag)
        }
    }

    private final class Shared: Sendable {
        let content = Mutex(Content())
    }

    let harness: CrawlHarness
    let server: LoopbackServer
    /// The job that crawls it.
    var spec = CrawlHarness.spec {
        $0.follow = JobSpec.Follow()
        $0.robots = .obey
        $0.retry.attempts = 1
    }
    private let shared = Shared()
    private var nights: Int64 = 0
    private var heard = 0

    init(_ links: [String: [String]]) throws {
        harness = try CrawlHarness()
        let shared = shared
        shared.content.withLock { $0.links = links }
        server = try LoopbackServer { request in shared.content.withLock { $0.answer(request) } }
    }

    /// Crawls the site once more, a day after the last time, once it has changed.
    ///
    /// - Returns: the rows of the view `changes`, as `gone /path`, sorted.
    @discardableResult
    func night(
        from seeds: [String] = ["/"], _ update: (inout Content) -> Void = { _ in }
    ) async throws -> [String] {
        shared.content.withLock { update(&$0) }
        heard = server.log.count
        nights += 1
        let environment = environment
        try await harness.crawl(
            seeds.map { server.url($0) }, spec: spec, environment: environment, now: environment.wallClock())
        return try changes()
    }

    /// Goes on with the last night's run, which was opened again.
    func goOn(_ update: (inout Content) -> Void) async throws {
        shared.content.withLock { update(&$0) }
        let environment = environment
        let (runner, run) = try harness.store.write { transaction in
            let runner = try transaction.registerRunner(harness.processes, now: environment.wallClock())
            let job = try #require(try transaction.job(named: "job"))
            let run = try #require(try transaction.unfinishedRun(of: job.id))
            try transaction.takeRun(run, runner: runner)
            return (runner, run)
        }
        _ = try await harness.crawl(run, spec: spec, runner: runner, environment: environment).run()
    }

    private var environment: FetchEnvironment {
        let later = nights * 86_400_000
        var environment = FetchEnvironment.system
        environment.wallClock = { FetchEnvironment.system.wallClock() + later }
        return environment
    }

    /// The rows of the view `changes`, or of others like it, as `gone /path`, sorted.
    func changes(_ view: String = "changes") throws -> [String] {
        let start = server.url("").count
        return try DatabaseQueue(path: harness.file).read { database in
            try Row.fetchAll(database, sql: "SELECT change, url FROM \(view)").map {
                "\($0["change"] as String) \(($0["url"] as String).dropFirst(start))"
            }.sorted()
        }
    }

    /// The pages that were asked for last night without a validator.
    var unconditional: [String] {
        server.log.dropFirst(heard).filter { $0.headers["if-none-match"] == nil && $0.path != "/robots.txt" }
            .map(\.path).sorted()
    }
}
