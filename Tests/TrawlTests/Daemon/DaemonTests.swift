import Foundation
import Glibc
import LoopbackServer
import Testing
import TrawlTestSupport

@Suite(.serialized, .timeLimit(.minutes(15)))
struct DaemonTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    func spec(_ url: String, _ more: String = "") -> String {
        "{\"urls\": [\"\(url)\"], \"robots\": \"ignore\"\(more)}"
    }

    func insert(_ name: String, _ spec: String, createdAgo seconds: Int = 0) throws {
        let created = Int64(Date().timeIntervalSince1970 * 1000) - Int64(seconds) * 1000
        try bench.execute(
            "INSERT INTO jobs (name, spec, created_at) VALUES ('\(name)', '\(spec)', \(created))")
    }

    func stop(_ daemon: Running) async throws -> Finished {
        daemon.signal(SIGTERM)
        return try await daemon.finished()
    }

    @Test func `jobs that plain SQL inserts are run while the daemon goes on`() async throws {
        let site = try Site.pages()
        let daemon = try bench.start("daemon")
        try await daemon.says("running jobs")

        try insert("docs", spec(site.url("/a")))
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")
        try bench.execute("INSERT INTO jobs (name, spec) VALUES ('wrong', '{\"url\": 1}')")
        try await daemon.says("wrong")
        let end = try await stop(daemon)

        #expect(end.code == 0)
        #expect(site.hits("/a") == 1)
        #expect(try bench.value("SELECT count(*) FROM runners") == 0)
    }

    @Test func `a start that was missed is made up for once, another passed over`() async throws {
        let site = try Site.pages()
        _ = try await bench.trawl("db", "migrate", "-q")
        // Due each hour; six hours were missed, and the last is not this minute's.
        let minute = (Int(Date().timeIntervalSince1970) / 60 + 30) % 60
        let schedule = ", \"schedule\": \"\(minute) * * * *\", \"timezone\": \"UTC\""
        try insert("once", spec(site.url("/once"), schedule), createdAgo: 6 * 3600)
        try insert("skip", spec(site.url("/skip"), schedule + ", \"missed\": \"skip\""), createdAgo: 6 * 3600)

        let daemon = try bench.start("daemon")
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")
        let end = try await stop(daemon)

        #expect(end.code == 0)
        #expect(site.hits("/once") == 1)
        #expect(site.hits("/skip") == 0)
        let noted = "SELECT outcome || ' ' || missed FROM starts JOIN jobs ON jobs.id = job_id ORDER BY name"
        #expect(try bench.values(noted) == ["started 5", "missed 6"])
        let jobs = try await bench.trawl("jobs")
        #expect(jobs.output.contains(String(format: ":%02d:00+00:00", minute)))
    }

    @Test func `a due start that meets an unfinished run is noted`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        _ = try await bench.trawl("db", "migrate", "-q")
        try insert("docs", spec(site.url("/a"), ", \"schedule\": \"* * * * *\""), createdAgo: 120)
        let daemon = try bench.start("daemon")
        await site.wait { $0.inFlight == 1 }

        // As if the minute had not been looked at.
        try bench.execute("UPDATE schedules SET considered_at = considered_at - 60000")
        try bench.execute("DELETE FROM starts WHERE outcome = 'started'")
        try await bench.until("SELECT count(*) >= 1 FROM starts WHERE outcome = 'overlapped'")
        latch.open()
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")

        #expect(try await stop(daemon).code == 0)
        #expect(try bench.value("SELECT count(*) FROM runs WHERE state <> 'finished'") == 0)
    }

    @Test func `a daemon that was killed goes on where it was`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            (Int(request.path.dropFirst()) ?? 0) > 20
                ? Site.page(request).held(by: latch) : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(40)])
        let killed = try bench.start("daemon", "docs.yaml")
        await site.wait { $0.requests >= 22 }
        killed.signal(SIGKILL)
        _ = try await killed.finished()
        latch.open()

        let daemon = try bench.start("daemon", "docs.yaml")
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")

        #expect(try await stop(daemon).code == 0)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 40)
        #expect((1...20).allSatisfy { site.hits("/\($0)") <= 2 })
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a run whose process is killed goes over to the daemon`() async throws {
        let site = try LoopbackServer { request in request.hit == 0 ? .stalled : Site.page(request) }
        try bench.job("docs", urls: site.urls("/a"))
        let run = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.inFlight == 1 }
        let daemon = try bench.start("daemon")
        try await daemon.says("running jobs")
        #expect(site.hits("/a") == 1)

        run.signal(SIGKILL)
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")

        #expect(try await stop(daemon).code == 0)
    }

    @Test func `two runs share hosts without ever asking one too much`() async throws {
        let site = try LoopbackServer(addresses: (1...8).map { "127.0.0.\($0)" }) { request in
            Site.page(request).delayed(by: .milliseconds(20))
        }
        let urls = (1...8).flatMap { host in
            ["a", "b"].map { "http://127.0.0.\(host):\(site.port)/\($0)-[1-60]" }
        }
        try bench.job("a", urls: urls.filter { $0.contains("/a-") }, "concurrency: {per_host: 1}")
        try bench.job("b", urls: urls.filter { $0.contains("/b-") }, "concurrency: {per_host: 1}")
        let first = try bench.start("run", "-q", "a.yaml")
        await site.wait { $0.requests >= 20 }
        let second = try bench.start("run", "-q", "b.yaml")
        await site.wait { $0.requests >= 500 }
        first.signal(SIGKILL)
        _ = try await first.finished()
        #expect(try await second.finished().code == 0)
        #expect(try await bench.trawl("run", "-q", "a").code == 0)

        for host in 1...8 { #expect(site.peakInFlight(of: "127.0.0.\(host)") == 1) }
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 960)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a run with barriers goes on after it has lent its host`() async throws {
        let site = try LoopbackServer { Site.page($0).delayed(by: .milliseconds(40)) }
        try bench.job(
            "slow", urls: [site.url("/slow-[1-110]")],
            "concurrency: {per_host: 1}\nbatch_size: 40\nbatch_barrier: true")
        try bench.job("other", urls: [site.url("/other-[1-3]")])
        let slow = try bench.start("run", "-q", "slow.yaml")
        await site.wait { $0.requests >= 5 }
        #expect(try await bench.trawl("run", "-q", "other.yaml").code == 0)
        let early = try bench.value("SELECT pages_pending FROM runs WHERE job_id = 1", as: Int.self)

        #expect(early.map { $0 > 0 } == true)
        #expect(try await slow.finished().code == 0)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 113)
    }

    @Test func `systemd hears that it is ready, alive, and stopping`() async throws {
        let listener = try await bench.shell(
            """
            python3 - <<'END' &
            import socket, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.bind("notify")
            s.settimeout(60)
            with open("heard", "w") as heard:
                while True:
                    text = s.recv(4096).decode()
                    heard.write(text + "\\nAT=%d\\n" % (time.monotonic() * 1000)); heard.flush()
                    if "STOPPING" in text: break
            END
            for i in $(seq 100); do [ -S notify ] && break; sleep 0.05; done
            NOTIFY_SOCKET=notify WATCHDOG_USEC=800000 $TRAWL daemon -q & daemon=$!
            for i in $(seq 200); do [ "$(grep -c WATCHDOG heard 2>/dev/null)" -ge 6 ] && break; sleep 0.05; done
            kill -TERM $daemon
            wait $daemon; code=$?
            wait
            exit $code
            """)

        #expect(listener.code == 0)
        let lines = try bench.text(of: "heard").split(separator: "\n")
        let heard = lines.map { $0.prefix { $0 != "=" } }
        #expect(heard.first == "READY")
        #expect(heard.contains("STOPPING"))
        // In less than the time that is allowed: 200 ms each, and what a busy machine adds.
        let signs = zip(lines, lines.dropFirst()).filter { $0.0 == "WATCHDOG=1" }.compactMap {
            Int($0.1.dropFirst(3))
        }
        #expect(signs.count >= 6)
        #expect(zip(signs, signs.dropFirst()).allSatisfy { $1 - $0 < 800 })
    }

    @Test func `a run goes on once the database can be written again, by the daemon that began it`()
        async throws
    {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        let daemon = try bench.start("daemon")
        try await daemon.says("running jobs")
        try insert("docs", spec(site.url("/a")))
        await site.wait { $0.inFlight == 1 }

        // As on a full disk, nothing can be kept, nor be given back.
        for (name, event) in [("kept", "UPDATE ON pages"), ("given", "DELETE ON runners")] {
            try bench.execute(
                "CREATE TRIGGER \(name) BEFORE \(event) BEGIN SELECT RAISE(ABORT, 'no room'); END")
        }
        latch.open()
        try await daemon.says("no room")
        for name in ["kept", "given"] { try bench.execute("DROP TRIGGER \(name)") }
        daemon.signal(SIGHUP)
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")
        let end = try await stop(daemon)

        #expect(end.code == 0)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 1)
        #expect(try bench.value("SELECT count(*) FROM runners") == 0)
    }

    @Test func `a daemon whose database is gone ends`() async throws {
        let daemon = try bench.start("daemon")
        try await daemon.says("running jobs")

        _ = try await bench.shell("rm trawl.db*")
        let end = try await daemon.finished()

        #expect(end.code == 3)
        #expect(end.errors.contains("was removed or replaced"))
    }

    @Test func `due times that a wrong clock has settled count from now`() async throws {
        let site = try Site.pages()
        _ = try await bench.trawl("db", "migrate", "-q")
        try insert("docs", spec(site.url("/a"), ", \"schedule\": \"* * * * *\""))
        let daemon = try bench.start("daemon")
        try await bench.until("SELECT count(*) = 1 FROM schedules")

        try bench.execute("UPDATE schedules SET considered_at = considered_at + 365 * 86400000")
        try await daemon.says("a wrong clock")
        let year = "SELECT next_start_at < (julianday('now') - 2440587.5) * 86400000 + 120000 FROM schedules"
        try await bench.until(year)
        let end = try await stop(daemon)

        #expect(end.code == 0)
    }

    @Test func `a due job is run by a bare run, once`() async throws {
        let site = try Site.pages()
        _ = try await bench.trawl("db", "migrate", "-q")
        try insert("docs", spec(site.url("/a"), ", \"schedule\": \"@yearly\""), createdAgo: 400 * 86_400)
        try insert("later", spec(site.url("/b"), ", \"schedule\": \"@yearly\""))

        #expect(try await bench.trawl("run", "-q").code == 0)
        #expect(try await bench.trawl("run", "-q").code == 0)

        #expect(site.hits("/a") == 1)
        #expect(site.hits("/b") == 0)
    }

    @Test func `a copy made during a crawl goes on by itself`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            (Int(request.path.dropFirst()) ?? 0) > 20
                ? Site.page(request).held(by: latch) : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(40)])
        let run = try bench.start("run", "-q", "docs.yaml")
        await site.wait { $0.requests >= 22 }

        #expect(try await bench.trawl("db", "backup", "copy.db").code == 0)
        latch.open()
        #expect(try await run.finished().code == 0)

        #expect(try await bench.trawl("db", "check", "--db", "copy.db").code == 0)
        #expect(try await bench.trawl("run", "-q", "--db", "copy.db", "docs").code == 0)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'", in: "copy.db") == 40)
    }

    @Test func `what happened to jobs is told as metrics, of jobs that are there`() async throws {
        let site = try Site.pages()
        let port = try #require(
            try await bench.shell(
                "python3 -c 'import socket; s = socket.socket(); s.bind((\"\", 0)); print(s.getsockname()[1])'"
            ).lines.first)
        func metrics(_ method: String = "GET") async throws -> Finished {
            try await bench.shell(
                """
                python3 -c 'import urllib.request as u; print(u.urlopen(u.Request(
                    "http://127.0.0.1:\(port)/metrics", method="\(method)")).read().decode())'
                """)
        }
        let daemon = try bench.start("daemon", "--listen", port)
        try await daemon.says("running jobs")
        for name in ["docs", "other"] { try insert(name, spec(site.url("/\(name)"))) }
        try await bench.until("SELECT count(*) = 2 FROM runs WHERE state = 'finished'")
        try await daemon.says("docs: run finished")
        try await daemon.says("other: run finished")

        let before = try await metrics()
        #expect(before.lines.contains("trawl_jobs{state=\"active\"} 2"))
        for name in ["docs", "other"] {
            #expect(before.lines.contains("trawl_runs_total{trawl_job=\"\(name)\",result=\"success\"} 1"))
        }
        #expect(try await metrics("POST").code != 0)

        try bench.execute("PRAGMA foreign_keys = OFF; DELETE FROM jobs WHERE name = 'docs'")
        var after = before
        try await eventually("nothing is told of a job that is gone") {
            after = try await metrics()
            return !after.output.contains("docs")
        }
        #expect(after.lines.contains("trawl_jobs{state=\"active\"} 1"))
        #expect(after.lines.contains("trawl_runs_total{trawl_job=\"other\",result=\"success\"} 1"))
        #expect(try await stop(daemon).code == 0)
    }
}
