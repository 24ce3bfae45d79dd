import Foundation
import LoopbackServer
import Synchronization
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct DiffTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Runs a job twice on a site that changes in between.
    private func runTwice() async throws {
        let round = Mutex(1)
        let site = try LoopbackServer { request in
            let isSecond = round.withLock { $0 } == 2
            switch request.path {
            case "/title": return .html(title: isSecond ? "=Now" : "Then")
            case "/status" where isSecond: return .status(404)
            default: return .html(title: request.path)
            }
        }
        try bench.job("docs", urls: site.urls("/same", "/title", "/status", "/gone"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        round.withLock { $0 = 2 }
        try bench.job("docs", urls: site.urls("/same", "/title", "/status", "/new"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")
    }

    @Test func `diff shows what is new, gone and different`() async throws {
        try await runTwice()

        let diff = try await bench.trawl("diff", "docs")
        let rows = try await bench.trawl("diff", "docs", "--format", "ndjson", "-q")
        let table = try await bench.trawl("diff", "docs", "--format", "csv", "-q")

        #expect(diff.code == 0)
        #expect(diff.output.contains("title   \"Then\" → \"=Now\""))
        #expect(diff.output.contains("gone    200 → 404"))
        #expect(diff.errors == "docs: run 1 to run 2: 1 new, 2 gone, 1 title\n")
        #expect(rows.output.split(separator: "\n").count == 4)
        #expect(rows.output.contains(#""title_before":"Then","title_after":"=Now""#))
        #expect(rows.errors.isEmpty)
        #expect(table.output.hasPrefix("change,name,url,status_code_before,status_code_after,"))
        #expect(table.output.contains(",Then,'=Now,"))
    }

    @Test func `with --exit-code a script sees whether anything changed`() async throws {
        try await runTwice()

        #expect(try await bench.trawl("diff", "docs", "--exit-code").code == 9)
        #expect(try await bench.trawl("diff", "docs", "--exit-code", "--from", "2", "--to", "1").code == 9)
        try bench.execute("UPDATE runs SET first_page_id = 0, last_page_id = 0")
        let same = try await bench.trawl("diff", "docs", "--exit-code")
        #expect(same.code == 0)
        #expect(same.errors == "docs: run 1 to run 2: nothing changed\n")
    }

    @Test(arguments: ["", "accept: [\"100-599\"]"])
    func `pages that could not be got to are unknown, which is no change`(accepted: String) async throws {
        let status = Mutex(200)
        let site = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "root", links: ["/list"])
            case "/list" where status.withLock { $0 } != 200: .status(status.withLock { $0 })
            case "/list": .html(title: "list", links: ["/a", "/b"])
            default: .html(title: request.path)
            }
        }
        try bench.job("docs", urls: site.urls("/"), "follow: {}\ndelay: 0s\n\(accepted)")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        status.withLock { $0 = 503 }
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        let bad = try await bench.trawl("diff", "docs")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        let still = try await bench.trawl("diff", "docs", "--exit-code")
        let rows = try await bench.trawl("diff", "docs", "-q", "--format", "ndjson")

        #expect(bad.errors == "docs: run 1 to run 2: 1 status, 2 unknown\n")
        #expect(bad.output.contains("unknown 200  /a"))
        #expect(still.code == 0)
        #expect(still.errors == "docs: run 2 to run 3: nothing changed, 2 unknown\n")
        #expect(try rows.objects().map { $0["status_code_before"] as? Int } == [200, 200])
        #expect(
            try rows.objects().allSatisfy {
                $0["change"] as? String == "unknown" && $0["title_after"] is NSNull
            })
    }

    @Test func `runs are named by when they had finished`() async throws {
        try await runTwice()
        try bench.execute(
            "UPDATE runs SET finished_at = unixepoch('2026-03-01T12:00:00') * 1000 WHERE number = 1")

        for from in ["yesterday", "1d", "2026-03-01", "2026-03-02", "2026-03-01T12:00:00Z"] {
            let diff = try await bench.trawl("diff", "docs", "--from", from, environment: ["TZ": "UTC"])
            #expect(diff.errors.contains("docs: run 1 to run 2:"), "\(from): \(diff.errors)")
        }
        let backwards = try await bench.trawl("diff", "docs", "--from", "2", "--to", "25h")
        let early = try await bench.trawl(
            "diff", "docs", "--from", "2026-02-28", environment: ["TZ": "Europe/Berlin"])
        let same = try await bench.trawl("diff", "docs", "--from", "today")
        let word = try await bench.trawl("diff", "docs", "--from", "2026-02-30")

        #expect(backwards.errors.contains("docs: run 2 to run 1:"))
        #expect((early.code, same.code, word.code) == (2, 2, 2))
        #expect(
            early.errors.contains(
                "no run of docs had finished by 2026-02-28T23:59:59+01:00 (--from); the first that is kept finished at 2026-03-01T13:00:00+01:00"
            ), "\(early.errors)")
        #expect(same.errors.contains("both runs are run 2 of docs"))
        #expect(word.errors.contains("'2026-02-30' is invalid for '--from"))
    }

    @Test func `diff says which run is missing`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let alone = try await bench.trawl("diff", "docs")
        let unknown = try await bench.trawl("diff", "docs", "--from", "1", "--to", "7")
        let itself = try await bench.trawl("diff", "docs", "--from", "1", "--to", "1")

        #expect((alone.code, unknown.code, itself.code) == (2, 2, 2))
        #expect(alone.errors.contains("run 1 of docs is its first; there is none to compare it with"))
        #expect(unknown.errors.contains("docs has no run 7"))
    }
}
