import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct WARCTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `what was exchanged is kept, redirects too, and no secret`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/old" ? .redirect(to: "/new") : .html(title: request.path)
        }

        let fetch = try await bench.trawl(
            "fetch", "-q", "--warc", "archive", "-H", "Authorization: Bearer s3cret", "-H", "X-Key: s3cret",
            "-H", "Accept: text/html", site.url("/old"))
        let archive = try await bench.shell("zcat archive/fetch-*-00000.warc.gz")

        #expect(fetch.code == 0)
        let lines = archive.output.split(separator: "\r\n")
        #expect(lines.filter { $0 == "WARC-Type: response" }.count == 2)
        #expect(lines.filter { $0 == "WARC-Type: request" }.count == 2)
        #expect(lines.contains("WARC-Target-URI: \(site.url("/old"))"))
        #expect(lines.contains("WARC-Target-URI: \(site.url("/new"))"))
        #expect(lines.contains("Authorization: redacted"))
        #expect(lines.contains("X-Key: redacted"))
        #expect(lines.contains("Accept: text/html"))
        #expect(archive.output.contains("<title>/new</title>"))
        #expect(!archive.output.contains("s3cret"))
    }

    @Test func `API calls are kept with what they sent, those with secrets are not`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/moved" ? .redirect(to: "/form") : .text("answer of \(request.path)")
        }
        try bench.write(
            """
            requests:
              - {name: json, method: POST, url: "\(site.url("/json"))", json: {q: 1}, headers: {x-key: s3cret, accept: a/b}}
              - {name: form, method: POST, url: "\(site.url("/moved"))", form: {a: b c}}
              - {name: secret, method: POST, url: "\(site.url("/secret"))", json: {key: "${env:KEY}"}}
            """, to: "api.yaml")

        let run = try await bench.trawl(
            "run", "-q", "--warc", "archive", "api.yaml", environment: ["KEY": "s3cret"])
        let archive = try await bench.shell("zcat archive/api-*-00000.warc.gz")

        #expect(run.code == 0)
        #expect(site.log.count == 4)
        let lines = archive.output.split(separator: "\r\n")
        #expect(lines.contains("{\"q\":1}"))
        #expect(lines.contains("a=b+c"))
        #expect(lines.contains("Content-Length: 7"))
        #expect(lines.contains("accept: a/b"))
        #expect(lines.contains("x-key: redacted"))
        // The one that a 302 makes of the form is a GET.
        #expect(lines.filter { $0 == "WARC-Type: request" }.count == 3)
        #expect(lines.contains("GET /form HTTP/1.1"))
        #expect(lines.filter { $0 == "a=b+c" }.count == 1)
        #expect(!archive.output.contains("s3cret"))
        #expect(!archive.output.contains("/secret"))
    }

    @Test func `a folder that cannot be written to ends the run, which goes on later`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.url("/a")])
        try bench.write("", to: "file")

        let refused = try await bench.trawl("run", "-q", "--warc", "file/archive", "docs.yaml")
        let resumed = try await bench.trawl("run", "-q", "--warc", "archive", "docs")

        #expect(refused.code == 3)
        #expect(refused.errors.contains("file/archive cannot be written: Not a directory"))
        #expect(resumed.code == 0)
        #expect(site.hits("/a") == 1)
    }

    @Test(arguments: ["whole", "cut", "reset", "slow", "long", "coded", "corrupt"])
    func `a record says why its body is not whole`(fault: String) async throws {
        let site = try LoopbackServer { _ in
            let page = LoopbackServer.Response.html(title: "x")
            switch fault {
            case "cut": return page.cut(after: 5)
            case "reset": return page.cut(after: 5, then: .reset)
            case "slow": return page.cut(after: 5, then: .stall)
            case "long": return LoopbackServer.Response(body: Array(repeating: 65, count: 5000))
            // All of the body came, and what is wrong is in it.
            case "coded": return Self.gzipped([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2])
            // It is given up where it is wrong.
            case "corrupt":
                return Self.gzipped(Array(repeating: 65, count: 100)).cut(after: 50, then: .stall)
            default: return page
            }
        }
        try bench.job(
            "docs", urls: site.urls("/a"),
            "timeouts: {read: 100ms}\nlimits: {body: 1000}")

        _ = try await bench.trawl("run", "-q", "--warc", "archive", "docs.yaml")
        let archive = try await bench.shell("zcat archive/docs-*-00000.warc.gz")

        #expect(archive.output.contains("WARC-Type: response"))
        let reasons = archive.output.split(separator: "\r\n").filter { $0.hasPrefix("WARC-Truncated:") }
        let expected = [
            "cut": "disconnect", "reset": "disconnect", "slow": "time", "long": "length",
            "corrupt": "unspecified",
        ]
        #expect(Set(reasons) == expected[fault].map { ["WARC-Truncated: \($0)"] } ?? [])
    }

    private static func gzipped(_ body: [UInt8]) -> LoopbackServer.Response {
        LoopbackServer.Response(headers: [("Content-Encoding", "gzip")], body: body)
    }

    @Test func `without --warc nothing is written`() async throws {
        let site = try Site.pages()

        _ = try await bench.trawl("fetch", "-q", site.url("/a"))

        #expect(try await bench.shell("ls *.warc* */*.warc* 2>/dev/null | wc -l").output == "0\n")
    }
}
