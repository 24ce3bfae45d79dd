import Foundation
import LoopbackServer
import Testing

/// What becomes of the replies of API jobs: those that are no JSON, those that cannot be read by others, and secrets in them.
@Suite(.timeLimit(.minutes(15))) struct ReplyTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func serve(_ bodies: [String: (type: String, body: String)]) throws -> LoopbackServer {
        try LoopbackServer { request in
            let (type, body) = bodies[request.path] ?? ("text/plain", "")
            return .text(body, type: type)
        }
    }

    private func api(_ site: LoopbackServer, _ paths: [String], _ more: String = "") throws {
        let list = paths.map { "  - {name: '\($0)', url: '\(site.url("/\($0)"))'\(more)}\n" }
        try bench.write("requests:\n\(list.joined())", to: "api.yaml")
    }

    @Test func `a reply that is no JSON is an error with its position, and no null`() async throws {
        let json = "application/json"
        let site = try serve([
            "/null": (json, "null"), "/cut": (json, #"{"a": [1, 2"#), "/nan": (json, #"{"a": NaN}"#),
            "/problem": ("application/problem+json", "oops"), "/two": (json, "{} {}"), "/empty": (json, ""),
            "/html": ("text/html", "<p>Sorry</p>"), "/nul": (json, "\"a\u{0}b\""),
        ])
        try api(site, ["null", "cut", "nan", "problem", "two", "empty", "html", "nul"])

        let run = try await bench.trawl("run", "api.yaml")
        let merged = try Finished.object(try await bench.trawl("merge", "api").output)

        #expect(run.code == 4)
        #expect(Set(merged.keys) == ["null", "empty", "nul", "errors"])
        #expect(merged["null"] is NSNull && merged["empty"] is NSNull)
        #expect(merged["nul"] as? String == "a\u{FFFD}b")
        let errors = try #require(merged["errors"] as? [String: [String: Any]])
        #expect(
            errors.mapValues { $0["error"] as? String } == [
                "cut": "reply: not JSON at byte 11: it ends within a value",
                "nan": "reply: not JSON at byte 6: no value begins with \"N\"",
                "problem": "reply: not JSON at byte 0: no value begins with \"o\"",
                "two": "reply: not JSON at byte 3: the value is over, and \"{\" follows",
                "html": "the reply is not JSON: 12 bytes of text/html",
            ])
        #expect(errors["cut"]?["state"] as? String == "failed")
        #expect(errors["cut"]?["error_kind"] as? String == "bad_response")
        #expect(errors["html"]?["state"] as? String == "done")
        #expect(site.log.count == 8, "none is asked for again")
    }

    @Test func `a field of a reply that is no JSON is an error, and one that is not there is null`()
        async throws
    {
        let site = try serve([
            "/there": ("application/json", #"{"b": null}"#), "/cut": ("application/json", #"{"b": 1"#),
            "/plain": ("text/plain", "b"), "/html": ("text/html", "<p>Log in</p>"),
        ])
        try api(site, ["there", "cut", "plain", "html"], ", extract: {b: {json: '$.b'}}")

        #expect(try await bench.trawl("run", "api.yaml").code == 4)

        let states = try bench.values("SELECT name || state FROM results ORDER BY name", as: String.self)
        #expect(states == ["cutfailed", "htmlfailed", "plainfailed", "theredone"])
        try bench.job("pages", urls: site.urls("/html", "/cut"), "extract: {b: {json: '$.b'}}")
        #expect(try await bench.trawl("run", "pages.yaml").code == 4)
        #expect(
            try bench.values("SELECT state FROM results WHERE job = 'pages' ORDER BY url", as: String.self)
                == ["failed", "done"])
    }

    @Test func `what no other program can read becomes U+FFFD`() async throws {
        let reply =
            #"{"a\u0000":"x\ud83dy\ud83d\ude00\uDE00","b":"\\u0000\\ud83d","c":["\ud83d\ud83d\ude00"]}"#
        let page = "<title>a\u{0}b</title><meta name=description content='c\u{0}d'><h1>e\u{0}f&#xD83D;</h1>"
        let site = try serve(["/json": ("application/json", reply), "/page": ("text/html", page)])
        try bench.write(
            """
            requests:
              - {name: reply, url: "\(site.url("/json"))"}
              - {name: field, url: "\(site.url("/json"))", extract: {a: {json: "$..*"}, all: {json: "$..*", many: true}}}
              - {name: page, url: "\(site.url("/page"))", extract: {h: {xpath: //h1}, r: {regex: "<h1>(.*)&"}, d: {xpath: "//meta/@content"}}}
            """, to: "api.yaml")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        #expect(
            try bench.value("SELECT reply FROM results WHERE name = 'reply'")
                == "{\"a\u{FFFD}\":\"x\u{FFFD}y\\ud83d\\ude00\u{FFFD}\",\"b\":\"\\\\u0000\\\\ud83d\",\"c\":[\"\u{FFFD}\\ud83d\\ude00\"]}"
        )
        #expect(
            try bench.value("SELECT reply ->> '$.c[0]' FROM results WHERE name = 'reply'")
                == "\u{FFFD}\u{1F600}")
        let page1 = try bench.value(
            "SELECT title || extracted FROM results WHERE name = 'page'", as: String.self)
        #expect(page1?.contains("a\u{FFFD}b") == true && page1?.contains("e\u{FFFD}f") == true)
        let texts = try bench.values(
            "SELECT coalesce(title, '') || coalesce(extracted, '') || coalesce(reply, '') FROM results",
            as: String.self)
        for text in texts {
            #expect(!text.contains("\u{0}"))
            #expect(text.replacing("\\\\u0000", with: "").contains("\\u0000") == false)
        }
    }

    @Test(arguments: ["application/json", "text/html", "text/plain"])
    func `a secret is stored in no spelling, wherever a server sends it`(type: String) async throws {
        let spellings = [
            #"pa\/ss \u00e9\"+xyz"#, "pa%2fss+%c3%a9%22%2bxyz", "pa/ss &eacute;&quot;+xyz",
            "pa&#x2f;ss &#233;&#34;&plus;xyz",
            "pa\\/ss \\u00c3\\u00a9\\\"+xyz", "dXNlcjpwYS9zcyDDqSIreHl6",
        ]
        let site = try LoopbackServer { request in
            switch request.path {
            case "/robots.txt":
                return .text("User-agent: *\nDisallow: /pa%2Fss%20%C3%A9%22%2Bxyz", type: "text/plain")
            case "/moved": return .redirect(to: "/end?k=pa%2fss%20%c3%a9%22%2bxyz")
            case "/bad": return LoopbackServer.Response(status: 400, body: Array("pa%2fss".utf8))
            default: break
            }
            let list = spellings.map { "\"\($0)\"" }.joined(separator: ",")
            let links = "<title>\(spellings[2])</title><a href='/x?k=pa%2fss%20%c3%a9%22%2bxyz'>y</a>"
            let body = type == "application/json" ? "[\(list)]" : "\(links)\(list)"
            return .text(body, type: type).header("ETag", "\"pa%2fss%20%C3%a9%22+xyz\"")
        }
        try bench.write(
            """
            requests:
              - {name: a, url: "\(site.url("/a"))", headers: {x: "${env:KEY}"}}
              - {name: b, url: "\(site.url("/moved"))", headers: {x: "${env:KEY}"}, extract: {all: {regex: "(?s).*"}}}
              - {name: c, url: "\(site.url("/bad"))", headers: {x: "${env:KEY}"}}
            urls: ["\(site.url("/moved?plain"))", "\(site.url("/plain"))"]
            robots: obey
            follow: {depth: 1}
            request: {headers: {x-all: "${env:KEY}"}}
            keep_body: all
            """, to: "api.yaml")

        let run = try await bench.trawl(
            "run", "-v", "--format", "ndjson", "--warc", "archive", "api.yaml",
            environment: ["KEY": "pa/ss é\"+xyz"])

        #expect(run.code == 4)
        #expect(site.hits("/x") == 0, "a link with the secret is not stored, and so not followed")
        let rows = try bench.value(
            "SELECT group_concat(concat) FROM (SELECT coalesce(reply, '') || coalesce(title, '') || coalesce(extracted, '') || coalesce(etag, '') || coalesce(final_url, '') AS concat FROM results)",
            as: String.self)
        #expect(rows?.contains("${env:KEY}") == true)
        let body = try await bench.trawl("results", "api", "--body")
        let dump = try await bench.shell("sqlite3 trawl.db .dump; zcat archive/* 2>/dev/null")
        for text in [run.output, run.errors, body.output, dump.output, rows ?? ""] {
            for part in ["ss \\u00e9", "2fss", "2Fss", "eacute", "#233", "xyz", "cGEvc3M", "9zcyDDq"] {
                #expect(!text.contains(part), "\(part)")
            }
        }
        if type == "application/json" {
            #expect(try bench.value("SELECT reply ->> '$[0]' FROM results WHERE name = 'a'") == "${env:KEY}")
        }
    }

    @Test func `the password of a URL is stored in no spelling`() async throws {
        let site = try LoopbackServer { request in
            .text(
                "{\"auth\":\"\(request.headers["authorization"] ?? "")\",\"p\":\"s%33cret-word\"}",
                type: "application/json")
        }
        let url = site.url("/a").replacing("http://", with: "http://jo:s3cret-word@")
        try bench.write("requests: [{name: a, url: '\(url)'}]\nkeep_body: all", to: "api.yaml")

        let run = try await bench.trawl("run", "--format", "ndjson", "--warc", "archive", "api.yaml")

        run.expectSuccess()
        let reply = try bench.value("SELECT reply FROM results", as: String.self)
        #expect(reply?.contains("redacted") == true)
        let dump = try await bench.shell("sqlite3 trawl.db .dump; zcat archive/*")
        for text in [run.output, run.errors, dump.output, reply ?? ""] {
            for part in ["s3cret", "s%33cret", "czNjcmV0", "M2NyZXQ", "zY3JldC"] {
                #expect(!text.contains(part), "\(part)")
            }
        }
    }
}
