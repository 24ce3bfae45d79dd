import Foundation
import Glibc
import LoopbackServer
import Synchronization
import Testing

/// A webhook is told when a run has finished.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct WebhookTests {
    /// What a webhook was sent.
    private final class Inbox: Sendable {
        private let requests = Mutex<[LoopbackServer.Request]>([])
        var all: [LoopbackServer.Request] { requests.withLock(\.self) }
        func add(_ request: LoopbackServer.Request) { requests.withLock { $0.append(request) } }
    }

    let bench: Workbench
    let site: LoopbackServer
    private let inbox = Inbox()

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    /// A webhook that answers its first requests with these statuses, and all others with 200.
    private func hook(_ statuses: Int...) throws -> LoopbackServer {
        try LoopbackServer { [inbox] request in
            inbox.add(request)
            return .status(request.hit < statuses.count ? statuses[request.hit] : 200)
        }
    }

    private var delivery: String? {
        get throws { try bench.value("SELECT state || ' ' || attempts FROM deliveries") }
    }

    @Test func `a webhook gets the summary, with secrets that are stored nowhere`() async throws {
        let hook = try hook()
        try bench.job(
            "docs", urls: site.urls("/a"),
            "on_finish: {webhook: {url: '${env:HOOK}', headers: {authorization: 'Bearer ${env:TOKEN}'}}}")

        let run = try await bench.trawl(
            "run", "-v", "docs.yaml",
            environment: ["HOOK": hook.url("/secret-path?a=1"), "TOKEN": "s3cr3t-t0ken"])

        #expect(run.code == 0)
        let request = try #require(inbox.all.first)
        #expect(request.method == "POST")
        #expect(request.target == "/secret-path?a=1")
        #expect(request.headers["authorization"] == "Bearer s3cr3t-t0ken")
        #expect(request.headers["content-type"] == "application/json")
        let summary = try Finished.object(String(decoding: request.body, as: UTF8.self))
        #expect(summary["message"] as? String == "docs: run 1 finished, 1 page done")
        #expect(summary["id"] as? String == request.headers["idempotency-key"])
        #expect(try delivery == "delivered 1")
        #expect(!run.errors.contains("s3cr3t") && !run.errors.contains("secret-path"))
        for file in ["trawl.db", "trawl.db-wal"] where bench.exists(file) {
            let bytes = try Data(contentsOf: bench.folder.appending(path: file))
            #expect(
                bytes.range(of: Data("s3cr3t".utf8)) == nil
                    && bytes.range(of: Data("secret-path".utf8)) == nil)
        }
    }

    @Test func `a webhook gets a body of the job's own`() async throws {
        let hook = try hook()
        try bench.job(
            "a", urls: site.urls("/missing"),
            """
            name: 'say "hi" ${run:id}'
            vars: {channel: ops}
            on_finish:
              webhook:
                url: "\(hook.url("/"))"
                json: {text: "${run:message}!", channel: "#${var:channel}", list: ["${run:pages_failed}", 1], key: "${env:KEY}"}
            """)

        _ = try await bench.trawl("run", "-q", "a.yaml", environment: ["KEY": "a\"b"])

        let body = try Finished.object(String(decoding: try #require(inbox.all.first).body, as: UTF8.self))
        #expect(
            body["text"] as? String
                == #"say "hi" ${run:id}: run 1 finished, no page succeeded: http_status × 1!"#)
        #expect(body["channel"] as? String == "#ops")
        #expect((body["list"] as? [Any])?.first as? String == "1")
        #expect(body["key"] as? String == "a\"b")
    }

    @Test func `a webhook that answers 503 is told again, with the same id`() async throws {
        let hook = try hook(503, 429)
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {webhook: {url: '\(hook.url("/"))'}}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(Set(inbox.all.map { $0.headers["idempotency-key"] }).count == 1)
        #expect(inbox.all.count == 3)
        #expect(try delivery == "delivered 3")
    }

    @Test(arguments: [404, 302])
    func `a webhook that does not want it is told once`(status: Int) async throws {
        let hook = try LoopbackServer { [inbox] request in
            inbox.add(request)
            var response = LoopbackServer.Response.html(title: "no").header("Location", "/elsewhere")
            response.status = status
            return response
        }
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {webhook: {url: '\(hook.url("/"))'}}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("warning: docs: on_finish: the webhook answered \(status)"))
        #expect(inbox.all.map(\.path) == ["/"])
        #expect(try delivery == "failed 1")
    }

    @Test func `a webhook that does not answer in time is given up`() async throws {
        let latch = LoopbackServer.Latch()
        let hook = try LoopbackServer { _ in LoopbackServer.Response.status(200).held(by: latch) }
        try bench.job(
            "docs", urls: site.urls("/a"), "on_finish: {webhook: {url: '\(hook.url("/"))'}, timeout: 100ms}")

        let run = try await bench.trawl("run", "docs.yaml")
        latch.open()

        #expect(run.code == 0)
        #expect(run.errors.contains("warning: docs: on_finish: the webhook: "))
        #expect(try delivery == "failed 3")
    }

    @Test(arguments: [["run"], ["daemon"]])
    func `a process that is killed leaves it to the next one`(next: [String]) async throws {
        let latch = LoopbackServer.Latch()
        let hook = try LoopbackServer { [inbox] request in
            inbox.add(request)
            let response = LoopbackServer.Response.status(200)
            return request.hit == 0 ? response.held(by: latch) : response
        }
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {webhook: {url: '\(hook.url("/"))'}}")
        let killed = try bench.start("run", "docs.yaml")
        await hook.wait { $0.inFlight == 1 }
        killed.signal(SIGKILL)
        _ = try await killed.finished()
        #expect(try delivery == "pending 0")

        let running = next == ["run"] ? try bench.start("run") : try bench.start("daemon")
        try await bench.until(
            "SELECT state = 'delivered' FROM deliveries", by: next == ["daemon"] ? running : nil)
        if next == ["daemon"] { running.signal(SIGTERM) }
        let end = try await running.finished()
        latch.open()

        #expect(end.code == 0)
        #expect(inbox.all.count == 2)
        #expect(Set(inbox.all.map { $0.headers["idempotency-key"] }).count == 1)
        #expect(site.hits("/a") == 1)
        #expect(try bench.value("SELECT count(*) FROM runners") == 0)
    }

    @Test func `a daemon tells when a run of its own has finished`() async throws {
        let hook = try hook()
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {webhook: {url: '\(hook.url("/"))'}}")

        let daemon = try bench.start("daemon", "docs.yaml")
        try await bench.until("SELECT state = 'delivered' FROM deliveries", by: daemon)
        daemon.signal(SIGTERM)

        #expect(try await daemon.finished().code == 0)
        #expect(inbox.all.count == 1)
    }

    @Test func `a secret that is missing is a warning`() async throws {
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {webhook: {url: '${env:NO_HOOK}'}}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("on_finish: ${env:NO_HOOK}: the environment variable NO_HOOK is not set"))
        #expect(try delivery == "failed 1")
    }
}
