import CrawlCore
import CrawlEngine
import LoopbackServer
import Testing

/// What redirects may not lead to.
@Suite(.timeLimit(.minutes(15))) struct AddressTests {
    @Test(arguments: [
        "http://127.0.0.2:9/", "http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/", "http://2130706433/", "http://017700000001/", "http://0x7f.1/",
        "http://127.1/", "http://%31%32%37.0.0.2/", "http://①②⑦.0.0.2/", "http://127。0。0。2/",
        "http://[::1]:9/", "http://[::]/", "http://0/", "http://[fe80::1]/", "http://[fd00::1]/",
        "http://[2002:a00:1::]/", "http://100.64.0.1/", "http://localhost./", "http://a.localhost:9/",
        "//10.0.0.1/", "http:\\\\10.0.0.1/", "http://user@10.0.0.1/", "https://192.168.0.1/",
    ])
    func `a private address is not asked for anything, however it is written`(target: String) async throws {
        let server = try LoopbackServer { _ in .redirect(to: target) }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/")])

        let row = try #require(try harness.rows().first)
        #expect(row.errorKind == "blocked_address")
        #expect(row.attempts == 1)
        #expect(row.remoteIP == nil)
    }

    @Test(arguments: [
        "file:///etc/passwd", "gopher://127.0.0.1:9/", "ftp://127.0.0.1/", "dict://127.0.0.1/",
        "data:text/html,x",
        "javascript:alert(1)", "http://[::1", "http://", "http://a b/", "http://h:99999/", "ws://127.0.0.1/",
    ])
    func `what is not a URL of HTTP is no redirect`(target: String) async throws {
        let server = try LoopbackServer { _ in .redirect(to: target) }
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/")])

        #expect(try harness.rows().first?.errorKind == "bad_redirect")
    }

    @Test func `a private address that the user gave a host may be asked, by that host and port only`()
        async throws
    {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            switch request.path {
            case "/named": .redirect(to: "http://inner.invalid:\(portNumber(of: request))/page")
            case "/literal": .redirect(to: "http://127.0.0.2:\(portNumber(of: request))/page")
            default: .text("page")
            }
        }
        let port = server.url("").split(separator: ":").last ?? ""
        var options = CrawlOptions(threads: 1, userAgent: "trawl-tests")
        options.network.resolve = [try #require(ResolvedHost("inner.invalid:\(port):127.0.0.2"))]
        let harness = try CrawlHarness()

        try await harness.crawl([server.url("/named"), server.url("/literal")], options: options)

        let rows = try harness.rows()
        #expect(rows.map(\.errorKind) == [nil, "blocked_address"])
        #expect(rows.first?.remoteIP == "127.0.0.2")
        #expect(server.log.count { $0.address == "127.0.0.2" } == 1)
    }
}

private func portNumber(of request: LoopbackServer.Request) -> Substring {
    request.headers["Host"]?.split(separator: ":").last ?? ""
}
