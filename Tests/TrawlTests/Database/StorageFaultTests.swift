import Foundation
import GRDB
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct StorageFaultTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    @Test(.enabled(if: Privileges.canMount, "needs root and the right to mount"))
    func `a full disk stops the run, and with room the same command completes it`() async throws {
        let mount = try Mount(in: bench, options: "size=1m")
        try bench.job("docs", urls: [site.numbered(600)], "concurrency: {per_host: 16}")
        try Data(repeating: 0, count: 700_000).write(to: bench.folder.appending(path: "mnt/filler"))

        let full = try await bench.trawl("run", "docs.yaml", "--db", "mnt/trawl.db")
        try mount.remount("size=64m")
        let done = try await bench.trawl("run", "docs.yaml", "--db", "mnt/trawl.db")

        #expect(full.code == 3)
        #expect(full.errors.contains("the disk is full"))
        done.expectSuccess()
        #expect(
            try bench.value("SELECT count(*) FROM results WHERE state = 'done'", in: "mnt/trawl.db") == 600)
        #expect(try bench.value("SELECT max(number) FROM runs", in: "mnt/trawl.db") == 1)
        #expect(try await bench.trawl("db", "check", "--db", "mnt/trawl.db").code == 0)
    }

    @Test func `a limit on the size of files is no crash`() async throws {
        try bench.job("docs", urls: [site.numbered(300)], "concurrency: {per_host: 16}")

        let limited = try await bench.shell("ulimit -f 150; $TRAWL run docs.yaml")
        let done = try await bench.trawl("run", "-q", "docs.yaml")

        #expect(limited.code == 3)
        #expect(limited.errors.contains("trawl.db"))
        done.expectSuccess()
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `a database that is removed under a run ends it with a sentence`() async throws {
        let latch = LoopbackServer.Latch()
        let slow = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: slow.urls("/a"))
        let run = try bench.start("run", "-q", "docs.yaml")
        await slow.wait { $0.inFlight == 1 }

        for name in ["trawl.db", "trawl.db-wal", "trawl.db-shm"] {
            try FileManager.default.removeItem(atPath: bench.path(name))
        }
        latch.open()
        let finished = try await run.finished()

        #expect(finished.code == 3)
        #expect(finished.errors.contains("was removed or replaced"))
    }

    @Test func `few descriptors mean fewer requests at once, not failures`() async throws {
        try bench.job("docs", urls: [site.numbered(200)], "concurrency: {total: 500, per_host: 500}")

        let run = try await bench.shell("ulimit -n 60; $TRAWL run docs.yaml")

        run.expectSuccess()
        #expect(run.errors.contains("requests at once, not 500"))
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done' AND attempts = 1") == 200)
    }

    @Test func `a lock of another program is waited for`() async throws {
        let latch = LoopbackServer.Latch()
        let slow = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: slow.urls("/a"))
        let run = try bench.start("run", "-q", "docs.yaml")
        await slow.wait { $0.inFlight == 1 }

        let other = try bench.database()
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        latch.open()
        try await run.waitsForLock()
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }

        try await run.finished().expectSuccess()
        #expect(try bench.value("SELECT title FROM results") == "/a")
    }

    @Test func `a lock on the whole file is waited for by a command that begins`() async throws {
        _ = try await bench.trawl("db", "migrate")
        try bench.job("docs", urls: site.urls("/a"))

        let other = try bench.database()
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN EXCLUSIVE") }
        let run = try bench.start("run", "-q", "docs.yaml")
        try await run.waitsForLock()
        try await other.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }

        try await run.finished().expectSuccess()
    }
}
