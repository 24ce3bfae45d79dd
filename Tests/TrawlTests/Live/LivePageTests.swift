import Foundation
import Glibc
import LoopbackServer
import Testing
import TrawlTestSupport

/// What `--listen` serves, asked by a client as a browser would.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct LivePageTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// The port that a command has said it listens at.
    func port(of command: Running) async throws -> Int {
        try await command.says("live page: ")
        let words = try command.errorsSoFar().split(separator: "live page: http://").last?.split(
            separator: ":")
        return try #require(words?.dropFirst().first.flatMap { Int($0.prefix { $0.isNumber }) })
    }

    struct Answer {
        let status: Int
        let fields: [String: String]
        let body: String
        var object: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }
    }

    func get(_ port: Int, _ path: String, _ fields: String...) async throws -> Answer {
        let flags = fields.map { "-H '\($0)'" }.joined(separator: " ")
        let end = try await bench.shell(
            "curl -s -m 20 --noproxy '*' -D head \(flags) -o body -w '%{http_code}' 'http://127.0.0.1:\(port)\(path)'"
        )
        let head = try bench.text(of: "head").split(separator: "\r\n").dropFirst()
        let pairs = head.map { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return (parts[0].lowercased(), parts.count > 1 ? String(parts[1].dropFirst()) : "")
        }
        return Answer(
            status: Int(end.output) ?? 0, fields: Dictionary(pairs, uniquingKeysWith: { $1 }),
            body: bench.exists("body") ? try bench.text(of: "body") : "")
    }

    func runs(_ port: Int) async throws -> [[String: Any]] {
        try await get(port, "/state.json").object["runs"] as? [[String: Any]] ?? []
    }

    @Test(arguments: [false, true])
    func `a run under way is shown with its failures and hosts, and when it is over its report is there`(
        _ isPostgres: Bool
    ) async throws {
        guard !isPostgres || PostgresServer.isHere else { return }
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            request.path == "/held" ? Site.page(request).held(by: latch) : Site.page(request)
        }
        try bench.job(
            "docs", urls: [site.url("/[1-20]"), site.url("/missing<b>"), site.url("/held")], "delay: 0s")
        let database = isPostgres ? try PostgresServer.shared().newURL() : "trawl.db"
        let daemon = try bench.start("daemon", "docs.yaml", "--listen", "0", "--db", database)
        let port = try await port(of: daemon)
        var run: [String: Any] = [:]
        try await eventually("21 pages are shown as settled") {
            run = try await runs(port).first ?? [:]
            return run["pages_pending"] as? Int == 1 && run["in_flight"] as? Int == 1
        }
        #expect(run["state"] as? String == "active" && run["job"] as? String == "docs")
        #expect(run["pages"] as? Int == 22 && run["pages_failed"] as? Int == 1)
        #expect(run["error_kinds"] as? [String: Int] == ["http_status": 1])
        // What the process itself knows comes after what the database knows.
        try await eventually("21 tries at the host are shown") {
            let hosts = try await get(port, "/state.json").object["hosts"] as? [[String: Any]]
            return hosts?.first?["host"] as? String == site.url("").trimmingCharacters(in: ["/"])
                && hosts?.first?["tries"] as? Int == 21
        }
        let state = try await get(port, "/state.json").object
        let failure = try #require((state["failures"] as? [[String: Any]])?.first)
        #expect(failure["url"] as? String == site.url("/missing%3Cb%3E") && failure["status"] as? Int == 404)

        latch.open()
        try await eventually("the run is shown as finished") {
            try await runs(port).first?["state"] as? String == "finished"
        }
        let id = try #require(try await runs(port).first?["id"] as? Int)
        let page = try await get(port, "/report/\(id)")
        let command = try await bench.trawl("report", "docs", "--db", database)
        #expect(page.status == 200)
        #expect(page.body == command.output)
        #expect(page.fields["content-security-policy"]?.contains("sandbox allow-scripts") == true)
        #expect(page.fields["content-security-policy"]?.contains("script-src 'sha256-") == true)
        #expect(try await get(port, "/report/\(id + 1)").status == 404)
        #expect(try await get(port, "/report/x").status == 404)
        daemon.signal(SIGTERM)
        #expect(try await daemon.finished().code == 0)
    }

    @Test(.enabled(if: PostgresServer.isHere))
    func
        `a run that several machines work on is shown as a whole by each, and also by one that has no part in it`()
        async throws
    {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { Site.page($0).held(by: latch) }
        let database = try PostgresServer.shared().newURL()
        try bench.job(
            "docs", urls: [site.numbered(6), site.numbered(6).replacing("127.0.0.1", with: "127.0.0.2")],
            "delay: 0s")
        let first = try bench.start("run", "docs.yaml", "--db", database, "--listen", "0")
        let second = try bench.start("run", "docs.yaml", "--db", database)
        let other = try bench.start("run", "docs.yaml", "--db", database, "--listen", "0")
        var ports = [try await port(of: first)]
        ports.append(try await port(of: other))
        for port in ports {
            try await eventually("four requests of several runners are shown") {
                try await runs(port).first?["in_flight"] as? Int == 4
            }
        }
        latch.open()
        for run in [first, second, other] { #expect(try await run.finished().code == 0) }
    }

    @Test func `events tell of what changes, and a page that is loaded anew is told everything`() async throws
    {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { Site.page($0).held(by: latch) }
        try bench.job("docs", urls: [site.numbered(5)], "delay: 0s")
        let run = try bench.start("run", "docs.yaml", "--listen", "0")
        let port = try await port(of: run)
        try await eventually("the run is there") { try await runs(port).first?["in_flight"] as? Int ?? 0 > 0 }
        let listener = try bench.startShell(
            "exec curl -sN -m 60 --noproxy '*' http://127.0.0.1:\(port)/events")
        try await eventually("two events") {
            try listener.outputSoFar().components(separatedBy: "data: {").count > 2
        }
        #expect(try listener.outputSoFar().hasPrefix("retry: 3000\n\nid: "))
        #expect(try listener.outputSoFar().contains("\"pages_pending\":5"))
        #expect(try await runs(port).first?["pages_pending"] as? Int == 5)
        latch.open()
        #expect(try await run.finished().code == 0)
        // The process has ended, and with it the stream.
        _ = try await listener.finished()
    }

    @Test func `every answer forbids a browser what a page could do with it`() async throws {
        let daemon = try bench.start("daemon", "--listen", "0")
        let port = try await port(of: daemon)
        for path in [
            "/", "/live.js", "/live.css", "/icon.svg", "/state.json", "/metrics", "/healthz", "/nothing",
            "/report/9",
        ] {
            let answer = try await get(port, path)
            #expect(
                answer.fields["content-security-policy"]?.contains("default-src 'none'") == true, "\(path)")
            #expect(answer.fields["content-security-policy"]?.contains("unsafe") == false, "\(path)")
            #expect(answer.fields["x-content-type-options"] == "nosniff", "\(path)")
            #expect(answer.fields["referrer-policy"] == "no-referrer", "\(path)")
            #expect(answer.fields["cross-origin-resource-policy"] == "same-origin", "\(path)")
            #expect(answer.fields["cache-control"] == "no-store", "\(path)")
            #expect(try await get(port, path, "Host: evil.example").status == 421, "\(path)")
        }
        #expect(try await get(port, "/events", "Host: evil.example").status == 421)
        let page = try await get(port, "/")
        #expect(
            !page.body.contains("<style") && !page.body.contains("style=") && !page.body.contains("<script>"))
        daemon.signal(SIGTERM)
        #expect(try await daemon.finished().code == 0)
    }

    @Test func `off this machine a token is made up, told once, and needed for all that says something`()
        async throws
    {
        let daemon = try bench.start("daemon", "--listen", "0.0.0.0:0")
        let port = try await port(of: daemon)
        let said = try daemon.errorsSoFar()
        let token = try #require(said.firstMatch(of: /#token=([0-9a-f]{32})/)?.output.1)
        for path in ["/state.json", "/events", "/metrics", "/report/1"] {
            #expect(try await get(port, path).status == 401)
        }
        #expect(try await get(port, "/").status == 401)
        #expect(try await get(port, "/healthz").status == 200)
        #expect(try await get(port, "/metrics", "Authorization: Bearer \(token)").status == 200)
        let session = try await get(port, "/session", "Authorization: Bearer \(token)")
        let cookie = try #require(session.fields["set-cookie"])
        #expect(
            cookie.hasPrefix("trawl_\(port)=") && cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Strict"))
        #expect(try await get(port, "/state.json", "Cookie: \(cookie.prefix { $0 != ";" })").status == 200)
        daemon.signal(SIGTERM)
        let end = try await daemon.finished()
        #expect(end.errors.components(separatedBy: token).count == 2)
    }

    @Test func `a token of a file is not told, and holds on loopback too`() async throws {
        try bench.write("0123456789abcdefgh\n", to: "token")
        let daemon = try bench.start(
            "daemon", "--listen", "0", "--listen-token", "token", "--allow-host", "crawler.test")
        let port = try await port(of: daemon)
        #expect(try await get(port, "/metrics").status == 401)
        let answer = try await get(
            port, "/metrics", "Authorization: Bearer 0123456789abcdefgh", "Host: crawler.test:\(port)")
        #expect(answer.status == 200)
        daemon.signal(SIGTERM)
        #expect(try await daemon.finished().errors.contains("0123456789") == false)
    }

    @Test func `what cannot be served is said before anything is crawled`() async throws {
        try bench.write("short", to: "token")
        for arguments in [
            ["daemon", "--listen", "0", "--listen-token", "token"],
            ["daemon", "--listen", "0", "--listen-token", "absent"],
            ["daemon", "-q", "--listen", "0.0.0.0:0"], ["daemon", "--allow-host", "a.b"],
            ["run", "--listen", "a.b:1", "x.yaml"],
            ["daemon", "--listen", "0", "--allow-host", "http://a.b/"],
        ] {
            let end = try await bench.shell("$TRAWL \(arguments.joined(separator: " "))")
            #expect(end.code == 2, "\(arguments): \(end.errors)")
        }
        let first = try bench.start("daemon", "--listen", "0")
        let taken = try await port(of: first)
        let second = try await bench.trawl("daemon", "--listen", "\(taken)", "--db", "other.db")
        #expect(second.code == 3 && second.errors.contains("Address already in use"))
        first.signal(SIGTERM)
        _ = try await first.finished()
    }
}
