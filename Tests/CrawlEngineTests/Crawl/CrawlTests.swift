import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(15))) struct CrawlTests {
    @Test func `a list ends with every page done, its length and title in its row`() async throws {
        let server = try LoopbackServer { .html(title: "Page \($0.path)") }
        let harness = try CrawlHarness()
        let urls = (1...300).map { server.url("/\($0)") }

        let end = try await harness.crawl(urls, threads: 2)

        let rows = try harness.rows()
        #expect(end == .finished)
        #expect(rows.map(\.url) == urls)
        #expect(rows.allSatisfy { $0.state == .done && $0.statusCode == 200 && $0.attempts == 1 })
        #expect(rows.map(\.title) == (1...300).map { "Page /\($0)" })
        #expect(rows.allSatisfy { ($0.contentLength ?? 0) > 0 })
        #expect(try harness.store.check() == [])
        #expect(server.counters.requests == 300)
    }

    @Test func `a host never sees more than its share at once`() async throws {
        let hosts = (1...8).map { "127.0.0.\($0)" }
        let server = try LoopbackServer(addresses: hosts) { _ in .text("ok").delayed(by: .milliseconds(2)) }
        let harness = try CrawlHarness()
        let urls = (0..<400).map { server.url("/\($0)", on: hosts[$0 % 8]) }

        try await harness.crawl(
            urls,
            spec: CrawlHarness.spec {
                $0.concurrency.total = 64
                $0.concurrency.perHost = 3
            }, threads: 2)

        for host in hosts { #expect(server.peakInFlight(of: host) == 3) }
        #expect(server.counters.requests == 400)
    }

    @Test func `all hosts together never see more than the total at once`() async throws {
        let hosts = (1...8).map { "127.0.0.\($0)" }
        let server = try LoopbackServer(addresses: hosts) { _ in .text("ok").delayed(by: .milliseconds(2)) }
        let harness = try CrawlHarness()
        let urls = (0..<200).map { server.url("/\($0)", on: hosts[$0 % 8]) }

        try await harness.crawl(
            urls,
            spec: CrawlHarness.spec {
                $0.concurrency.total = 5
                $0.concurrency.perHost = 4
            }, threads: 2)

        #expect(server.peakInFlight == 5)
    }

    @Test func `one host may have the whole total, whatever loop serves it`() async throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { _ in .text("ok").held(by: latch) }
        let harness = try CrawlHarness()
        let urls = (0..<16).map { server.url("/\($0)") }

        async let end = harness.crawl(
            urls,
            spec: CrawlHarness.spec {
                $0.concurrency.total = 16
                $0.concurrency.perHost = 16
            }, threads: 4)
        await server.wait { $0.inFlight == 16 }
        latch.open()

        #expect(try await end == .finished)
        #expect(server.peakInFlight == 16)
    }

    @Test func `two starts to a host are never closer than its delay`() async throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { _ in .text("ok") }
        let harness = try CrawlHarness()
        let urls = (0..<8).map { server.url("/\($0)", on: $0 % 2 == 0 ? "127.0.0.1" : "127.0.0.2") }

        try await harness.crawl(urls, spec: CrawlHarness.spec { $0.delay = .milliseconds(200) }, threads: 2)

        // The loop's thread may be held up between its word that a request goes out and the write, while other tests keep
        // the machine busy. That the gate itself is exact is tested with a clock of its own.
        let lateness = Duration.milliseconds(20)
        for host in ["127.0.0.1", "127.0.0.2"] {
            let gap = try #require(server.leastGap(of: host))
            #expect(gap >= .milliseconds(200) - lateness)
        }
    }

    @Test func `a slow host holds back no other`() async throws {
        let latch = LoopbackServer.Latch()
        let hosts = (1...4).map { "127.0.0.\($0)" }
        let server = try LoopbackServer(addresses: hosts) { request in
            request.address == hosts[0] ? .text("late").held(by: latch) : .text("ok")
        }
        let harness = try CrawlHarness()
        let urls = (0..<400).map { server.url("/\($0)", on: hosts[$0 % 4]) }
        // Opens only once all the others are through: if the slow one held them back, this would not end.
        let observer = RecordingObserver { if $0 == 300 { latch.open() } }

        try await harness.crawl(
            urls, spec: CrawlHarness.spec { $0.concurrency.total = 8 }, observer: observer)

        #expect(observer.outcomes.prefix(300).allSatisfy { !$0.page.url.contains(hosts[0]) })
        #expect(try harness.rows().allSatisfy { $0.state == .done })
    }

    @Test func `the same request twice in a list is made once`() async throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/a"), server.url("/b"), server.url("/a#part")])

        let rows = try harness.rows()
        #expect(rows.map(\.state) == [.done, .done, .skipped])
        #expect(rows.last?.skipReason == "duplicate")
        #expect(server.hits("/a") == 1)
    }

    @Test func `what is no URL is kept and says why, and the rest runs`() async throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let harness = try CrawlHarness()

        try await harness.crawl(["http://", server.url("/"), "ftp://127.0.0.1/", "not a url"])

        let rows = try harness.rows()
        #expect(rows.map(\.state) == [.skipped, .done, .failed, .skipped])
        #expect(rows[0].skipReason == "invalid_url")
        #expect(rows[2].errorKind == "unsupported_scheme")
        #expect(rows.allSatisfy { $0.state == .done || $0.error != nil })
    }

    @Test func `batches are as large as the job says and are all accounted for`() async throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let harness = try CrawlHarness()

        try await harness.crawl(
            (0..<23).map { server.url("/\($0)") }, spec: CrawlHarness.spec { $0.batchSize = 5 })

        #expect(try harness.value("SELECT group_concat(pages) FROM batches") == "5,5,5,5,3")
        #expect(try harness.value("SELECT count(*) FROM batches WHERE finished_at IS NULL") == 0)
        #expect(try harness.value("SELECT count(DISTINCT batch_id) FROM pages") == 5)
    }

    @Test func `thousands of hosts are all visited and none is left leased`() async throws {
        let hosts = (0..<600).map { "127.0.\(1 + $0 / 200).\(1 + $0 % 200)" }
        let server = try LoopbackServer(addresses: hosts) { _ in .text("ok") }
        let harness = try CrawlHarness()

        try await harness.crawl(
            hosts.flatMap { [server.url("/1", on: $0), server.url("/2", on: $0)] }, threads: 2)

        #expect(try harness.rows().filter { $0.state == .done }.count == 1200)
        #expect(try harness.value("SELECT count(*) FROM hosts WHERE runner_id IS NOT NULL") == 0)
    }

    @Test func `many hosts with a few pages each take little more than a connection each`() async throws {
        let hosts = (0..<400).map { "127.0.\(1 + $0 / 200).\(1 + $0 % 200)" }
        let server = try LoopbackServer(addresses: hosts) { _ in .text("ok") }
        let harness = try CrawlHarness()

        try await harness.crawl(
            (1...5).flatMap { page in hosts.map { server.url("/\(page)", on: $0) } },
            spec: CrawlHarness.spec { $0.robots = .obey }, threads: 2)

        #expect(try harness.rows().filter { $0.state == .done }.count == 2000)
        #expect(server.connections <= 500)
    }
}
