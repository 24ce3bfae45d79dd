import Foundation
import Glibc
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct KillTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `kills lose no page and repeat none that was committed`() async throws {
        // The last pages wait for the last run, so that no run comes to its end before it is killed.
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            let page = Site.page(request).delayed(by: .milliseconds(2))
            return (Int(request.path.dropFirst()) ?? 0) > 250 ? page.held(by: latch) : page
        }
        try bench.job("docs", urls: [site.numbered(300)], "concurrency: {per_host: 8}")

        var committed: Set<String> = []
        var hits: [String: Int] = [:]
        for threshold in [10, 70, 130, 190] {
            let run = try bench.start("run", "-q", "docs.yaml")
            await site.wait { $0.requests >= threshold }
            run.signal(SIGKILL)
            #expect(try await run.finished().code == nil)
            await site.wait { $0.inFlight == 0 }
            for path in committed { #expect(site.hits(path) == hits[path]) }
            committed = Set(try bench.values("SELECT title FROM results WHERE state = 'done'"))
            hits = Dictionary(uniqueKeysWithValues: committed.map { ($0, site.hits($0)) })
        }
        latch.open()
        let last = try await bench.trawl("run", "docs.yaml")

        last.expectSuccess()
        #expect(try bench.value("SELECT count(DISTINCT url) FROM results WHERE state = 'done'") == 300)
        #expect(try bench.value("SELECT count(*) FROM pages") == 300)
        for path in committed { #expect(site.hits(path) == hits[path]) }
        #expect(try bench.value("SELECT count(*) FROM runs") == 1)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `kills in the middle of redirects lose no page and count none twice`() async throws {
        // Thirty pages in front of ten that ten others link to as well.
        let site = try LoopbackServer { request in
            let number = Int(request.path.split(separator: "/").last ?? "") ?? 0
            let response: LoopbackServer.Response =
                if request.path == "/" {
                    .html(title: "/", links: (0..<30).map { "/old/\($0)" } + (0..<10).map { "/page/\($0)" })
                } else if request.path.hasPrefix("/old/") {
                    .redirect(to: "/mid/\(number % 10)")
                } else if request.path.hasPrefix("/mid/") {
                    .redirect(to: "/new/\(number)")
                } else {
                    .html(title: request.path, links: ["/new/\(number)", "/mid/\(number)", "/old/\(number)"])
                }
            return response.delayed(by: .milliseconds(3))
        }
        try bench.job("docs", urls: [site.url("/")], "delay: 0s\nfollow: {}\nconcurrency: {per_host: 4}")

        // On a busy machine the last kills may come too late, even after the run's end and before the process's.
        var isFinished = false
        for threshold in [5, 20, 30, 40, 50, 60] where !isFinished {
            let run = try bench.start("run", "-q", "docs.yaml")
            let isThere = await site.wait { $0.requests >= threshold }
            run.signal(SIGKILL)
            _ = try await run.finished()
            isFinished =
                try bench.value("SELECT count(*) FROM runs WHERE state = 'finished'", as: Int.self) == 1
            #expect(isThere || isFinished)
        }
        if !isFinished { try await bench.trawl("run", "docs.yaml").expectSuccess() }

        #expect(try bench.value("SELECT count(*) FROM pages") == 61)
        #expect(try bench.value("SELECT pages_done FROM runs") == 21)
        #expect(try bench.value("SELECT pages_skipped FROM runs") == 40)
        #expect(try bench.value("SELECT count(DISTINCT title) FROM results WHERE state = 'done'") == 21)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a run that was killed is not said to be running`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: [site.url("/a")])
        let run = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.inFlight == 1 }

        #expect(try await bench.trawl("status").output.contains("running"))
        run.signal(SIGKILL)
        _ = try await run.finished()

        #expect(try await bench.trawl("status").output.contains("unfinished"))
        #expect(try await bench.trawl("jobs").output.contains("unfinished"))
        #expect(try await bench.trawl("runs", "docs").output.contains("unfinished"))
        // Which would go on for as long as a run is under way.
        #expect(try await bench.trawl("status", "--watch").code == 0)
        latch.open()
    }

    @Test func `a kill while the list is read costs nothing`() async throws {
        let site = try Site.pages()
        // The list does not end: what is there of it is imported, then the process is killed.
        _ = try await bench.shell("mkfifo pipe")
        let pipe = try FileHandle(forUpdating: bench.folder.appending(path: "pipe"))
        try bench.write("urls_from: pipe", to: "list.yaml")
        let killed = try bench.start("run", "list.yaml")
        try pipe.write(contentsOf: Data((1...4000).map { "\(site.url("/"))\($0)\n" }.joined().utf8))
        try await bench.until("SELECT count(*) >= 2000 FROM pages", by: killed)
        killed.signal(SIGKILL)
        _ = try await killed.finished()
        try pipe.close()
        _ = try await bench.shell("rm pipe")
        try bench.write((1...20).map { "\(site.url("/"))\($0)\n" }.joined(), to: "pipe")

        let run = try await bench.trawl("run", "list.yaml")

        run.expectSuccess()
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 20)
        #expect(try bench.value("SELECT count(*) FROM pages") == 20)
    }

    @Test func `a runner whose pid went to another process is gone`() async throws {
        let site = try LoopbackServer { request in request.hit == 0 ? .stalled : Site.page(request) }
        try bench.job("docs", urls: site.urls("/a"))
        let run = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.inFlight == 1 }
        run.signal(SIGKILL)
        _ = try await run.finished()
        try bench.execute("UPDATE runners SET pid = \(getpid())")

        try await bench.trawl("run", "-q", "docs").expectSuccess()
        #expect(try bench.value("SELECT count(*) FROM runners") == 0)
    }

    @Test func `a fetch that was killed is not mistaken for another`() async throws {
        let site = try LoopbackServer { request in request.hit == 0 ? .stalled : Site.page(request) }
        let fetch = try bench.start("fetch", "-q", "--db", "kept.db", site.url("/a"))
        await site.wait { $0.inFlight == 1 }
        fetch.signal(SIGKILL)
        _ = try await fetch.finished()

        let other = try await bench.trawl("fetch", "--db", "kept.db", site.url("/b"))
        let same = try await bench.trawl("fetch", "-q", "--db", "kept.db", site.url("/a"))

        #expect(other.code == 2)
        #expect(other.errors.contains("unfinished fetch of something else"))
        #expect(site.hits("/b") == 0)
        same.expectSuccess()
    }

    @Test(.enabled(if: Privileges.canMount, "needs root and the right to mount"))
    func `a machine without proc is told to mount it`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a"))

        let run = try await bench.shell("unshare -m bash -c 'umount -l /proc && $TRAWL run -q docs.yaml'")

        #expect(run.code == 3)
        #expect(
            run.errors
                == "trawl: /proc is not there, which the program needs; mount it: mount -t proc proc /proc\n")
        #expect(!bench.exists("trawl.db"))
    }

    @Test func `a runner of an earlier boot is gone`() async throws {
        let site = try LoopbackServer { request in request.hit == 0 ? .stalled : Site.page(request) }
        try bench.job("docs", urls: site.urls("/a"))
        let run = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.inFlight == 1 }
        // The process lives still: only the boot tells that the row is not its own.
        try bench.execute("UPDATE runners SET boot_id = 'another'")

        let second = try await bench.trawl("run", "-q", "docs")
        run.signal(SIGKILL)
        _ = try await run.finished()

        second.expectSuccess()
    }
}
