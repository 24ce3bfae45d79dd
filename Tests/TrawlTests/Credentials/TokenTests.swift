import Foundation
import LoopbackServer
import Testing

/// Tokens that are got on the way: OAuth and logins.
@Suite(.timeLimit(.minutes(15))) struct TokenTests {
    private let bench: Workbench
    private let environment = [
        "SECRET": AccountServer.clientSecret, "PASSWORD": AccountServer.password,
        "REFRESH": "refresh-token-0",
    ]

    init() throws { bench = try Workbench() }

    private func serve(_ accounts: AccountServer) throws -> LoopbackServer {
        try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { accounts.answer($0) }
    }

    /// A job of so many requests with a token of the server's other address.
    private func job(
        _ site: LoopbackServer, pages: Int = 20, atOnce: Int = 20, oauth: String = "", more: String = "",
        request: String = ""
    ) throws {
        try bench.write(
            """
            requests:
              - {name: n, url: "\(site.url("/api/[1-\(pages)]"))"\(request)}
            request:
              auth:
                oauth2: {token_url: "\(site.url("/token", on: "127.0.0.2"))", client_id: the-client, client_secret: "${env:SECRET}"\(oauth)}
            retry: {delay: 1ms}
            concurrency: {total: \(atOnce), per_host: \(atOnce)}
            \(more)
            """, to: "api.yaml")
    }

    private func run(_ arguments: String...) async throws -> Finished {
        try await bench.trawl("run", "api.yaml", "-q", environment: environment)
    }

    private func failures() throws -> [String] {
        try bench.values(
            "SELECT DISTINCT error_kind || ' ' || coalesce(status_code, '-') || ': ' || error FROM results WHERE state = 'failed'"
        )
    }

    @Test func `lines of a list may have tokens of their own, from any host that they name`() async throws {
        let accounts = AccountServer()
        let site = try serve(accounts)
        let lines = (1...5).map { number in
            """
            {"url": "\(site.url("/api/\(number)"))", "auth": {"oauth2": {"token_url": "\(site.url("/token", on: "127.0.0.2"))", "client_id": "the-client", "client_secret": "${env:SECRET}"}}}

            """
        }
        try bench.write(lines.joined(), to: "list.ndjson")
        try bench.write("urls_from: list.ndjson\nrobots: ignore\n", to: "api.yaml")

        #expect(try await run().code == 0)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 5)
        #expect(accounts.counts.tokens == 1)
    }

    @Test func `one token serves all requests, and the run counts its request`() async throws {
        let accounts = AccountServer()
        let site = try serve(accounts)
        try job(site, oauth: ", scope: read, params: {audience: \"https://a/?b\"}")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.tokens == 1)
        #expect(accounts.counts.refused == 0)
        #expect(accounts.counts.accepted == 20)
        let request = try #require(accounts.counts.tokenRequests.first)
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == "grant_type=client_credentials&scope=read&audience=https%3A%2F%2Fa%2F%3Fb")
        #expect(try bench.value("SELECT requests FROM run_summary") == 21)
        #expect(try bench.value("SELECT sum(attempts) FROM results") == 20)
    }

    @Test func `plain pages of a list have the token too`() async throws {
        let accounts = AccountServer()
        let site = try serve(accounts)
        try job(site, pages: 1)
        try bench.write((1...5).map { site.url("/api/x\($0)") + "\n" }.joined(), to: "list.txt")
        try bench.write(
            try bench.text(of: "api.yaml")
                + "\nurls: [\"\(site.url("/api/y[1-3]"))\"]\nurls_from: list.txt\n",
            to: "api.yaml")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.accepted == 9)
        #expect(accounts.counts.tokens == 1)
    }

    @Test func `auth none asks nobody, and the token host sees no header fields of the job`() async throws {
        let accounts = AccountServer()
        let site = try serve(accounts)
        try job(site, pages: 2)
        let file = try bench.text(of: "api.yaml").replacing(
            "request:\n",
            with:
                "  - {name: open, url: \"\(site.url("/api/open"))\", auth: none}\nrequest:\n  headers: {x-mine: yes}\n"
        )
        try bench.write(file, to: "api.yaml")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        let open = try #require(accounts.counts.api.first { $0.path == "/api/open" })
        #expect(open.headers["authorization"] == nil)
        #expect(open.headers["x-mine"] == "yes")
        #expect(accounts.counts.tokenRequests.map { $0.headers["x-mine"] } == [nil])
    }

    @Test func `a token that is revoked under 200 requests at once is renewed once, and each comes through`()
        async throws
    {
        let accounts = AccountServer { $0.revokesAfter = 500 }
        let site = try serve(accounts)
        try job(site, pages: 2000, atOnce: 200)
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.tokens == 2)
        #expect(accounts.counts.accepted == 2000)
        #expect((1...400).contains(accounts.counts.refused))
        #expect(try bench.value("SELECT max(attempts) FROM results") == 1)
        #expect(
            try bench.value("SELECT requests FROM run_summary")
                == accounts.counts.tokens + accounts.counts.apiRequests)
    }

    @Test func `a token ends in the middle of a list, and the list goes on`() async throws {
        let accounts = AccountServer { $0.revokesAfter = 1 }
        let site = try serve(accounts)
        try job(
            site, pages: 1, request: ", paginate: {next: {json: \"$.next\"}}, items: \"$.sent[*]\"")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(try bench.value("SELECT count(1) FROM results WHERE state = 'done'") == 2)
        // The link to the second page had the first token in it, and is asked for with the second.
        let last = try #require(accounts.counts.api.last)
        #expect(
            last.target.removingPercentEncoding?.hasSuffix("access_token=\(AccountServer.token(2))") == true)
        #expect(try bench.value("SELECT count(1) FROM pages WHERE url LIKE '%access_token=${auth}'") == 1)
    }

    @Test func `a POST that is refused goes out once more, since nothing was done of it`() async throws {
        let accounts = AccountServer { $0.oldestToken = 2 }
        let site = try serve(accounts)
        try job(site, pages: 1, request: ", json: {q: 1}")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.tokens == 2)
        #expect(accounts.counts.api.map(\.method) == ["POST", "POST"])
    }

    @Test func `where every token is refused the pages fail, and few tokens are asked for`() async throws {
        let accounts = AccountServer { $0.refusesAll = true }
        let site = try serve(accounts)
        try job(site, pages: 200)
        let result = try await run()

        #expect(result.code == 5)
        // One more for each ten seconds, should the machine be so slow, and four at most.
        #expect((2...4).contains(accounts.counts.tokens))
        let found = try failures()
        #expect(
            found.contains("http_status 401: status 401 is not accepted; the new token was refused as well"))
        #expect(
            found.allSatisfy { $0.hasPrefix("http_status 401: status 401 is not accepted; ") }, "\(found)")
    }

    @Test(arguments: [
        (200, "<html>Sorry</html>", 3, "it answers 200 with text/html, in which there is no access_token"),
        (500, "<html>Sorry</html>", 3, "it answers 500 with text/html"),
        (400, "<html>Sorry</html>", 1, "it answers 400 with text/html"),
        (
            200, "{\"access_token\":\"x\",\"token_type\":\"mac\"}", 1,
            "the token is of type mac; only bearer is known"
        ),
        (200, "{\"access_token\":\"x\\r\\nx: y\"}", 1, "the token cannot stand in a header field"),
        (
            400, "{\"error\":\"invalid_scope\",\"error_description\":\"no such\"}", 1,
            "it answers 400 invalid_scope: no such"
        ),
        (503, "{\"error\":\"temporarily_unavailable\"}", 3, "it answers 503 temporarily_unavailable"),
    ])
    func `a token endpoint that gives none is the reason of each page, and is asked a few times`(
        status: Int, body: String, tokens: Int, reason: String
    ) async throws {
        let accounts = AccountServer {
            $0.tokenStatus = status
            $0.tokenBody = body
        }
        let site = try serve(accounts)
        try job(site, pages: 100)
        let result = try await run()

        #expect(result.code == 5)
        #expect(accounts.counts.tokens == tokens)
        #expect(accounts.counts.apiRequests == 0)
        let found = try failures()
        #expect(found.count == 1)
        let start = "unexpected -: auth: no token from \(site.url("/token", on: "127.0.0.2")): \(reason)"
        #expect(found.first?.hasPrefix(start) == true, "\(found)")
        #expect(try bench.value("SELECT sum(attempts) FROM results") == 0)
    }

    @Test func `a client that is refused is told where its secret may have to stand, without the secret`()
        async throws
    {
        let accounts = AccountServer { $0.wantsBasic = false }
        let site = try serve(accounts)
        try job(site)
        let refused = try await run()

        #expect(refused.code == 5)
        #expect(accounts.counts.tokens == 1)
        let found = try failures()
        #expect(
            found.first?.hasSuffix(
                "it answers 401 invalid_client: not ${env:SECRET}; look at client_id and client_secret, and whether it wants client_auth: body or basic"
            ) == true, "\(found)")

        try job(site, oauth: ", client_auth: body")
        let result = try await run()
        #expect(result.code == 0, "\(result.errors)")
    }

    @Test func `a token endpoint that nobody answers at is a failure of its kind`() async throws {
        let site = try serve(AccountServer())
        try job(site, pages: 3)
        let file = try bench.text(of: "api.yaml").replacing("127.0.0.2:\(site.port)", with: "127.0.0.2:1")
        try bench.write(file, to: "api.yaml")
        let result = try await run()

        #expect(result.code == 5)
        #expect(
            try failures().first?.hasPrefix("connect -: auth: no token from http://127.0.0.2:1/token: ")
                == true)
    }

    @Test func `a token endpoint that leads elsewhere is not followed`() async throws {
        let accounts = AccountServer()
        let other = try LoopbackServer { _ in .status(200) }
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.path == "/token"
                ? .redirect(to: other.url("/token?client=1"), status: 307) : accounts.answer(request)
        }
        try job(site, pages: 2)
        let result = try await run()

        #expect(result.code == 5)
        #expect(other.log.isEmpty)
        #expect(
            try failures().first?.hasSuffix(
                "it answers 307 and leads to \(other.url("/token")); write that as token_url if it is right")
                == true)
    }

    @Test(arguments: [
        ("token: {json: \"$.data.token\"}", "", "authorization", "Bearer "),
        ("token: {header: x-token}, header: x-session", "", "x-session", ""),
        ("token: {json: \"$.data.token\"}, prefix: \"Token \"", "", "authorization", "Token "),
        ("token: {cookie: session}", "?redirects", "cookie", "session="),
    ])
    func `a login of one's own is made once, and is no page`(
        token: String, query: String, field: String, prefix: String
    ) async throws {
        let accounts = AccountServer()
        let site = try serve(accounts)
        try bench.write(
            """
            requests:
              - {name: login, url: "\(site.url("/login\(query)"))", json: {user: me, password: "${env:PASSWORD}"}}
              - {name: n, url: "\(site.url("/api/[1-30]"))"}
            request: {auth: {login: {request: login, \(token)}}}
            """, to: "api.yaml")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.tokens == 1)
        #expect(accounts.counts.accepted == 30)
        #expect(Set(accounts.counts.api.map { $0.headers[field] }) == [prefix + AccountServer.token(1)])
        #expect(try bench.value("SELECT group_concat(DISTINCT name) FROM results") == "n")
        #expect(try bench.value("SELECT requests FROM run_summary") == 31)
    }

    @Test func `a login that is refused is the reason of each page`() async throws {
        let accounts = AccountServer()
        let site = try serve(accounts)
        try bench.write(
            """
            requests:
              - {name: login, url: "\(site.url("/login"))", json: {user: me}}
              - {name: n, url: "\(site.url("/api/[1-30]"))"}
            request: {auth: {login: {request: login, token: {json: "$.nothing"}}}}
            """, to: "api.yaml")
        let result = try await run()

        #expect(result.code == 5)
        #expect(accounts.counts.tokens == 1)
        #expect(
            try failures() == [
                "unexpected -: auth: no token from the request login: it answers 403 with application/json"
            ])
    }

    @Test func `the token host's delay and limit hold for requests for tokens, on the API's own host too`()
        async throws
    {
        let accounts = AccountServer { $0.expiresIn = "0" }
        let site = try LoopbackServer { accounts.answer($0) }
        try bench.write(
            """
            requests:
              - {name: n, url: "\(site.url("/api/[1-6]"))"}
            request:
              auth:
                oauth2: {token_url: "\(site.url("/token"))", client_id: the-client, client_secret: "${env:SECRET}"}
            concurrency: {per_host: 1}
            delay: 50ms
            """, to: "api.yaml")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        #expect(site.peakInFlight == 1)
        #expect(try #require(site.leastGap(of: "127.0.0.1")) >= .milliseconds(45))
        #expect(accounts.counts.tokens == 1)
    }

    @Test func `a run that is stopped while pages wait for a token goes on`() async throws {
        let latch = LoopbackServer.Latch()
        let accounts = AccountServer()
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.path == "/token"
                ? accounts.answer(request).held(by: latch) : accounts.answer(request)
        }
        try job(site, pages: 5, request: ", json: {q: 1}")
        let running = try bench.start("run", "api.yaml", "-q", environment: environment)
        #expect(await site.wait { $0.requests >= 1 })
        running.signal(SIGINT)
        latch.open()
        #expect(try await running.finished().code == 7)
        #expect(accounts.counts.apiRequests == 0)
        let result = try await run()
        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.accepted == 5)
    }
}
