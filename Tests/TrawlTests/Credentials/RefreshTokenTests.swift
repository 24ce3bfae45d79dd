import Foundation
import LoopbackServer
import Synchronization
import Testing

/// Refresh tokens of OAuth, which may be good once.
@Suite(.timeLimit(.minutes(15))) struct RefreshTokenTests {
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
        _ site: LoopbackServer, pages: Int = 20, oauth: String = "", more: String = "", request: String = ""
    ) throws {
        try bench.write(
            """
            requests:
              - {name: n, url: "\(site.url("/api/[1-\(pages)]"))"\(request)}
            request:
              auth:
                oauth2: {token_url: "\(site.url("/token", on: "127.0.0.2"))", client_id: the-client, client_secret: "${env:SECRET}"\(oauth)}
            retry: {delay: 1ms}
            concurrency: {total: 20, per_host: 20}
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

    @Test func `a refresh token that is good once is in its file before the access token is used`()
        async throws
    {
        let accounts = AccountServer { $0.rotates = true }
        let site = try serve(accounts)
        let oauth = ", refresh_token: \"${env:REFRESH}\", refresh_token_file: next-token"
        try job(site, pages: 3, oauth: oauth)
        let first = try await run()
        let kept = try bench.text(of: "next-token")
        let second = try await run()

        #expect(first.code == 0, "\(first.errors)")
        #expect(kept == "refresh-token-1\n")
        // The second run begins with the one in the file; the job's own is dead.
        #expect(second.code == 0, "\(second.errors)")
        #expect(try bench.text(of: "next-token") == "refresh-token-2\n")
        let mode = try FileManager.default.attributesOfItem(atPath: bench.path("next-token"))[
            .posixPermissions]
        #expect(mode as? Int == 0o600)
        #expect(accounts.counts.tokenRequests.count == 2)
    }

    @Test func `where the next refresh token cannot be kept, the access token is not used`() async throws {
        let accounts = AccountServer { $0.rotates = true }
        let site = try serve(accounts)
        try job(
            site, pages: 3, oauth: ", refresh_token: \"${env:REFRESH}\", refresh_token_file: none/next-token")
        let result = try await run()

        #expect(result.code == 5)
        #expect(accounts.counts.apiRequests == 0)
        #expect(
            try failures().first?.contains("next-token cannot be written: No such file or directory") == true)
    }

    @Test func `a refresh token that another program has renewed is taken from the file`() async throws {
        let accounts = AccountServer {
            $0.rotates = true
            $0.expiresIn = "1"
        }
        let bench = bench
        // As the first token is given out, another program takes the next one and keeps what it gets.
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            if request.path == "/token", request.hit == 1 {
                accounts.setup.withLock { $0.refreshToken = "another-one" }
                _ = try? bench.write("another-one\n", to: "next-token")
            }
            return accounts.answer(request)
        }
        accounts.setup.withLock { $0.oldestToken = 2 }
        try job(site, pages: 2, oauth: ", refresh_token: \"${env:REFRESH}\", refresh_token_file: next-token")
        let result = try await run()

        #expect(result.code == 0, "\(result.errors)")
        // The second was refused, and the third sent what was in the file.
        #expect(accounts.counts.tokens == 3)
        #expect(try bench.text(of: "next-token") == "refresh-token-3\n")
    }

    @Test func `a dead refresh token ends it at once`() async throws {
        let accounts = AccountServer { $0.refreshToken = "another" }
        let site = try serve(accounts)
        try job(site, oauth: ", refresh_token: \"${env:REFRESH}\"")
        let result = try await bench.trawl("run", "api.yaml", environment: environment)

        #expect(result.code == 5)
        #expect(accounts.counts.tokens == 1)
        #expect(result.errorLines.count { $0.contains("invalid_grant") } == 1, "\(result.errors)")
        #expect(
            try failures().first?.contains(
                "it answers 400 invalid_grant; a refresh token may be good once only") == true)
    }
}
