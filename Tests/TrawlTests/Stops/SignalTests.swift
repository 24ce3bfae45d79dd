import Glibc
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct SignalTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal lets requests under way finish, and the same command goes on`(signal: Int32) async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            Int(request.path.dropFirst())! > 40 ? Site.page(request).held(by: latch) : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(200)], "concurrency: {per_host: 4}")

        let run = try bench.start(hangUps: .heard, "run", "--drain", "1h", "docs.yaml")
        await site.wait { $0.requests == 44 }
        run.signal(signal)
        try await run.says("second signal")
        latch.open()
        let stopped = try await run.finished()
        let status = try await bench.trawl("status", "docs")
        let rest = try await bench.trawl("run", "docs.yaml")

        #expect(stopped.code == 7)
        #expect(stopped.errors.contains("docs run 1: not finished"))
        #expect(status.output.contains("docs run 1, unfinished"))
        rest.expectSuccess()
        for number in 1...200 { #expect(site.hits("/\(number)") == 1) }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a second signal ends requests under way at once`(signal: Int32) async throws {
        let site = try LoopbackServer { _ in .stalled }
        try bench.job("docs", urls: [site.numbered(10)], "concurrency: {per_host: 4}")
        let run = try bench.start("run", "--drain", "1h", "docs.yaml")
        await site.wait { $0.inFlight == 4 }

        run.signal(signal)
        try await run.says("second signal")
        run.signal(signal)
        let stopped = try await run.finished()

        #expect(stopped.code == 7)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'pending'") == 10)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a terminal that closes may say so twice, and requests under way still finish`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: [site.numbered(400)], "concurrency: {per_host: 2}")
        let run = try bench.start(hangUps: .heard, "run", "--drain", "1h", "docs.yaml")
        await site.wait { $0.inFlight == 2 }

        run.signal(SIGHUP)
        try await run.says("second signal")
        run.signal(SIGHUP)
        run.signal(SIGHUP)
        latch.open()

        // Between what it says and what it does, a few more requests may start.
        #expect(try await run.finished().code == 7)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") ?? 0 >= 2)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'failed'") == 0)
    }

    @Test func `fetch and bench come to an end where their terminal closes`() async throws {
        let site = try LoopbackServer { _ in .stalled }
        try bench.job("docs", urls: [site.numbered(2)])
        for command in [["fetch", "--drain", "1ms", site.url("/1")], ["bench", "docs.yaml"]] {
            let before = site.log.count
            let run = try bench.start(hangUps: .heard, command)
            await site.wait { $0.requests > before }

            run.signal(SIGHUP)

            #expect(try await run.finished().code == 7, "\(command)")
        }
    }

    @Test func `under nohup a terminal that closes is no matter`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: [site.numbered(4)], "concurrency: {per_host: 2}")
        let run = try bench.start(hangUps: .ignored, "run", "docs.yaml")
        await site.wait { $0.inFlight == 2 }

        run.signal(SIGHUP)
        latch.open()

        try await run.finished().expectSuccess()
        #expect(site.log.count == 4)
    }

    @Test func `requests that outlast the drain are pending again`() async throws {
        let site = try LoopbackServer { request in
            request.hit == 0 ? .stalled : .html(title: request.path)
        }
        try bench.job("docs", urls: [site.numbered(4)])
        let run = try bench.start("run", "-q", "--drain", "50ms", "docs.yaml")
        await site.wait { $0.inFlight == 2 }

        run.signal(SIGINT)

        #expect(try await run.finished().code == 7)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'pending' AND attempts = 0") == 4)
    }

    @Test func `a signal is heard while a list is waited for`() async throws {
        try bench.write("urls_from: \"-\"", to: "list.yaml")
        // The shell holds the pipe open and writes nothing into it. The thread's name tells that it is read.
        let run = try await bench.shell(
            """
            mkfifo pipe
            exec 3<>pipe
            $TRAWL run list.yaml <&3 & pid=$!
            for i in $(seq 3000); do grep -q trawl-import /proc/$pid/task/*/comm && break; sleep 0.01; done
            kill -INT $pid
            wait $pid
            """)

        #expect(run.code == 7)
        #expect(try bench.value("SELECT count(*) FROM pages") == 0)
    }

    @Test func `a second runner of a job exits 6 while the first goes on`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: site.urls("/a"))
        let first = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.inFlight == 1 }

        let second = try await bench.trawl("run", "docs.yaml")
        let retry = try await bench.trawl("retry", "docs")
        let status = try await bench.trawl("status")
        latch.open()

        #expect(second.code == 6)
        #expect(second.errors.contains("by process \(first.pid)"))
        #expect(retry.code == 6)
        #expect(status.output.contains("running (\(first.pid))"))
        try await first.finished().expectSuccess()
        #expect(site.hits("/a") == 1)
    }

    @Test func `another job runs beside it`() async throws {
        let latch = LoopbackServer.Latch()
        let held = try LoopbackServer { Site.page($0).held(by: latch) }
        let site = try Site.pages()
        try bench.job("held", urls: held.urls("/a"))
        try bench.job("docs", urls: site.urls("/a"))
        let first = try bench.start("run", "-q", "held.yaml")
        await held.wait { $0.inFlight == 1 }

        let second = try await bench.trawl("run", "-q", "docs.yaml")
        latch.open()

        second.expectSuccess()
        try await first.finished().expectSuccess()
    }

    @Test func `a job that is paused stops, and goes on once it is active`() async throws {
        let site = try LoopbackServer { request in request.hit == 0 ? .stalled : Site.page(request) }
        try bench.job("docs", urls: [site.numbered(2)])
        let run = try bench.start("run", "-q", "--drain", "1ms", "docs.yaml")
        await site.wait { $0.inFlight == 2 }

        try bench.execute("UPDATE jobs SET state = 'paused'")

        #expect(try await run.finished().code == 7)
        #expect(try await bench.trawl("run").errors.contains("nothing to do"))
        try bench.execute("UPDATE jobs SET state = 'active'")
        try await bench.trawl("run", "-q").expectSuccess()
    }
}
