import Foundation
import Glibc
import LoopbackServer
import Testing

/// What a daemon is not to be brought down by.
extension DaemonTests {
    @Test func `a list on standard input is not read by a daemon`() async throws {
        let site = try Site.pages()
        _ = try await bench.trawl("db", "migrate", "-q")
        try insert("piped", #"{"urls_from": "-"}"#)
        let daemon = try bench.start("daemon", input: site.url("/a") + "\n")
        try await daemon.says(
            "piped: standard input: cannot be read: a daemon has none; name a file in urls_from")
        let end = try await stop(daemon)

        #expect(end.code == 0)
        #expect(site.log.isEmpty)
        #expect(try bench.value("SELECT count(*) FROM runs") == 0)
    }

    @Test func `a list that does not end holds up no other job, nor the end of the daemon`() async throws {
        let site = try Site.pages()
        _ = try await bench.trawl("db", "migrate", "-q")
        let fifo = bench.path("urls")
        try #require(mkfifo(fifo, 0o600) == 0)
        // Somebody who may write to it, and does not.
        let writer = open(fifo, O_RDWR | O_CLOEXEC)
        defer { close(writer) }
        try insert("endless", "{\"urls_from\": \"\(fifo)\"}")
        let daemon = try bench.start("daemon")
        try await daemon.says("endless: run begins")
        try insert("docs", spec(site.url("/a")))
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")
        let told = ContinuousClock.now
        let end = try await stop(daemon)

        #expect(end.code == 0)
        #expect(ContinuousClock.now - told < .seconds(5))
        #expect(end.errors.contains("stopped"))
        // What was not read is read by the next.
        try bench.execute("UPDATE jobs SET spec = '\(spec(site.url("/b")))' WHERE name = 'endless'")
        _ = try await bench.trawl("run", "endless", "-q")
        #expect(try bench.values("SELECT state FROM runs") == ["finished", "finished"])
    }

    @Test func `a job that is deleted while it runs is given up, in plain words`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        let daemon = try bench.start("daemon")
        try await daemon.says("running jobs")
        try insert("docs", spec(site.url("/[1-9]")))
        await site.wait { $0.inFlight > 0 }
        try bench.execute("DELETE FROM jobs")
        latch.open()
        // In words that depend on which of them is first.
        try await bench.until("SELECT count(*) = 0 FROM runners")
        try insert("other", spec(site.url("/a")))
        try await bench.until("SELECT count(*) = 1 FROM runs WHERE state = 'finished'")
        let end = try await stop(daemon)

        #expect(end.code == 0)
        #expect(!end.errors.contains("FOREIGN KEY"))
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `connections that are never used do not stop the daemon`() async throws {
        let visitor = try await bench.shell(
            """
            cat > visit.py <<'END'
            import os, resource, signal, socket, subprocess, time, urllib.request
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            def healthz():
                for attempt in range(200):
                    try:
                        return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).read()
                    except OSError:
                        time.sleep(0.05)
            limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80))
            daemon = subprocess.Popen(
                [os.environ["TRAWL"], "daemon", "--listen", str(port)], preexec_fn=limit,
                stderr=open("daemon.log", "w"))
            healthz()
            idle = []
            try:
                for connection in range(100):
                    idle.append(socket.create_connection(("127.0.0.1", port), timeout=1))
            except OSError:
                pass
            print(len(idle), healthz().decode(), end="")
            for connection in idle: connection.close()
            daemon.send_signal(signal.SIGTERM)
            print(daemon.wait())
            END
            python3 visit.py
            """)

        #expect(visitor.output == "100 ok\n0\n")
    }
}
