import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// Links that are no anchors: what is followed of them, and what on request only.
@Suite(.timeLimit(.minutes(15))) struct FollowKindsTests {
    private typealias Response = LoopbackServer.Response

    /// A server of pages by their paths; others are pages without links.
    private func serve(_ pages: [String: Response]) throws -> LoopbackServer {
        try LoopbackServer { request in
            pages[request.path] ?? .text("<title>\(request.path)</title>", type: "text/html")
        }
    }

    private func html(_ markup: String) -> Response { .text(markup, type: "text/html") }

    private func crawl(
        _ server: LoopbackServer, _ path: String = "/", links: Set<JobSpec.LinkKind>? = nil
    ) async throws -> CrawlHarness {
        let harness = try CrawlHarness()
        let spec = CrawlHarness.spec { spec in
            var follow = JobSpec.Follow()
            if let links { follow.links = links }
            spec.follow = follow
            spec.metadata = true
        }
        try await harness.crawl([server.url(path)], spec: spec)
        return harness
    }

    private func paths(_ harness: CrawlHarness, _ server: LoopbackServer) throws -> [String] {
        try harness.rows().map { String($0.url.dropFirst(server.url("").count)) }.sorted()
    }

    @Test func `a site of frames is crawled`() async throws {
        let server = try serve([
            "/": html(
                "<title>t</title><frameset><frame src=menu><frameset><frame src=/main></frameset></frameset>"),
            "/menu": html("<a href=/page target=main>x</a>"), "/main": html("<iframe src=/in></iframe>"),
        ])
        let harness = try await crawl(server)

        #expect(try paths(harness, server) == ["/", "/in", "/main", "/menu", "/page"])
        #expect(try harness.rows().first?.title == "t")
    }

    @Test(arguments: [
        "<meta http-equiv=refresh content='0;url=/home'>",
        "<META HTTP-EQUIV=\"Refresh\" CONTENT=\"5; URL='/home'\">",
        "<noscript><meta content=0;/home http-equiv=refresh></noscript>",
        "<meta http-equiv=refresh content='url=/home'>",
    ])
    func `a site whose root is a refresh is crawled`(markup: String) async throws {
        let server = try serve(["/": html(markup), "/home": html("<a href=/a>x</a>")])

        #expect(try paths(try await crawl(server), server) == ["/", "/a", "/home"])
    }

    @Test func `fields of the header lead on, whatever the body is`() async throws {
        let server = try serve([
            "/": .text("{}", type: "application/json").header("Link", "</2>; rel=\"next\", </0>; rel=prev"),
            "/2": html("<base href=/elsewhere/>").header(
                "Link", "<3>; rel=next, <4>; rel=next; anchor=\"/x\""),
            "/3": .text("x", type: "text/plain").header("Refresh", "5; url=/5"),
        ])

        #expect(try paths(try await crawl(server), server) == ["/", "/0", "/2", "/3", "/5"])
    }

    private var relations: [String: Response] {
        [
            "/": html(
                "<link rel=next href=/n><link rel=canonical href=/c><link rel=alternate href=/alt><link rel=canonical href=/>"
                    + "<a href=/a>x</a><link rel=canonical href=/a>"
            ).header("Link", "</alt2>; rel=alternate")
        ]
    }

    @Test func `other addresses of a page are counted, and not asked for`() async throws {
        let server = try serve(relations)
        let harness = try await crawl(server)

        #expect(try paths(harness, server) == ["/", "/a", "/n"])
        #expect(
            try harness.value("SELECT links FROM skipped_links WHERE reason = 'scope'", as: Int.self) == 3)
    }

    @Test func `a job says what kinds of links it follows`() async throws {
        let server = try serve(relations)

        #expect(
            try paths(try await crawl(server, links: [.canonical, .alternate]), server)
                == ["/", "/a", "/alt", "/alt2", "/c"])
        #expect(try paths(try await crawl(server, links: [.a]), server) == ["/", "/a"])
    }

    @Test func `the canonical address may stand in the header`() async throws {
        let server = try serve([
            "/": .text("%PDF", type: "application/pdf").header("Link", "</other>; rel=canonical"),
            "/both": html("<link rel=canonical href=/element>").header("Link", "</field>; rel=canonical"),
        ])
        func canonical(_ path: String) async throws -> String? {
            try await crawl(server, path).rows().first?.canonicalURL
        }

        #expect(try await canonical("/") == server.url("/other"))
        #expect(try await canonical("/both") == server.url("/element"))
    }

    @Test func `a page that sends its reader back and forth is asked for once`() async throws {
        let server = try serve([
            "/": html("<meta http-equiv=refresh content=0;/b>"),
            "/b": html("<meta http-equiv=refresh content=0;/>"),
        ])
        _ = try await crawl(server)

        #expect(server.log.count == 2)
    }
}
