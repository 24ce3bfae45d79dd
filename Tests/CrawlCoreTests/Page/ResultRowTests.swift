import CrawlCore
import Testing

/// The row that an outcome makes, as it is streamed before it is read back from the store.
@Suite struct ResultRowTests {
    private func outcome(_ verdict: PageOutcome.Verdict, _ change: (inout PageOutcome) -> Void = { _ in })
        -> PageOutcome
    {
        let page = ClaimedPage(
            id: PageID(rawValue: 1), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1), url: "http://a/",
            attempts: 2, name: "home")
        var outcome = PageOutcome(page: page, startedAt: 1_000)
        outcome.verdict = verdict
        outcome.finishedAt = 1_234
        change(&outcome)
        return outcome
    }

    @Test func `an attempt that has just begun is one request and the next attempt`() {
        let outcome = outcome(.done)

        #expect(outcome.attempt == 3)
        #expect(outcome.requests == 1)
        #expect(outcome.lastHost == outcome.page.host)
        #expect(outcome.response.statusCode == nil)
    }

    @Test func `a page that is tried again has no row yet`() {
        #expect(ResultRow(outcome(.retry(.reset, wait: .seconds(1)))) == nil)
    }

    @Test func `a page without a response has neither length nor final URL`() throws {
        let row = try #require(ResultRow(outcome(.failed(.dns)) { $0.error = "no such host" }))

        #expect(row.state == .failed)
        #expect(row.errorKind == "dns")
        #expect(row.error == "no such host")
        #expect(row.name == "home")
        #expect(row.attempts == 3)
        #expect(row.batchID == 1)
        #expect(row.fetchedAt == 1_234)
        #expect(row.contentLength == nil && row.sizeDownload == nil && row.finalURL == nil)
    }

    @Test func `a page that answered has what its response said`() throws {
        let row = try #require(
            ResultRow(
                outcome(.done) {
                    $0.response.statusCode = 200
                    $0.response.contentLength = 10
                    $0.response.sizeDownload = 7
                    $0.response.title = "A"
                    $0.response.timings.total = 1_999
                }))

        #expect(row.state == .done)
        #expect(row.errorKind == nil)
        #expect(row.statusCode == 200)
        #expect(row.contentLength == 10 && row.sizeDownload == 7)
        #expect(row.title == "A")
        #expect(row.timeTotalMilliseconds == 1)
        #expect(row.finalURL == "http://a/", "the page's own where no redirect led elsewhere")
    }
}
