import CrawlCore
import Testing

/// The counters of a run.
@Suite struct RunProgressTests {
    @Test func `adding a change adds every counter`() {
        var change = RunProgress()
        change.pending = 1
        change.done = 2
        change.failed = 3
        change.skipped = 4
        change.invalid = 5
        change.requests = 6
        change.requestMicroseconds = 7
        change.sizeDownload = 8
        change.elapsedMilliseconds = 9
        var sum = change

        sum.add(change)

        let doubled = Mirror(reflecting: sum).children.map { $0.value as? Int64 }
        #expect(doubled == [2, 4, 6, 8, 10, 12, 14, 16, 18])
    }

    @Test func `pages are those of every state`() {
        var progress = RunProgress()
        progress.pending = 1
        progress.done = 10
        progress.failed = 100
        progress.skipped = 1_000
        progress.invalid = 10_000

        #expect(progress.pages == 1_111)
    }
}
