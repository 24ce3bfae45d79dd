import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct DatabaseMistakeTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a"))
    }

    /// Both a command that writes and one that reads end with 3, one sentence, and no request.
    private func expectRefusal(
        _ database: String, _ words: String, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        for arguments in ["run docs.yaml", "jobs"] {
            let command = try await bench.shell("$TRAWL \(arguments) --db '\(database)'")
            #expect(command.code == 3, sourceLocation: location)
            #expect(command.errorLines.count == 1, sourceLocation: location)
            #expect(command.errors.contains(words), "\(command.errors)", sourceLocation: location)
        }
        #expect(site.counters.requests == 0, sourceLocation: location)
    }

    @Test func `a directory is no database`() async throws {
        try await expectRefusal(".", "is not a file")
    }

    @Test func `a FIFO is no database and is not waited for`() async throws {
        _ = try await bench.shell("mkfifo pipe")
        try await expectRefusal("pipe", "is not a file")
    }

    @Test func `a file of something else is left as it is`() async throws {
        let text = String(repeating: "no database\n", count: 1000)
        try bench.write(text, to: "notes.txt")

        try await expectRefusal("notes.txt", "is not a SQLite database")
        #expect(try bench.text(of: "notes.txt") == text)
    }

    @Test func `a database of somebody else's is left as it is`() async throws {
        try bench.execute("CREATE TABLE photos (name TEXT)", in: "photos.db")
        let before = try Data(contentsOf: bench.folder.appending(path: "photos.db"))

        try await expectRefusal("photos.db", "not one of trawl's")
        #expect(try Data(contentsOf: bench.folder.appending(path: "photos.db")) == before)
    }

    @Test func `a newer database is left as it is`() async throws {
        _ = try await bench.trawl("db", "migrate")
        try bench.execute("PRAGMA user_version = 99")
        let before = try Data(contentsOf: bench.folder.appending(path: "trawl.db"))

        try await expectRefusal("trawl.db", "newer trawl")
        #expect(try Data(contentsOf: bench.folder.appending(path: "trawl.db")) == before)
    }

    @Test func `a truncated database is said to be damaged`() async throws {
        _ = try await bench.trawl("run", "-q", "docs.yaml", "--db", "whole.db")
        _ = try await bench.shell("head -c 5000 whole.db > cut.db")

        let check = try await bench.trawl("db", "check", "--db", "cut.db")
        let run = try await bench.trawl("run", "docs.yaml", "--db", "cut.db")

        for command in [check, run] {
            #expect(command.code == 3)
            #expect(command.errors.contains("damaged"))
        }
    }

    @Test func `an empty file becomes a database`() async throws {
        try bench.write("", to: "empty.db")

        #expect(try await bench.trawl("run", "-q", "docs.yaml", "--db", "empty.db").code == 0)
    }

    @Test func `a folder that is not there is named`() async throws {
        let run = try await bench.trawl("run", "docs.yaml", "--db", "no/such/trawl.db")

        #expect(run.code == 3)
        #expect(run.errors.contains("no/such/trawl.db cannot be opened"))
        #expect(run.errors.contains("folder"))
    }

    @Test(.enabled(if: Privileges.canMount, "needs root and the right to mount"))
    func `a folder on a read-only file system is refused before any request`() async throws {
        let mount = try Mount(in: bench, options: "size=8m")
        #expect(try await bench.trawl("run", "-q", "docs.yaml", "--db", "mnt/trawl.db").code == 0)
        try mount.remount("ro")

        let old = try await bench.trawl("run", "docs.yaml", "--db", "mnt/trawl.db")
        let new = try await bench.trawl("run", "docs.yaml", "--db", "mnt/new.db")

        for command in [old, new] {
            #expect(command.code == 3)
            #expect(command.errors.contains("mnt/"))
        }
        #expect(site.hits("/a") == 1)
    }

    @Test func `six runs may begin at once on a database that is not there yet`() async throws {
        for number in 1...6 { try bench.job("job\(number)", urls: site.urls("/\(number)")) }

        let runs = try (1...6).map { try bench.start("run", "-q", "job\($0).yaml") }
        for run in runs { try await run.finished().expectSuccess() }

        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 6)
    }

    @Test func `a backup is not put beside the log of a database that was killed`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.url("/a")])
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()
        _ = try await bench.shell(
            "cp trawl.db other.db; head -c 4096 /dev/zero > other.db-wal")

        let refused = try await bench.trawl("db", "backup", "other.db")
        #expect(refused.code == 3)
        #expect(refused.errors.contains("other.db-wal is not empty"))

        _ = try await bench.shell("rm other.db-wal; touch other.db-wal other.db-shm")
        try await bench.trawl("db", "backup", "other.db").expectSuccess()
        #expect(!bench.exists("other.db-wal") && !bench.exists("other.db-shm"))
        #expect(try bench.value("SELECT count(*) FROM results", in: "other.db") == 1)
    }

    @Test func `a job that cannot be read keeps no other from being pruned`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.url("/a")], "keep_body: all")
        for _ in 1...3 { try await bench.trawl("run", "-q", "docs.yaml").expectSuccess() }
        try bench.job("gone", urls: [site.url("/b")], "keep_body: all")
        try await bench.trawl("run", "-q", "gone.yaml").expectSuccess()
        try bench.execute("UPDATE jobs SET spec = json_set(spec, '$.keep_runs', 1) WHERE name = 'docs'")
        try bench.execute("INSERT INTO jobs (name, spec) VALUES ('a', '{\"url\": 1}')")
        try bench.execute("PRAGMA foreign_keys = OFF; DELETE FROM jobs WHERE name = 'gone'")
        #expect(try bench.value("SELECT count(*) FROM bodies") == 2)

        let prune = try await bench.trawl("db", "prune")

        #expect(prune.code == 2)
        #expect(prune.errors.contains("url"))
        #expect(try bench.value("SELECT count(*) FROM runs") == 1)
        #expect(try bench.value("SELECT count(*) FROM bodies") == 1)
    }
}
