import TrawlStore
import CrawlCore
import CrawlEngine
import TrawlSQLite
import Testing

/// Lists that are too long to be added in their order.
@Suite struct LongImportTests {
    @Test func `a long list comes to its pages in its order, and knows a request again`() throws {
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        // The last thousand are there already: some from before the list was long, and some from after.
        let urls = (0..<20_000).map { "http://127.0.0.\($0 % 9):1/\($0)" }
        let again = (0..<1_000).map { urls[$0 * 20] }

        let run = try harness.fill(urls + again, runner: runner)

        #expect(run.progress.pending == 20_000 && run.progress.skipped == 1_000)
        let rows = try harness.rows()
        #expect(rows.map(\.url) == urls + again)
        #expect(rows[..<20_000].allSatisfy { $0.state == .pending })
        #expect(rows[20_000...].allSatisfy { $0.skipReason == "duplicate" })
        #expect(try harness.store.check() == [])
    }

    @Test func `a long list of which a host may have only some pages is cut to those`() throws {
        let harness = try CrawlHarness()
        let runner = try harness.store.write { try $0.registerRunner(harness.processes, now: 0) }
        let urls = (0..<18_000).map { "http://127.0.0.\($0 % 9):1/\($0)" }

        let run = try harness.fill(
            urls, spec: CrawlHarness.spec { $0.limits.pagesPerHost = 1_900 }, runner: runner)

        #expect(run.progress.pending == 9 * 1_900)
        #expect(try harness.rows().filter { $0.skipReason == nil }.map(\.url) == Array(urls[..<17_100]))
        #expect(try harness.store.check() == [])
    }
}
