import CrawlCore
import Testing
import TrawlStore
@testable import trawl

@Suite struct SummaryTests {
    @Test(arguments: [(1000, true), (4000, false)])
    func `a speed-up is shown where requests overlapped more than the run waited`(
        elapsed: Int64, isShown: Bool
    ) {
        var progress = RunProgress()
        progress.done = 2
        progress.requests = 2
        progress.elapsedMilliseconds = elapsed
        progress.requestMicroseconds = 2_000_000

        let report = RunReport(
            statuses: [], errors: [], skips: [], skippedLinks: [], sitemaps: nil, slowestHosts: [])
        let text = Summary(
            job: "docs", run: 1, progress: progress, report: report, isFinished: true, hasSuccess: true
        ).text(Palette(isOn: false))

        #expect(text.contains("speed-up  2.0 ×") == isShown, "\(text)")
        #expect(!text.contains("  see "))
    }

    @Test func `a terminal gets lines that fit, and a command in one piece`() {
        var progress = RunProgress()
        (progress.done, progress.failed, progress.elapsedMilliseconds) = (21, 2, 2_000)
        (progress.requests, progress.sizeDownload) = (26, 9_000)
        let report = RunReport(
            statuses: [(200, 21), (301, 1), (404, 1), (500, 1)],
            errors: [], skips: [], skippedLinks: [], sitemaps: nil, slowestHosts: [])
        var summary = Summary(
            job: "docs", run: 1, progress: progress, report: report, isFinished: true, hasSuccess: true)
        summary.hint = "trawl results docs --failed --db a/long/way/trawl.db"

        let lines = summary.text(Palette(isOn: true), columns: 40).split(separator: "\n").map(String.init)
        let plain = lines.map { $0.replacing(/\u{1b}\[[0-9]+m/, with: "") }

        #expect(plain.contains("  status    200 × 21, 301 × 1, 404 × 1,"), "\(plain)")
        #expect(plain.contains("            500 × 1"))
        #expect(plain.dropLast().allSatisfy { DisplayWidth.columns($0) < 40 }, "\(plain)")
        #expect(plain.last == "  see       trawl results docs --failed --db a/long/way/trawl.db")
        #expect(summary.text(Palette(isOn: false)).contains("200 × 21, 301 × 1, 404 × 1, 500 × 1\n"))
    }
}

struct WrappedTextTests {
    @Test(arguments: [
        ("one two three", 8, "one two\nthree"), ("one, two three", 10, "one,\ntwo three"),
        ("short", 3, "short"), ("a verylongword b", 6, "a\nverylongword\nb"), ("", 4, ""),
        ("日本 日本 日本", 9, "日本 日本\n日本"),
    ])
    func `lines break between words, and behind commas rather`(text: String, columns: Int, lines: String) {
        #expect(WrappedText.lines(text, columns: columns) == lines)
    }

    @Test func `what goes on hangs below the text`() {
        let row = "  pages     25: 21 done, 2 failed"
        #expect(
            WrappedText.lines(row, columns: 26, hanging: 12)
                == "  pages     25: 21 done,\n            2 failed")
        #expect(WrappedText.lines(row, columns: nil, hanging: 12) == row)
        #expect(
            InitCommand.fitting("How?\n  1  as usual, twice\n", columns: 14)
                == "How?\n  1  as usual,\n     twice\n")
    }
}
