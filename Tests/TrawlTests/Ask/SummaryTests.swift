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
}
