import Foundation
import LoopbackServer
import Synchronization
import Testing
import TrawlTestSupport

/// Credentials over kills, in another database, and with servers of tokens that misbehave.
@Suite(.timeLimit(.minutes(15))) struct CredentialEndsTests {
    private let bench: Workbench
    private let environment = ["SECRET": AccountServer.clientSecret, "REFRESH": "refresh-token-0"]

    init() throws { bench = try Workbench() }

    private func job(
        _ site: LoopbackServer, token: String? = nil, path: String = "/api/[1-5]", request: String = "",
        oauth: String = "", more: String = ""
    ) throws {
        try bench.write(
            """
            requests:
              - {name: n, url: "\(site.url(path))"\(request)}
            request:
              auth:
                oauth2: {token_url: "\(token ?? site.url("/token"))", client_id: the-client, client_secret: "${env:SECRET}"\(oauth)}
            retry: {delay: 1ms}
            \(more)
            """, to: "api.yaml")
    }

    private func failures() throws -> [String] {
        try bench.values("SELECT DISTINCT error_kind || ': ' || error FROM results WHERE state = 'failed'")
    }

    @Test func `a list that was killed goes on from a link with the old token, with a new one`() async throws
    {
        let accounts = AccountServer()
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            request.target.contains("page=2") && request.hit == 1
                ? accounts.answer(request).held(by: latch) : accounts.answer(request)
        }
        try job(
            site, path: "/api/list", request: ", paginate: {next: {json: \"$.next\"}}, items: \"$.sent[*]\"")
        let running = try bench.start("run", "api.yaml", "-q", environment: environment)
        #expect(await site.wait { $0.requests >= 3 })
        running.signal(SIGKILL)
        _ = try await running.finished()
        latch.open()
        // The old token is dead.
        accounts.setup.withLock { $0.oldestToken = 2 }
        let result = try await bench.trawl("run", "api.yaml", "-q", environment: environment)

        #expect(result.code == 0, "\(result.errors)")
        let targets = accounts.counts.api.map { $0.target.removingPercentEncoding ?? "" }
        #expect(targets.filter { $0 == "/api/list" }.count == 1)
        #expect(targets.last == "/api/list?page=2&access_token=\(AccountServer.token(2))")
        #expect(accounts.counts.tokens == 2)
    }

    @Test(.enabled(if: PostgresServer.isHere, "skipped: PostgreSQL is not installed"))
    func `in PostgreSQL it is the same, and no secret is there either`() async throws {
        let accounts = AccountServer { $0.revokesAfter = 1 }
        let site = try LoopbackServer { accounts.answer($0) }
        try job(
            site, path: "/api/list", request: ", paginate: {next: {json: \"$.next\"}}, items: \"$.sent[*]\"",
            more: "keep_body: all")
        let database = try PostgresServer.shared().newURL()
        let result = try await bench.trawl(
            "run", "api.yaml", "-q", "--db", database, environment: environment)
        let copy = try await bench.trawl("db", "copy", database, "copy.db")

        #expect(result.code == 0, "\(result.errors)")
        #expect(copy.code == 0, "\(copy.errors)")
        #expect(
            try bench.value("SELECT requests FROM run_summary", in: "copy.db") == accounts.counts.apiRequests
                + accounts.counts.tokens)
        #expect(accounts.counts.tokens == 2)
        let data = try Data(contentsOf: bench.folder.appending(path: "copy.db"))
        for secret in [AccountServer.token(1), AccountServer.token(2), AccountServer.clientSecret] {
            #expect(data.range(of: Data(secret.utf8)) == nil)
        }
        #expect(data.range(of: Data("Bearer ${auth}".utf8)) != nil)
    }

    @Test(.enabled(if: PostgresServer.isHere, "skipped: PostgreSQL is not installed"))
    func `in PostgreSQL a refresh token is refused with a word`() async throws {
        let site = try LoopbackServer { _ in .status(500) }
        try job(site, oauth: ", refresh_token: \"${env:REFRESH}\", refresh_token_file: next")
        let database = try PostgresServer.shared().newURL()
        let result = try await bench.trawl(
            "run", "api.yaml", "-q", "--db", database, environment: environment)

        #expect(result.code == 2)
        #expect(
            result.errors.contains("request.auth: other runners may share a run in this database"),
            "\(result.errors)")
        #expect(site.log.isEmpty)
    }

    @Test func `an answer of many megabytes is no token, and is not read to its end`() async throws {
        let accounts = AccountServer()
        let body =
            Array(repeating: UInt8(ascii: " "), count: 5 << 20) + Array("{\"access_token\":\"x\"}".utf8)
        let site = try LoopbackServer { request in
            request.path == "/token" ? .bytes(body, type: "application/json") : accounts.answer(request)
        }
        try job(site)
        let result = try await bench.trawl("run", "api.yaml", "-q", environment: environment)

        #expect(result.code == 5)
        #expect(site.hits("/token") == 1)
        #expect(
            try failures().first?.hasPrefix("too_large: auth: no token from ") == true)
    }

    @Test func `a server of tokens that never answers is a time-out of the pages`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { _ in .text("late").held(by: latch) }
        try job(site, more: "timeouts: {total: 200ms}")
        let result = try await bench.trawl("run", "api.yaml", "-q", environment: environment)
        latch.open()

        #expect(result.code == 5)
        #expect(site.log.count == 3)
        #expect(try failures().first?.hasPrefix("timeout_total: auth: no token from ") == true)
    }

    @Test func `a server of tokens that asks for a day's pause is not waited for`() async throws {
        let accounts = AccountServer()
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.path == "/token" ? .status(429, retryAfter: .seconds(86_400)) : accounts.answer(request)
        }
        try job(site, token: site.url("/token", on: "127.0.0.2"), more: "")
        try bench.write(
            try bench.text(of: "api.yaml").replacing(
                "retry: {delay: 1ms}", with: "retry: {delay: 1ms, max_wait: 1s}"), to: "api.yaml")
        let result = try await bench.trawl("run", "api.yaml", "-q", environment: environment)

        #expect(result.code == 5)
        #expect(site.hits("/token") == 1)
        #expect(accounts.counts.apiRequests == 0)
        #expect(try failures().count == 1)
    }

    @Test func `a robots.txt that is to be obeyed holds for the server of tokens, too`() async throws {
        let accounts = AccountServer()
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            guard request.path == "/robots.txt" else { return accounts.answer(request) }
            return request.address == "127.0.0.2" ? .text("User-agent: *\nDisallow: /token\n") : .status(404)
        }
        try job(site, token: site.url("/token", on: "127.0.0.2"), more: "robots: obey")
        let result = try await bench.trawl("run", "api.yaml", "-q", environment: environment)

        #expect(result.code == 5)
        #expect(accounts.counts.tokens == 0)
        #expect(try failures().first?.contains("line 2 of robots.txt disallows") == true)
    }

    @Test func `a next link to another host goes without the token`() async throws {
        let accounts = AccountServer()
        let other = try LoopbackServer { _ in .text("{\"sent\":[1],\"next\":null}", type: "application/json")
        }
        let site = try LoopbackServer { request in
            request.path == "/api/list"
                ? .text("{\"sent\":[0],\"next\":\"\(other.url("/more?x=1"))\"}", type: "application/json")
                : accounts.answer(request)
        }
        try job(
            site, path: "/api/list",
            request: ", paginate: {next: {json: \"$.next\", origin: any}}, items: \"$.sent[*]\"",
            more: "allow_private: [\"127.0.0.1\"]")
        let result = try await bench.trawl("run", "api.yaml", "-q", environment: environment)

        #expect(result.code == 0, "\(result.errors)")
        #expect(other.log.count == 1)
        #expect(other.log.allSatisfy { $0.headers["authorization"] == nil })
    }
}
