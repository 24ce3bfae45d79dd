import Foundation
import LoopbackServer
import Synchronization
import Testing
import TrawlKit

/// Jobs run from another package: what its author sees.
@Suite(.timeLimit(.minutes(15))) struct RunTests {
    private let folder: URL
    private var file: String { folder.appending(path: "trawl.db").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "trawlkit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// A job without robots.txt and waits between tries.
    private func job(_ urls: String, _ more: String = "") throws -> Job {
        try Job(yaml: "name: docs\nurls: [\(urls)]\nrobots: ignore\nretry: {delay: 1ms}\n\(more)")
    }

    private func collect(_ run: Run) async throws(TrawlError) -> [Outcome] {
        var outcomes: [Outcome] = []
        for try await outcome in run { outcomes.append(outcome) }
        return outcomes
    }

    @Test func `each page comes once, and says what came of it`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/404" ? .status(404) : .html(title: request.path)
        }
        let store = try Store(path: file)

        let outcomes = try await collect(
            store.run(job("'\(site.url("/1"))', '\(site.url("/404"))', '\(site.url("/1"))', '::'")))

        #expect(outcomes.count == 4)
        let done = try #require(outcomes.first { $0.state == .done })
        #expect(done.url == site.url("/1") && done.finalURL == site.url("/1"))
        #expect(done.statusCode == 200 && done.title == "/1" && done.attempts == 1)
        #expect(done.contentLength != nil && done.time != nil && done.batchID == 1)
        let failed = try #require(outcomes.first { $0.state == .failed })
        #expect(failed.statusCode == 404 && failed.errorKind == "http_status" && failed.error != nil)
        #expect(
            Set(outcomes.filter { $0.state == .skipped }.map(\.skipReason)) == ["duplicate", "invalid_url"])
        var read: [String] = []
        try store.forEachOutcome(ofJob: "docs") { read.append("\($0)") }
        #expect(read.sorted() == outcomes.map { "\($0)" }.sorted())
    }

    @Test func `a task that is cancelled gets what was under way, and the next run goes on`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            let page = LoopbackServer.Response.html(title: request.path)
            return switch request.path {
            case "/1", "/2": page
            case "/3": page.held(by: latch)
            // The stop is heard before one of them is over.
            default: page.delayed(by: .milliseconds(200))
            }
        }
        let store = try Store(path: file)
        let job = try job("'\(site.url("/[1-9]"))'", "concurrency: {per_host: 1}")
        let collected = Task { () -> ([String?], TrawlError?) in
            var titles: [String?] = []
            do throws(TrawlError) {
                for try await outcome in store.run(job) { titles.append(outcome.title) }
                return (titles, nil)
            } catch {
                return (titles, error)
            }
        }
        await site.wait { $0.requests == 3 }

        collected.cancel()
        latch.open()
        let (titles, error) = await collected.value
        let rest = try await collect(store.run(job))

        #expect(error?.kind == .interrupted)
        #expect(3...4 ~= titles.count)
        #expect(titles + rest.map(\.title) == (1...9).map { "/\($0)" })
        for number in 1...9 { #expect(site.hits("/\(number)") == 1) }
    }

    @Test func `a loop that is left stops the run, and the next one waits for its end`() async throws {
        // Slow enough that the run is not over before it is left, until the next one has begun.
        let isSlow = Mutex(true)
        let site = try LoopbackServer { request in
            .html(title: request.path)
                .delayed(by: isSlow.withLock(\.self) ? .milliseconds(200) : .zero)
        }
        let store = try Store(path: file)
        let job = try job("'\(site.url("/[1-200]"))'", "concurrency: {per_host: 1}")

        for try await _ in store.run(job) { break }
        for try await _ in store.run(job) { isSlow.withLock { $0 = false } }

        var titles: Set<String> = []
        try store.forEachOutcome(ofJob: "docs") { if $0.state == .done { titles.insert($0.title ?? "") } }
        #expect(titles.count == 200)
        for number in 1...200 { #expect(site.hits("/\(number)") == 1) }
    }

    @Test func `another store goes on where one has stopped`() async throws {
        let site = try LoopbackServer { .html(title: $0.path) }
        let job = try job("'\(site.url("/[1-5]"))'", "limits: {pages: 2}\nconcurrency: {per_host: 1}")
        var counts: [Int] = []

        for _ in 1...2 {
            let store = try Store(path: file)
            let run = store.run(job)
            var count = 0
            do throws(TrawlError) {
                for try await _ in run { count += 1 }
            } catch {
                #expect(error.kind == .limitReached)
                #expect(error.description.contains("limits.pages"))
            }
            counts.append(count)
        }
        let last = try await collect(Store(path: file).run(job))

        #expect(counts == [2, 2])
        #expect(last.count == 1)
        #expect(site.counters.requests == 5)
    }

    @Test func `a reader that was slow gets all the same`() async throws {
        let site = try LoopbackServer(recordsExchanges: false) { _ in .text("ok") }
        var options = RunOptions()
        options.waitingOutcomes = 10
        options.threads = 1
        let store = try Store(path: file)
        var iterator = try store.run(
            job("'\(site.url("/[1-6000]"))'", "concurrency: {per_host: 8}"), options: options
        ).makeAsyncIterator()

        _ = try await iterator.next()
        // What was claimed by then is asked for.
        await site.wait { $0.requests >= 1_000 }
        var count = 1
        while try await iterator.next() != nil { count += 1 }

        #expect(count == 6_000)
        #expect(site.counters.requests == 6_000)
    }

    @Test func `more rows than may wait come before the first request, too`() async throws {
        let site = try LoopbackServer { _ in .text("ok") }
        let list = folder.appending(path: "list.txt")
        let lines = (1...2_000).map { "::\($0)" } + [site.url("/")]
        try lines.joined(separator: "\n").write(to: list, atomically: true, encoding: .utf8)
        var options = RunOptions()
        options.waitingOutcomes = 100

        let job = try Job(yaml: "urls_from: \(list.path)\nrobots: ignore")
        let outcomes = try await collect(Store.temporary().run(job, options: options))

        #expect(outcomes.count == 2_001)
        #expect(outcomes.last?.state == .done)
    }

    @Test func `a task that is cancelled before the first request gets what is settled`() async throws {
        let site = try LoopbackServer { _ in .text("ok") }
        let list = folder.appending(path: "list.txt")
        let lines = (1...2_000).map { "::\($0)" } + [site.url("/")]
        try lines.joined(separator: "\n").write(to: list, atomically: true, encoding: .utf8)
        var options = RunOptions()
        options.waitingOutcomes = 100
        let store = try Store(path: file)
        let job = try Job(yaml: "name: docs\nurls_from: \(list.path)\nrobots: ignore")

        let collected = Task { [options] in
            var count = 0
            await #expect(throws: TrawlError.self) {
                for try await _ in store.run(job, options: options) {
                    count += 1
                    if count == 1 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            return count
        }
        let count = await collected.value
        let rest = try await collect(store.run(job))

        #expect(count + rest.count == 2_001)
        #expect(site.counters.requests == 1)
    }

    @Test func `a job is run by one task at a time`() async throws {
        let site = try LoopbackServer { _ in .stalled }
        let store = try Store(path: file)
        let job = try job("'\(site.url("/"))'")
        var options = RunOptions()
        options.drain = .milliseconds(1)
        let first = Task { [options] in for try await _ in store.run(job, options: options) {} }
        await site.wait { $0.requests == 1 }

        let second = await #expect(throws: TrawlError.self) { for try await _ in store.run(job) {} }
        let elsewhere = await #expect(throws: TrawlError.self) {
            for try await _ in try Store(path: file).run(job) {}
        }
        first.cancel()
        await #expect(throws: TrawlError.self) { try await first.value }

        #expect(second?.kind == .alreadyRunning)
        #expect(elsewhere?.kind == .alreadyRunning)
        #expect(elsewhere?.description.contains("docs is already being run") == true)
    }

    @Test func `a body that is kept is read back`() async throws {
        let site = try LoopbackServer { _ in .text("hello") }
        let store = try Store.temporary()

        let outcomes = try await collect(store.run(job("'\(site.url("/"))'", "keep_body: text")))

        #expect(try store.body(of: #require(outcomes.first)) == Array("hello".utf8))
    }

    @Test func `variables fill the job`() async throws {
        let site = try LoopbackServer { .html(title: $0.path) }
        let yaml = "urls: ['\(site.url("/"))${var:page}']\nrobots: ignore\nvars: {page: one}"

        let outcomes = try await collect(
            Store.temporary().run(Job(yaml: yaml, variables: ["page": "two"])))

        #expect(outcomes.map(\.title) == ["/two"])
    }
}
