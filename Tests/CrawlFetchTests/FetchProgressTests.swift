import CrawlCore
import Testing

@testable import CrawlFetch

/// How far a fetch has come, without a loop or a server.
@Suite struct FetchProgressTests {
    @Test func `a body within its limit goes on, and beyond it is too large`() {
        var progress = FetchProgress()

        let goesOn = [
            progress.count(60, limit: 100), progress.count(40, limit: 100), progress.count(1, limit: 100),
        ]

        #expect(goesOn == [true, true, false])
        #expect(progress.contentLength == 101)
        #expect(progress.extent == .tooLarge)
    }

    @Test func `a body without a limit is never too large`() {
        var progress = FetchProgress()

        let goesOn = progress.count(1 << 40, limit: 0)

        #expect(goesOn)
        #expect(progress.extent == .partial)
    }

    @Test func `a robots.txt is read up to its limit, and that is enough`() {
        var progress = FetchProgress()
        progress.body = .robots([])
        let part = [UInt8](repeating: 65, count: RobotsAnswer.limit - 1)

        let goesOn = part.withUnsafeBytes { [progress.addToRobots($0), progress.addToRobots($0)] }

        #expect(goesOn == [true, false])
        #expect(progress.robotsText.count == RobotsAnswer.limit)
        #expect(progress.isEnough)
    }

    @Test func `a robots.txt that has not met its limit is not enough when its transfer fails`() {
        var progress = FetchProgress()
        progress.body = .robots(Array("User-agent: *".utf8))

        #expect(!progress.isEnough)
    }

    @Test func `only a robots.txt takes its text`() {
        var progress = FetchProgress()
        progress.body = .discarded

        let goesOn = Array("Disallow: /".utf8).withUnsafeBytes { progress.addToRobots($0) }

        #expect(!goesOn)
        #expect(progress.robotsText.isEmpty)
    }

    @Test func `a page's body is kept until the page has ended`() throws {
        let reader = try PageReader.forTests { $0.keepBody = .all }
        reader.begin(contentType: "text/html", fields: nil)
        var progress = FetchProgress()
        progress.body = .page(reader)
        Array("<title>A</title>".utf8).withUnsafeBytes { reader.feed($0) }
        #expect(reader.keptBody == Array("<title>A</title>".utf8))

        progress.endBody()

        #expect(reader.keptBody == nil)
        guard case .unseen = progress.body else {
            Issue.record("the page is still there")
            return
        }
    }
}
