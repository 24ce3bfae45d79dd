import Foundation
import Glibc
import LoopbackServer
import Testing
import TrawlTestSupport

/// Who may read a database and not write it gets rows, as with any other file.
@Suite(.timeLimit(.minutes(15))) struct ReadOnlyTests {
    private let bench: Workbench
    private let site: LoopbackServer
    /// Before a command: makes it that of a user who owns nothing. Who is not root takes the right from themselves.
    private let asReader = geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : ""

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a", "/b"))
        for folder in ["db", "db é%?"] {
            try FileManager.default.createDirectory(
                atPath: bench.path(folder), withIntermediateDirectories: true)
        }
    }

    private func trawl(_ arguments: String, in folder: String = "db") async throws -> Finished {
        try await bench.shell("cd '\(folder)' && \(asReader)$TRAWL \(arguments)")
    }

    private func names(in folder: String = "db") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: bench.path(folder)).sorted()
    }

    /// Runs the job in a folder, whose files it then makes such as may be read and nothing else.
    private func crawl(_ folder: String = "db", times: Int = 1) async throws {
        for _ in 0..<times {
            try await bench.trawl("run", "-q", "docs.yaml", "--db", "\(folder)/trawl.db").expectSuccess()
        }
        #expect(try await bench.shell("chmod 444 '\(folder)'/*; chmod 555 '\(folder)'").code == 0)
    }

    @Test(arguments: ["db", "db é%?"])
    func `a file in a folder that may not be written is read, and nothing is left there`(folder: String)
        async throws
    {
        try await crawl(folder, times: 2)
        // A run that ends on a busy machine may leave an empty `-wal` beside the database.
        let left = try names(in: folder)

        let results = try await trawl("results docs --format ndjson", in: folder)
        #expect(try results.objects().map { $0["status_code"] as? Int } == [200, 200], "\(results.errors)")
        #expect(try await trawl("status", in: folder).output.contains("docs"))
        #expect(try await trawl("diff docs", in: folder).code == 0)
        #expect(try await trawl("explain docs \(site.url("/a"))", in: folder).output.contains("done"))
        for command in ["jobs", "runs docs", "db check"] {
            let finished = try await trawl(command, in: folder)
            #expect(finished.code == 0, "\(command): \(finished.errors)")
        }
        #expect(try names(in: folder) == left)
        _ = try await bench.shell("chmod 755 '\(folder)'")
    }

    @Test func `what a running crawl writes is read, and what one that was killed has left`() async throws {
        let slow = try LoopbackServer {
            $0.path == "/slow" ? .text("late").delayed(by: .seconds(600)) : .text("ok")
        }
        try bench.job("slow", urls: [slow.url("/1"), slow.url("/slow")])
        let run = try bench.start("run", "-q", "slow.yaml", "--db", "db/trawl.db")
        // A poll starts a program, which takes a while where many tests do.
        try await eventually("a page is done", within: .seconds(120)) {
            try await trawl("results slow --format ndjson").output.contains(#""status_code":200"#)
        }

        #expect(try await trawl("status slow").output.contains("slow"))
        run.signal(SIGKILL)
        _ = try await run.finished()
        #expect(try names().contains("trawl.db-wal"), "it was killed")

        _ = try await bench.shell(
            "mkdir copy; cp db/trawl.db db/trawl.db-wal copy; chmod 444 db/* copy/*; chmod 555 db copy")
        let results = try await trawl("results slow --format ndjson")
        #expect(results.output.contains(#""status_code":200"#), "\(results.errors)")

        // Without its index the WAL cannot be read there, and is not left out in silence.
        let refused = try await trawl("results slow", in: "copy")
        #expect(refused.code == 3)
        #expect(refused.errors.contains("trawl.db has a -wal file"), "\(refused.errors)")
        #expect(refused.output.isEmpty)
        #expect(try names(in: "copy") == ["trawl.db", "trawl.db-wal"])
        _ = try await bench.shell("chmod 755 db copy")
    }

    @Test func `a file that may not be read is named, with what to look at`() async throws {
        try await bench.trawl("run", "-q", "docs.yaml", "--db", "db/trawl.db").expectSuccess()
        _ = try await bench.shell("chmod 000 db/trawl.db")

        let results = try await trawl("results docs")

        #expect(results.code == 3)
        #expect(results.errors.contains("trawl.db cannot be read: Permission denied; check its permissions"))
    }

    @Test func `to write still takes the right to`() async throws {
        try await crawl()

        let run = try await trawl("run docs")

        #expect(run.code == 3)
        #expect(run.errors.contains("trawl.db"))
        _ = try await bench.shell("chmod 755 db")
    }
}
