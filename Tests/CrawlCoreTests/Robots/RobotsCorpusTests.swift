import CrawlCore
import Testing

/// Cases that no one here wrote. Skipped where they are not at hand.
@Suite(.enabled(if: !RobotsCorpus.rows.isEmpty, RobotsCorpus.isMissing))
struct RobotsCorpusTests {
    @Test func `every case in which parsers must agree comes out right`() {
        let rows = RobotsCorpus.rows.filter(\.isHard)

        let right = rows.count(where: \.isRight)

        print("robots: \(right) of \(rows.count)")
        #expect(right == rows.count)
    }

    @Test func `of the cases in which parsers differ most come out as the corpus has them`() {
        let rows = RobotsCorpus.rows.filter { !$0.isHard }

        let right = rows.count(where: \.isRight)

        print("robots, soft: \(right) of \(rows.count)")
        #expect(right * 2 > rows.count)
    }

    @Test func `the files of popular sites are read as Google's and Scrapy's parsers read them`() {
        let rows = RobotsCorpus.realRows

        let right = rows.count(where: \.isRight)

        print("robots, real: \(right) of \(rows.count)")
        #expect(!rows.isEmpty)
        #expect(right == rows.count)
    }
}
