import CrawlCore
import Testing

/// What the end of a chain of redirects means for each of the pages that it goes over.
@Suite struct ChainOutcomeTests {
    private func page(_ id: Int64) -> ClaimedPage {
        ClaimedPage(
            id: PageID(rawValue: id), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1),
            url: "http://a/\(id)", attempts: 0, name: nil, isNamed: false)
    }

    /// Pages 1, 2 and 3, of which each redirects to the next, and what became of the last request.
    private func outcomes(_ verdict: PageOutcome.Verdict, final: String? = nil, last: Int64 = 3) -> [String] {
        var chain = RedirectChain(startedAt: 0)
        for id in 1...2 {
            chain.append(
                url: "http://a/\(id)", statusCode: 301, page: PageID(rawValue: Int64(id)),
                microseconds: 1_000,
                sizeDownload: 5)
            chain.lead(from: page(Int64(id)), to: page(Int64(id + 1)), now: 0)
        }
        var outcome = PageOutcome(page: page(last), startedAt: 0)
        outcome.verdict = verdict
        outcome.chain = chain
        outcome.response.finalURL = final
        return outcome.settlingChain().map { outcome in
            let final = outcome.response.finalURL.map { " > \($0.dropFirst(9))" } ?? ""
            return "\(outcome.page.id.rawValue) \(outcome.verdict) \(outcome.requests)\(final)"
        }.sorted()
    }

    @Test(arguments: [
        PageOutcome.Verdict.done, .failed(.httpStatus), .retry(.reset, wait: .seconds(1)),
        .failed(.badRedirect),
    ]) func `a page at the end has the outcome, and the others are its duplicates`(
        verdict: PageOutcome.Verdict
    ) {
        #expect(
            outcomes(verdict) == [
                "1 skipped(CrawlCore.SkipReason.duplicate) 1 > 3",
                "2 skipped(CrawlCore.SkipReason.duplicate) 1 > 3",
                "3 \(verdict) 1",
            ])
    }

    @Test func `a page that the chain comes back to has the outcome`() {
        #expect(
            outcomes(.done, last: 1) == [
                "1 done 1", "2 skipped(CrawlCore.SkipReason.duplicate) 1 > 1",
                "3 skipped(CrawlCore.SkipReason.duplicate) 0 > 1",
            ])
    }

    @Test func `what must not be asked for at the end is the reason for all`() {
        #expect(
            outcomes(.skipped(.scope), final: "http://a/9")
                == (1...3).map { "\($0) skipped(CrawlCore.SkipReason.scope) 1 > 9" })
    }

    @Test func `a loop is the failure of the page that it begins with`() {
        #expect(
            outcomes(.failed(.redirectLoop)) == [
                "1 failed(CrawlCore.ErrorKind.redirectLoop) 1 > 3",
                "2 skipped(CrawlCore.SkipReason.duplicate) 1 > 1",
                "3 skipped(CrawlCore.SkipReason.duplicate) 1 > 1",
            ])
    }

    @Test func `too many redirects are the failure of the page that they begin with`() {
        #expect(
            outcomes(.failed(.tooManyRedirects)) == [
                "1 failed(CrawlCore.ErrorKind.tooManyRedirects) 1 > 3",
                "2 skipped(CrawlCore.SkipReason.limit) 1 > 3", "3 skipped(CrawlCore.SkipReason.limit) 1 > 3",
            ])
    }

    @Test func `the chain of one page is that page's alone`() {
        var chain = RedirectChain(startedAt: 0)
        chain.append(
            url: "http://a/1", statusCode: 301, page: PageID(rawValue: 1), microseconds: 1, sizeDownload: 1)
        var outcome = PageOutcome(page: page(1), startedAt: 0)
        outcome.verdict = .done
        outcome.chain = chain

        #expect(outcome.settlingChain().map(\.verdict) == [.done])
    }
}
