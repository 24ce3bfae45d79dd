import Foundation
import LoopbackServer
import Testing

/// Keys and flags for what is fetched, from where, and with which cookies.
@Suite(.timeLimit(.minutes(15))) struct KeyTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `pages of other types are skipped, and the summary says so`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/2" ? .bytes([0], type: "image/png") : Site.page(request)
        }
        try bench.job("docs", urls: [site.numbered(3)], "accept_types: [text/html]")

        let run = try await bench.trawl("run", "docs.yaml")

        run.expectSuccess()
        #expect(run.errors.contains("content_type × 1"))
        #expect(
            try bench.value("SELECT error FROM results WHERE skip_reason = 'content_type'", as: String.self)
                == "image/png is not in accept_types")
    }

    @Test func `a night on which nothing is newer is a success`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/map.xml"
                ? .text(
                    "<urlset><url><loc>/1</loc><lastmod>2020-01-01</lastmod></url></urlset>", type: "text/xml"
                )
                : Site.page(request)
        }
        try bench.write(
            "sitemaps: ['\(site.url("/map.xml"))']\nnewer_than: 7d\nrobots: ignore\n", to: "docs.yaml")

        let run = try await bench.trawl("run", "docs.yaml")

        run.expectSuccess()
        #expect(run.errors.contains("not_newer × 1"))
        #expect(site.counters.requests == 1)
    }

    @Test(
        arguments: [
            (nil, "cookies.txt: cannot be read: No such file or directory"),
            ("session=1\n", "cookies.txt:1: not a cookie in Netscape's format"),
        ] as [(String?, String)])
    func `a file of cookies that cannot be used is named, before anything is asked for`(
        text: String?, words: String
    ) async throws {
        let site = try Site.pages()
        if let text { try bench.write(text, to: "cookies.txt") }
        let file = try bench.job("docs", urls: site.urls("/a"), "request:\n  cookies: {file: cookies.txt}")

        let run = try await bench.trawl("run", file)

        #expect(run.code == 2)
        #expect(run.errors.contains("docs.yaml:"))
        #expect(run.errors.contains(": request.cookies.file: "))
        #expect(run.errors.contains(words))
        #expect(site.counters.requests == 0)
        #expect(try bench.value("SELECT count(*) FROM jobs") == 0)
    }

    @Test func `cookies are kept from one command to the next`() async throws {
        let site = try LoopbackServer { request in
            Site.page(request).header("Set-Cookie", "seen=\(request.path)")
        }
        try bench.job("docs", urls: site.urls("/a"), "request: {cookies: {file: jar.txt, save: true}}")

        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()
        try await bench.trawl("run", "-q", "docs").expectSuccess()

        #expect(site.log.map { $0.headers["Cookie"] } == [nil, "seen=/a"])
        let attributes = try FileManager.default.attributesOfItem(atPath: bench.path("jar.txt"))
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
    }

    @Test func `a host has the address that --resolve gives it, and requests come from --interface`()
        async throws
    {
        let site = try Site.pages()
        let port = site.url("").split(separator: ":").last ?? ""

        let fetch = try await bench.trawl(
            "fetch", "--format", "ndjson", "--resolve", "nowhere.invalid:\(port):127.0.0.1", "--interface",
            "lo",
            "http://nowhere.invalid:\(port)/a")

        fetch.expectSuccess()
        #expect(fetch.output.contains(#""remote_ip":"127.0.0.1""#))
        #expect(site.log.map { $0.headers["Host"] } == ["nowhere.invalid:\(port)"])
    }

    @Test(arguments: [
        ("--resolve example.org:127.0.0.1", "--resolve"), ("--interface nowhere0", "neither"),
        ("--interface 192.0.2.1", "neither"),
    ]) func `a wrong address or interface is refused`(flags: String, words: String) async throws {
        let wrong = try await bench.shell("$TRAWL fetch \(flags) http://127.0.0.1:1/")

        #expect(wrong.code == 2)
        #expect(wrong.errors.contains(words))
    }

    @Test func `a dry run and --delay know delays with two bounds`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a", "/b"), "delay: 1s..3s")

        let run = try await bench.trawl("run", "--dry-run", "docs.yaml")
        let fetch = try await bench.trawl("fetch", "-q", "--delay", "0.01..0.02", site.url("/a"))

        #expect(run.output.contains("delay: 1s..3s"))
        #expect(run.output.contains("a start each 1.00 s to 3.00 s"))
        fetch.expectSuccess()
    }
}
