import Foundation
import LoopbackServer
import Testing
import TrawlTestSupport

@Suite(.serialized, .timeLimit(.minutes(15)))
struct StatusTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `before there is anything status says how to begin`() async throws {
        try await bench.trawl("db", "migrate").expectSuccess()
        let empty = try await bench.trawl("status")
        try bench.job("docs", urls: ["http://127.0.0.1:1/"])
        try await bench.trawl("add", "docs.yaml").expectSuccess()
        let all = try await bench.trawl("status")
        let one = try await bench.trawl("status", "docs", "--watch")
        let json = try await bench.trawl("status", "--json")

        #expect(empty.code == 0)
        #expect(
            empty.output == "trawl.db has no job yet; begin with: trawl run FILE.yaml, or trawl run URL\n")
        for status in [all, one] {
            #expect(status.code == 0)
            #expect(status.output == "docs has not been run yet; begin with: trawl run docs\n")
        }
        #expect(json.output == #"{"job":"docs","run":null,"state":null}"# + "\n")
    }

    /// What `status --json` says of a run that waits for a page.
    private func status(whileFetching urls: [String], of site: LoopbackServer, _ more: String) async throws
        -> [String: Any]
    {
        try bench.job("docs", urls: urls, "concurrency: {per_host: 1}\ndelay: 0s\n\(more)")
        let run = try bench.start("run", "-q", "docs.yaml")
        try await bench.until(
            "SELECT pages_done > 0 AND EXISTS (SELECT 1 FROM run_activity) FROM runs", by: run)
        let status = try await bench.trawl("status", "--json")
        run.signal(SIGKILL)
        _ = try await run.finished()
        return try #require(try status.objects().first)
    }

    @Test func `the time left is told of a list, and not where pages lead to more`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/1" || request.hit > 0
                ? Site.page(request) : Site.page(request).delayed(by: .milliseconds(100))
        }

        let list = try await status(whileFetching: [site.numbered(500)], of: site, "")
        let left = try await bench.trawl("status", "--json").objects()
        let text = try await bench.trawl("status")
        try bench.execute("DELETE FROM jobs")
        let followed = try await status(whileFetching: [site.url("/[501-900]")], of: site, "follow: {}")

        #expect(list["eta_ms"] is Int)
        // Nobody is at work any more.
        #expect(left.first?["eta_ms"] is NSNull)
        #expect(!text.output.contains("ETA"))
        #expect(followed["pages_done"] as? Int ?? 0 > 0)
        #expect(followed["eta_ms"] is NSNull)
    }

    @Test(arguments: ["long-name-of-a-job", "日本語日本語日本語日本語"])
    func `what is watched fits a narrow terminal`(name: String) async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("slow", urls: site.urls("/a", "/b"), "name: \(name)")
        let run = try bench.start("run", "-q", "slow.yaml")
        await site.wait { $0.inFlight > 0 }
        let watch = try bench.startShell(
            "script -qec 'stty cols 30; $TRAWL status --watch' /dev/null",
            environment: ["TERM": "xterm", "NO_COLOR": "1"])
        try await eventually("the status, twice") {
            try watch.outputSoFar().components(separatedBy: "\u{1b}[2J").count > 2
        }
        latch.open()
        try await run.finished().expectSuccess()
        let output = try await watch.finished().output

        let lines = output.replacing("\u{1b}[H\u{1b}[2J", with: "").split(whereSeparator: \.isNewline)
        #expect(lines.count > 1)
        for line in lines {
            let columns = line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x3000 ? 2 : 1) }
            #expect(columns < 30, "\(line)")
        }
    }
}
