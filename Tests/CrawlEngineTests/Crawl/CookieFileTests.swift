import CrawlCore
import CrawlEngine
import Foundation
import LoopbackServer
import Testing

/// Jobs with a file of cookies.
@Suite(.timeLimit(.minutes(15))) struct CookieFileTests {
    private let harness: CrawlHarness
    private let server: LoopbackServer

    init() throws {
        harness = try CrawlHarness()
        server = try LoopbackServer { request in
            .text(request.headers["Cookie"] ?? "").header("Set-Cookie", "seen=\(request.path)")
        }
    }

    private func spec(isSaved: Bool) -> JobSpec {
        CrawlHarness.spec {
            var file = JobSpec.CookieFile(path: harness.folder.appending(path: "cookies.txt").path)
            file.isSaved = isSaved
            $0.request.cookieFile = file
            $0.request.keepsCookies = true
        }
    }

    private func write(_ text: String) throws {
        try text.write(to: harness.folder.appending(path: "cookies.txt"), atomically: true, encoding: .utf8)
    }

    private func read() throws -> String {
        try String(contentsOf: harness.folder.appending(path: "cookies.txt"), encoding: .utf8)
    }

    @Test func `cookies of a file are sent, and the file stays as it is`() async throws {
        let text = "127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tabc\n"
        try write(text)

        try await harness.crawl([server.url("/1")], spec: spec(isSaved: false))

        #expect(server.log.map { $0.headers["Cookie"] } == ["session=abc"])
        #expect(try read() == text)
    }

    @Test func `cookies are written back, and the next run sends them`() async throws {
        try await harness.crawl([server.url("/1")], spec: spec(isSaved: true))
        #expect(try read().contains("127.0.0.1\tFALSE\t/\tFALSE\t0\tseen\t/1\n"))

        try await harness.crawl([server.url("/2")], spec: spec(isSaved: true), now: 1)

        #expect(server.log.map { $0.headers["Cookie"] } == [nil, "seen=/1"])
        #expect(try read().contains("seen\t/2"))
    }

    @Test func `a file that is wrong ends the crawl before anything is asked for`() async throws {
        try write("session=abc\n")

        await #expect(throws: CrawlError.self) {
            try await harness.crawl([server.url("/1")], spec: spec(isSaved: false))
        }

        #expect(server.counters.requests == 0)
    }
}
