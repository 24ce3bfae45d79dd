import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// What one go at a run may use up.
@Suite(.timeLimit(.minutes(15))) struct BudgetTests {
    private func urls(_ server: LoopbackServer, _ count: Int) -> [String] {
        (0..<count).map { server.url("/\($0)") }
    }

    /// Fills a run and goes at it as often as it takes; how each go ended, and how many requests there were by then.
    private func goes(
        _ harness: CrawlHarness, _ server: LoopbackServer, _ spec: JobSpec, pages: Int
    ) async throws -> [(RunEnd, Int)] {
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill(urls(server, pages), spec: spec, runner: runner)
        var goes: [(RunEnd, Int)] = []
        while goes.last?.0 != .finished, goes.count < 20 {
            let end = try await harness.crawl(run, spec: spec, runner: runner, threads: 2).run()
            goes.append((end, server.log.count))
        }
        return goes
    }

    @Test func `a go ends after so many pages, and the next goes on`() async throws {
        let server = try LoopbackServer { _ in .text("x") }
        let goes = try await goes(
            CrawlHarness(), server, CrawlHarness.spec { $0.limits.pages = 4 }, pages: 10)

        #expect(goes.map(\.0) == [.limited(.pages), .limited(.pages), .finished])
        #expect(goes.map(\.1) == [4, 8, 10])
    }

    @Test func `what was done is told at the end of each go`() async throws {
        let server = try LoopbackServer { _ in .text("x") }
        let harness = try CrawlHarness()
        let spec = CrawlHarness.spec { $0.limits.pages = 3 }
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill(urls(server, 10), spec: spec, runner: runner)
        let observer = RecordingObserver()
        _ = try await harness.crawl(run, spec: spec, runner: runner, observer: observer).run()

        #expect(observer.lastSnapshot?.progress.done == 3)
    }

    @Test(arguments: [1, 10]) func `a limit that the last page meets leaves nothing to go on with`(
        pages: Int
    ) async throws {
        let server = try LoopbackServer { _ in .text("x") }
        let goes = try await goes(
            CrawlHarness(), server, CrawlHarness.spec { $0.limits.pages = pages }, pages: pages)

        #expect(goes.map(\.0) == [.finished])
        #expect(goes.map(\.1) == [pages])
    }

    @Test func `pages that are tried again give their place to others`() async throws {
        let server = try LoopbackServer { request in
            request.path == "/0" ? LoopbackServer.Response(status: 503) : .text("x")
        }
        let harness = try CrawlHarness()
        let spec = CrawlHarness.spec {
            $0.limits.pages = 3
            $0.retry.delay = .seconds(600)
            $0.concurrency.perHost = 1
        }
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let run = try harness.fill(urls(server, 10), spec: spec, runner: runner)
        let end = try await harness.crawl(run, spec: spec, runner: runner).run()

        #expect(end == .limited(.pages))
        #expect(try harness.value("SELECT count(*) FROM pages WHERE state = 'done'", as: Int.self) == 3)
    }

    @Test func `a go ends once it has received so much`() async throws {
        let server = try LoopbackServer { _ in .text(String(repeating: "x", count: 1000)) }
        let goes = try await goes(
            CrawlHarness(), server,
            CrawlHarness.spec {
                $0.limits.bytes = 2500
                $0.concurrency.perHost = 1
                $0.batchSize = 1
            }, pages: 400)

        #expect(goes.first?.0 == .limited(.bytes))
        #expect(goes.first.map { $0.1 < 400 } == true)
    }

    @Test func `a go ends after so long, with what was under way`() async throws {
        let server = try LoopbackServer { _ in .text("x").delayed(by: .milliseconds(30)) }
        let goes = try await goes(
            CrawlHarness(), server,
            CrawlHarness.spec {
                $0.limits.time = .milliseconds(100)
                $0.concurrency.perHost = 1
            }, pages: 8)

        #expect(goes.first?.0 == .limited(.time))
        #expect(goes.last?.0 == .finished)
        #expect(server.log.count == 8)
    }
}
