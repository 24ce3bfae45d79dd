import Foundation
import LoopbackServer
import Synchronization
import Testing

/// API jobs.
@Suite(.timeLimit(.minutes(15))) struct RequestTests {
    private let bench: Workbench
    private let site: LoopbackServer
    private let answers: Answers

    init() throws {
        bench = try Workbench()
        let answers = Answers()
        self.answers = answers
        site = try LoopbackServer { answers.answer($0) }
    }

    /// What the site was asked, and what it answers.
    private final class Answers: Sendable {
        private let requests = Mutex<[LoopbackServer.Request]>([])

        var all: [LoopbackServer.Request] { requests.withLock { $0 } }

        func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
            requests.withLock { $0.append(request) }
            switch request.path {
            case "/500": return .status(500)
            case "/reset": return .reset
            case "/html": return .html(title: "Not JSON")
            case "/303": return LoopbackServer.Response(status: 303, headers: [("Location", "/after")])
            case "/302": return LoopbackServer.Response(status: 302, headers: [("Location", "/after")])
            case "/307": return LoopbackServer.Response(status: 307, headers: [("Location", "/after")])
            default:
                let fields = request.headers.fields.map { "\"\($0.name.lowercased())\":\"\($0.value)\"" }
                let body = String(decoding: request.body, as: UTF8.self)
                let text =
                    "{\"method\":\"\(request.method)\",\"body\":\"\(body.replacing("\"", with: "\\\""))\",\"headers\":{\(fields.joined(separator: ","))}}"
                return LoopbackServer.Response(
                    headers: [("Content-Type", "application/json")], body: Array(text.utf8))
            }
        }
    }

    private func api(_ requests: String..., more: String = "") throws {
        let list = requests.map { "  - \($0.replacing("URL", with: site.url("")))\n" }.joined()
        try bench.write("requests:\n\(list)retry: {delay: 1ms}\n\(more)\n", to: "api.yaml")
    }

    private func reply(_ name: String, _ path: String) throws -> String? {
        try bench.value("SELECT reply ->> '\(path)' FROM results WHERE name = '\(name)'")
    }

    @Test func `methods, bodies and header fields arrive as the job has them`() async throws {
        try api(
            "{name: json, url: URL/j, json: {a: [1, 2.50]}, headers: {x-a: b}}",
            "{name: form, url: URL/f, form: {a: 'b c', d: [1, 2]}}",
            "{name: text, method: PUT, url: URL/t, body: häuser}",
            "{name: delete, method: DELETE, url: URL/d}",
            "{name: empty, method: POST, url: URL/e}",
            "{name: plain, url: URL/p, query: {q: 'a b'}}")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        #expect(try reply("json", "$.body") == #"{"a":[1,2.50]}"#)
        #expect(try reply("json", "$.method") == "POST")
        #expect(try reply("json", "$.headers.content-type") == "application/json")
        #expect(try reply("json", "$.headers.x-a") == "b")
        #expect(try reply("form", "$.body") == "a=b+c&d=1&d=2")
        #expect(try reply("form", "$.headers.content-type") == "application/x-www-form-urlencoded")
        #expect(try reply("text", "$.method") == "PUT")
        #expect(try reply("text", "$.body") == "häuser")
        #expect(try reply("delete", "$.method") == "DELETE")
        #expect(try reply("empty", "$.headers.content-length") == "0")
        #expect(try reply("empty", "$.headers.content-type") == nil)
        #expect(try reply("plain", "$.method") == "GET")
        #expect(try reply("plain", "$.headers.content-type") == nil)
        #expect(answers.all.contains { $0.target == "/p?q=a+b" })
        #expect(try bench.value("SELECT count(*) FROM results WHERE method = 'PUT'") == 1)
    }

    @Test func `the same URL with another name or body is another request`() async throws {
        try api(
            "{name: a, url: URL/x}", "{name: b, url: URL/x}", "{name: a, url: URL/x, json: 1}",
            "{name: a, url: URL/x, json: 2}", "{name: a, url: URL/x, json: 2}")

        let run = try await bench.trawl("run", "api.yaml")

        run.expectSuccess()
        #expect(answers.all.count == 4)
        #expect(try bench.value("SELECT count(*) FROM results WHERE skip_reason = 'duplicate'") == 1)
    }

    @Test func `a reply that is no JSON does not spoil the others' queries`() async throws {
        try api("{name: a, url: URL/html}", "{name: b, url: URL/b}")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        #expect(
            try bench.values("SELECT reply ->> '$.method' FROM results", as: String?.self) == [nil, "GET"])
    }

    // MARK: Secrets

    @Test func `secrets are sent, and are nowhere in what is stored or said`() async throws {
        try bench.write("f1le-s3cret\n", to: "key")
        try api(
            "{name: a, url: URL/a, query: {k: '${env:KEY}'}, headers: {authorization: 'Bearer ${env:KEY}'}, json: {k: '${env:KEY}', f: '${file:\(bench.path("key"))}'}}",
            "{name: b, url: URL/500, headers: {x: '${env:KEY}'}, retry: {attempts: 2}}",
            more: "request: {headers: {x-all: '${env:KEY}'}}")

        let run = try await bench.trawl(
            "run", "api.yaml", "-v", "--format", "ndjson", environment: ["KEY": "env s3cret/&\"x"])

        #expect(run.code == 4)
        let first = try #require(answers.all.first { $0.path == "/a" })
        #expect(first.query == "k=env%20s3cret%2F%26%22x")
        #expect(first.headers["authorization"] == "Bearer env s3cret/&\"x")
        #expect(first.headers["x-all"] == "env s3cret/&\"x")
        #expect(String(decoding: first.body, as: UTF8.self) == #"{"k":"env s3cret/&\"x","f":"f1le-s3cret"}"#)
        #expect(try reply("a", "$.headers.x-all") == nil || reply("a", "$.headers.x-all") == "${env:KEY}")
        for file in try FileManager.default.contentsOfDirectory(
            at: bench.folder, includingPropertiesForKeys: nil)
        where file.lastPathComponent != "key" {
            #expect(try Data(contentsOf: file).range(of: Data("s3cret".utf8)) == nil, "\(file)")
        }
        #expect(!run.output.contains("s3cret") && !run.errors.contains("s3cret"))
    }

    @Test func `a secret that is missing stops the job before any request, and it goes on once it is there`()
        async throws
    {
        try api("{url: URL/a}", "{url: URL/b, headers: {x: '${env:NOT_THERE}'}}")

        let without = try await bench.trawl("run", "api.yaml")
        #expect(without.code == 2)
        #expect(without.errors.contains("${env:NOT_THERE}: the environment variable NOT_THERE is not set"))
        #expect(answers.all.isEmpty)

        try await bench.trawl("run", "api.yaml", environment: ["NOT_THERE": "here"]).expectSuccess()
        #expect(answers.all.count == 2)
    }

    @Test(arguments: ["request", "header", "list"])
    func `a secret that is missing begins no run, so that the next command's variables count`(
        place: String
    ) async throws {
        let url = site.url("/${var:page}")
        try bench.write(
            "{\"url\":\"\(site.url("/l"))\",\"headers\":{\"x\":\"${env:NOT_THERE}\"}}\n", to: "list.ndjson")
        let rest =
            switch place {
            case "request": "requests: [{url: '\(url)', headers: {x: '${env:NOT_THERE}'}}]"
            case "header": "urls: ['\(url)']\nrequest: {headers: {x: '${env:NOT_THERE}'}}"
            default: "urls: ['\(url)']\nurls_from: list.ndjson"
            }
        try bench.write("vars: {page: one}\nrobots: ignore\n\(rest)", to: "api.yaml")

        let without = try await bench.trawl("run", "api.yaml")
        let runs = try bench.value("SELECT count(*) FROM runs", as: Int.self)
        let with = try await bench.trawl(
            "run", "api.yaml", "--var", "page=two", environment: ["NOT_THERE": "here"])

        #expect(without.code == 2)
        #expect(without.errors.contains("${env:NOT_THERE}: the environment variable NOT_THERE is not set"))
        #expect(runs == 0)
        with.expectSuccess()
        #expect(answers.all.contains { $0.path == "/two" })
        #expect(!answers.all.contains { $0.path == "/one" })
        #expect(try bench.value("SELECT number FROM runs") == 1)
    }

    @Test func `a run that was begun stays, where a secret is missing that it had`() async throws {
        try api(
            "{url: 'URL/[1-3]', headers: {x: '${env:THERE}'}}", more: "limits: {pages: 2}")

        #expect(try await bench.trawl("run", "api.yaml", environment: ["THERE": "x"]).code == 8)
        let without = try await bench.trawl("run", "api.yaml")
        let run = try await bench.trawl("run", "api.yaml", environment: ["THERE": "x"])

        #expect(without.code == 2)
        run.expectSuccess()
        #expect(answers.all.count == 3)
        #expect(try bench.value("SELECT count(*) FROM runs") == 1)
    }

    @Test func `a line of a list may refer to secrets and credentials of systemd`() async throws {
        try bench.write("cred-s3cret", to: "token")
        try bench.write(
            "{\"url\":\"\(site.url("/l"))\",\"headers\":{\"x\":\"${file:token}\"}}\n", to: "list.ndjson")
        try bench.write("urls_from: list.ndjson\nrobots: ignore", to: "api.yaml")

        #expect(try await bench.trawl("run", "api.yaml").code == 2)
        let run = try await bench.trawl(
            "run", "api.yaml", environment: ["CREDENTIALS_DIRECTORY": bench.folder.path])

        run.expectSuccess()
        #expect(answers.all.map { $0.headers["x"] } == ["cred-s3cret"])
    }

    @Test func `no other host gets a secret by a redirect`() async throws {
        let other = try LoopbackServer(addresses: ["127.0.0.2"]) { _ in .text("got it") }
        let home = try LoopbackServer { _ in
            LoopbackServer.Response(status: 307, headers: [("Location", other.url("/x"))])
        }
        try bench.write(
            """
            requests:
              - {name: header, url: "\(home.url("/h"))", method: PUT, body: open, headers: {x: "${env:KEY}"}}
              - {name: body, url: "\(home.url("/b"))", method: PUT, body: "${env:KEY}"}
            allow_private: [127.0.0.2]
            """, to: "api.yaml")

        let run = try await bench.trawl("run", "api.yaml", environment: ["KEY": "s3cret-key"])

        #expect(run.code == 4)
        #expect(other.hits("/x") == 1)
        #expect(
            try bench.value("SELECT error_kind FROM results WHERE name = 'body'") == "bad_redirect")
    }

    // MARK: Once and no more

    @Test func `POST and PATCH are not sent again, whatever comes back`() async throws {
        try api(
            "{url: URL/500, method: POST}", "{url: URL/reset, json: 1}", "{url: URL/reset?2, method: PATCH}",
            "{url: URL/500, method: PUT}", "{url: URL/500?unsafe, method: POST, retry: {unsafe: true}}")

        #expect(try await bench.trawl("run", "api.yaml").code == 5)

        #expect(answers.all.filter { $0.target == "/500" && $0.method == "POST" }.count == 1)
        #expect(answers.all.filter { $0.target == "/reset" }.count == 1)
        #expect(answers.all.filter { $0.target == "/reset?2" }.count == 1)
        #expect(answers.all.filter { $0.method == "PUT" }.count == 3)
        #expect(answers.all.filter { $0.target == "/500?unsafe" }.count == 3)
        let errors = try bench.values(
            "SELECT error FROM results WHERE error_kind = 'reset'", as: String.self)
        #expect(errors.count == 2 && errors.allSatisfy { $0.contains("not known to have been delivered") })
    }

    @Test func `a connection that dies unused does not make curl send a POST twice`() async throws {
        // Each connection answers once and is broken as the second request arrives.
        let latch = Mutex<Set<Int>>([])
        let server = try LoopbackServer { request in
            let isFirst = latch.withLock { $0.insert(request.connection).inserted }
            return isFirst ? .text("ok") : .reset
        }
        try bench.write(
            """
            requests: [{url: "\(server.url("/x?[1-6]"))", method: POST, body: x}]
            concurrency: {per_host: 1}
            """, to: "api.yaml")

        _ = try await bench.trawl("run", "api.yaml")

        #expect(server.hits("/x") == 6)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 3)
        #expect(try bench.value("SELECT count(*) FROM results WHERE error_kind = 'reset'") == 3)
    }

    @Test func `a POST whose connection is refused is tried again`() async throws {
        let server = try LoopbackServer { _ in .text("") }
        let url = server.url("/")
        server.stop()
        try bench.write("requests: [{url: '\(url)', method: POST}]\nretry: {delay: 1ms}", to: "api.yaml")

        #expect(try await bench.trawl("run", "api.yaml").code == 5)

        #expect(try bench.value("SELECT attempts FROM results") == 3)
    }

    @Test func `redirects keep the method or drop it as HTTP says`() async throws {
        try api(
            "{name: '303', url: URL/303, json: {a: 1}}", "{name: '302', url: URL/302, json: {a: 1}}",
            "{name: '307', url: URL/307, json: {a: 1}}",
            "{name: put, url: URL/302?p, method: PUT, json: {a: 1}}")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        #expect(try reply("303", "$.method") == "GET" && reply("303", "$.body") == "")
        #expect(try reply("303", "$.headers.content-type") == nil)
        #expect(try reply("302", "$.method") == "GET")
        #expect(try reply("307", "$.method") == "POST" && reply("307", "$.body") == #"{"a":1}"#)
        #expect(try reply("put", "$.method") == "PUT")
    }

    @Test func `after a kill no POST is sent again, and each is accounted for`() async throws {
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { request in
            request.hit < 3 ? .text("ok") : .text("late").held(by: latch)
        }
        try bench.write(
            "requests: [{url: '\(server.url("/x?[1-20]"))', method: POST, body: x}]\nconcurrency: {per_host: 3}\ntimeouts: {read: 0, total: 0}",
            to: "api.yaml")
        let run = try bench.start("run", "-q", "api.yaml")
        await server.wait { $0.requests >= 6 }
        try await bench.until("SELECT count(*) = 3 FROM results WHERE state = 'done'", by: run)
        run.signal(SIGKILL)
        _ = try await run.finished()
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'sending'") == 3)
        latch.open()

        #expect(try await bench.trawl("run", "-q", "api").code == 4)

        #expect(server.hits("/x") == 20)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 17)
        #expect(
            try bench.value(
                "SELECT count(*) FROM results WHERE error LIKE 'not known to have been delivered%'") == 3)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `after a kill a POST that may be repeated is, with the same key`() async throws {
        let keys = Mutex<[String]>([])
        let latch = LoopbackServer.Latch()
        let server = try LoopbackServer { request in
            keys.withLock { $0.append(request.headers["idempotency-key"] ?? "") }
            return .text("ok").held(by: latch)
        }
        try bench.write(
            "requests: [{url: '\(server.url("/x"))', method: POST, idempotency_key: true}]\nretry: {unsafe: true}\ntimeouts: {read: 0, total: 0}",
            to: "api.yaml")
        let run = try bench.start("run", "-q", "api.yaml")
        await server.wait { $0.requests >= 1 }
        run.signal(SIGKILL)
        _ = try await run.finished()
        latch.open()

        try await bench.trawl("run", "-q", "api").expectSuccess()

        let sent = keys.withLock { $0 }
        #expect(sent.count == 2 && Set(sent).count == 1 && sent[0].count == 36)
    }

    @Test func `variables come from the command line`() async throws {
        try api("{url: 'URL/users/${var:user_id}'}")

        #expect(try await bench.trawl("run", "api.yaml").code == 2)
        try await bench.trawl("run", "api.yaml", "--var", "user_id=123").expectSuccess()

        #expect(answers.all.map(\.path) == ["/users/123"])
    }

    @Test func `a range ends where the command line says`() async throws {
        try api("{url: 'URL/pages/[1-${var:n}]'}")

        try await bench.trawl("run", "api.yaml", "--var", "n=3").expectSuccess()

        #expect(Set(answers.all.map(\.path)) == ["/pages/1", "/pages/2", "/pages/3"])
    }

    @Test func `a request has time-outs and fields of its own`() async throws {
        let server = try LoopbackServer { request in
            request.path == "/slow"
                ? .stalled
                : LoopbackServer.Response(
                    headers: [("Content-Type", "application/json")], body: Array("{\"a\":{\"b\":5}}".utf8))
        }
        try bench.write(
            """
            requests:
              - {name: slow, url: "\(server.url("/slow"))", timeouts: {total: 200ms}, retry: {attempts: 1}}
              - {name: quick, url: "\(server.url("/q"))", extract: {b: {json: "$.a.b"}}}
            """, to: "api.yaml")

        #expect(try await bench.trawl("run", "api.yaml").code == 4)

        #expect(try bench.value("SELECT error_kind FROM results WHERE name = 'slow'") == "timeout_total")
        #expect(try bench.value("SELECT extracted FROM results WHERE name = 'quick'") == "{\"b\":5}")
    }
}
