import Authentication
import Foundation
import LoopbackServer
import Synchronization
import Testing
import TrawlTestSupport

/// Digest, against a server that keeps to RFC 7616 as strictly as one may.
@Suite(.timeLimit(.minutes(15))) struct DigestCredentialTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func job(_ site: LoopbackServer, pages: Int, more: String = "") throws {
        try bench.write(
            """
            requests:
              - {name: n, url: "\(site.url("/a/[1-\(pages)]?q=b%20c"))"}
            request: {auth: {digest: {user: me, password: "${env:PASSWORD}"}}}
            \(more)
            """, to: "api.yaml")
    }

    private func run(password: String = "pass-w0rd") async throws -> Finished {
        try await bench.trawl("run", "api.yaml", "-q", environment: ["PASSWORD": password])
    }

    @Test func `the first request asks for a challenge, and the others answer it at once`() async throws {
        let server = DigestServer()
        let site = try LoopbackServer { server.answer($0) }
        try job(site, pages: 30, more: "concurrency: {per_host: 1}")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(site.log.count == 31)
        #expect(try bench.value("SELECT requests FROM run_summary") == 31)
        #expect(server.counts == (1...30).map { $0 })
    }

    @Test func `both requests pass the host's gate`() async throws {
        let server = DigestServer()
        let site = try LoopbackServer { server.answer($0) }
        try job(site, pages: 3, more: "concurrency: {per_host: 1}\ndelay: 60ms")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(site.log.count == 4)
        #expect(try #require(site.leastGap(of: "127.0.0.1")) >= .milliseconds(55))
    }

    @Test func `a nonce that is too old is replaced`() async throws {
        let server = DigestServer(usesOfNonce: 4)
        let site = try LoopbackServer { server.answer($0) }
        try job(site, pages: 20, more: "concurrency: {per_host: 1}")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(site.log.count == 25)
    }

    @Test func `a wrong password is a failure with its reason`() async throws {
        let server = DigestServer()
        let site = try LoopbackServer { server.answer($0) }
        try job(site, pages: 3, more: "concurrency: {per_host: 1}")
        let result = try await run(password: "something else")

        #expect(result.code == 5)
        #expect(
            try bench.values("SELECT DISTINCT error FROM results") == [
                "status 401 is not accepted; the user name or the password was refused"
            ])
        #expect(site.log.count <= 6)
    }

    @Test func `a server without Digest is said to have none`() async throws {
        let site = try LoopbackServer { _ in
            LoopbackServer.Response(status: 401, headers: [("WWW-Authenticate", "Basic realm=\"a\"")])
        }
        try job(site, pages: 1)
        let result = try await run()

        #expect(result.code == 5)
        #expect(site.log.count == 1)
        #expect(
            try bench.value("SELECT error FROM results")
                == "status 401 is not accepted; the server asks for no Digest that trawl knows")
        #expect(try bench.value("SELECT attempts FROM results") == 1)
    }

    @Test func `httpbin takes it with each of its algorithms`() async throws {
        try #require(PythonTools.areInstalled, "the Python packages are not to be had")
        let httpbin = try await HTTPBin(bench)
        defer { httpbin.stop() }
        try bench.write(
            """
            requests:
              - {name: md5, url: "\(httpbin.url)/digest-auth/auth/me/pass-w0rd"}
              - {name: sha256, url: "\(httpbin.url)/digest-auth/auth/me/pass-w0rd/SHA-256"}
              - {name: int, url: "\(httpbin.url)/digest-auth/auth-int/me/pass-w0rd/MD5"}
              - {name: wrong, url: "\(httpbin.url)/digest-auth/auth/me/another/MD5"}
              - {name: basic, url: "\(httpbin.url)/basic-auth/me/pass-w0rd", auth: {basic: {user: me, password: "${env:PASSWORD}"}}}
              - {name: bearer, url: "\(httpbin.url)/bearer", auth: {bearer: "${env:PASSWORD}"}}
            request: {auth: {digest: {user: me, password: "${env:PASSWORD}"}}, cookies: keep}
            concurrency: {per_host: 1}
            """, to: "api.yaml")
        let result = try await run()

        #expect(result.code == 4)
        #expect(
            try bench.values("SELECT name || ' ' || status_code FROM results ORDER BY name") == [
                "basic 200", "bearer 200", "int 200", "md5 200", "sha256 200", "wrong 401",
            ])
    }
}

/// httpbin of PyPI, on loopback.
private struct HTTPBin {
    let url: String
    private let running: Running

    init(_ bench: Workbench) async throws {
        let script = """
            from werkzeug.serving import make_server
            from httpbin import app
            server = make_server("127.0.0.1", 0, app, threaded=True)
            print(server.port, flush=True)
            server.serve_forever()
            """
        try bench.write(script, to: "serve.py")
        let running = try bench.startShell("exec '\(PythonTools.python)' serve.py")
        try await eventually("httpbin serves") { try running.outputSoFar().hasSuffix("\n") }
        let port = try running.outputSoFar().split(separator: "\n").first ?? ""
        url = "http://127.0.0.1:\(port)"
        self.running = running
    }

    func stop() { running.signal(SIGKILL) }
}

/// A server of Digest with MD5 and `qop=auth`, that takes each number of a nonce once, and in order.
private final class DigestServer: Sendable {
    private struct State {
        var nonce = 1
        var last = 0
        var counts: [Int] = []
    }

    private let state = Mutex(State())
    private let usesOfNonce: Int

    init(usesOfNonce: Int = .max) { self.usesOfNonce = usesOfNonce }

    /// The numbers that were taken.
    var counts: [Int] { state.withLock { $0.counts } }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        state.withLock { state in
            let sent = request.headers["authorization"] ?? ""
            func part(_ name: String) -> String? {
                sent.split(separator: ", ").map { $0.replacing("Digest ", with: "") }
                    .first { $0.hasPrefix("\(name)=") }
                    .map { String($0.dropFirst(name.count + 1)).replacing("\"", with: "") }
            }
            let count = part("nc").flatMap { Int($0, radix: 16) } ?? 0
            let isKnown = part("nonce") == "nonce\(state.nonce)" && part("uri") == request.target
            let isStale = isKnown && count > usesOfNonce
            if isStale {
                state.nonce += 1
                state.last = 0
            }
            guard isKnown, !isStale, count == state.last + 1,
                part("response") == response(request, count: count, client: part("cnonce") ?? "", state.nonce)
            else {
                return LoopbackServer.Response(
                    status: 401,
                    headers: [
                        (
                            "WWW-Authenticate",
                            "Basic realm=\"x\", Digest realm=\"r, \\\"q\\\"\", qop=\"auth\", nonce=\"nonce\(state.nonce)\", stale=\(isStale)"
                        )
                    ])
            }
            state.last = count
            state.counts.append(count)
            return .text("in")
        }
    }

    private func response(_ request: LoopbackServer.Request, count: Int, client: String, _ nonce: Int)
        -> String
    {
        let digits = String(count, radix: 16)
        let counter = String(repeating: "0", count: 8 - digits.count) + digits
        let secret = md5("me:r, \"q\":pass-w0rd")
        return md5("\(secret):nonce\(nonce):\(counter):\(client):auth:\(md5("GET:\(request.target)"))")
    }

    private func md5(_ text: String) -> String { Hash.md5.hex(text) }
}
