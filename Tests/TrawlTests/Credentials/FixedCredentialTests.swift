import Foundation
import LoopbackServer
import Testing

/// Credentials that the user has: bearer, basic, api_key.
@Suite(.timeLimit(.minutes(15))) struct FixedCredentialTests {
    private let bench: Workbench
    private let accounts = AccountServer()
    private let site: LoopbackServer
    private let other: LoopbackServer
    private let environment = [
        "KEY": AccountServer.apiKey, "PASSWORD": AccountServer.password, "TOKEN": AccountServer.token(0),
    ]

    init() throws {
        bench = try Workbench()
        let accounts = accounts
        other = try LoopbackServer { _ in .html(title: "Elsewhere") }
        let other = other
        site = try LoopbackServer { request in
            switch request.path {
            case "/away": .redirect(to: other.url("/there"))
            case "/near": .redirect(to: "/api/open/near")
            case "/site": .html(title: "Site", links: ["/api/open/1", other.url("/linked")])
            default: accounts.answer(request)
            }
        }
    }

    private func run(_ requests: String, more: String = "") async throws -> Finished {
        try bench.write("\(requests)\nrobots: ignore\n\(more)\n", to: "api.yaml")
        return try await bench.trawl("run", "api.yaml", "-q", environment: environment)
    }

    @Test func `each kind is sent as its standard says`() async throws {
        let result = try await run(
            """
            requests:
              - {name: a, url: "\(site.url("/api/key?q=1"))", auth: {api_key: {header: x-api-key, value: "${env:KEY}"}}}
              - {name: b, url: "\(site.url("/api/key?key=old&q=1"))", auth: {api_key: {query: key, value: "${env:KEY}"}}}
              - {name: c, url: "\(site.url("/api/basic"))", auth: {basic: {user: me, password: "${env:PASSWORD}"}}}
              - {name: d, url: "\(site.url("/api/open"))", auth: {bearer: "${env:TOKEN}"}}
            """)

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.refused == 0)
        let sent = accounts.counts.api.first { $0.path == "/api/open" }
        #expect(sent?.headers["authorization"] == "Bearer \(AccountServer.token(0))")
        #expect(try bench.value("SELECT count(1) FROM results WHERE url LIKE '%of%'") == 0)
    }

    @Test func `the user's netrc is for hosts that the job names, and goes nowhere else`() async throws {
        let host = "127.0.0.1"
        try bench.write("machine \(host) login me password \(AccountServer.password)\n", to: ".netrc")
        try bench.write(
            """
            requests:
              - {name: a, url: "\(site.url("/api/open"))"}
              - {name: b, url: "\(site.url("/api/open/2"))", json: {}, auth: {bearer: "${env:TOKEN}"}}
            request: {netrc: true}
            """, to: "api.yaml")
        let home = environment.merging(["HOME": bench.folder.path]) { $1 }
        #expect(try await bench.trawl("run", "api.yaml", "-q", environment: home).code == 0)

        let basic = Data("me:\(AccountServer.password)".utf8).base64EncodedString()
        let sent = accounts.counts.api.map { $0.headers["authorization"] ?? "-" }
        #expect(Set(sent) == ["Basic \(basic)", "Bearer \(AccountServer.token(0))"])
        let database = try Data(contentsOf: bench.folder.appending(path: "trawl.db"))
        #expect(database.range(of: Data(AccountServer.password.utf8)) == nil)
    }

    @Test func `a netrc that is not there is said before anything is asked for`() async throws {
        try bench.write("urls: [\"\(site.url("/api/open"))\"]\nrequest: {netrc: true}", to: "api.yaml")
        let result = try await bench.trawl("run", "api.yaml", environment: ["HOME": bench.folder.path])
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains(".netrc"))
        #expect(accounts.counts.apiRequests == 0)
    }

    @Test
    func
        `the job's goes with plain pages, in place of a header field of that name, and a request's own wins`()
        async throws
    {
        let result = try await run(
            """
            urls: ["\(site.url("/api/key/[1-3]"))"]
            requests:
              - {name: own, url: "\(site.url("/api/open/own"))", auth: {bearer: "${env:TOKEN}"}}
              - {name: none, url: "\(site.url("/api/open/none"))", auth: none}
            request: {headers: {X-Api-Key: wrong}, auth: {api_key: {header: x-api-key, value: "${env:KEY}"}}}
            """)

        #expect(result.code == 0, "\(result.errors)")
        #expect(accounts.counts.accepted == 5)
        let own = accounts.counts.api.first { $0.path == "/api/open/own" }
        #expect(own?.headers["x-api-key"] == "wrong")
        let none = accounts.counts.api.first { $0.path == "/api/open/none" }
        #expect(none?.headers["authorization"] == nil)
        #expect(none?.headers["x-api-key"] == "wrong")
    }

    @Test func `nothing goes to another host, by a redirect or by a link`() async throws {
        let result = try await run(
            """
            urls: ["\(site.url("/away"))", "\(site.url("/near"))", "\(site.url("/site"))"]
            follow: {scope: any, depth: 1}
            request: {auth: {bearer: "${env:TOKEN}"}}
            delay: 0s
            allow_private: ["127.0.0.1"]
            """)

        #expect(result.code == 0, "\(result.errors)")
        #expect(Set(other.log.map(\.path)) == ["/there", "/linked"])
        #expect(other.log.allSatisfy { $0.headers["authorization"] == nil })
        #expect(site.log.count == 5)
        #expect(site.log.allSatisfy { $0.headers["authorization"] == "Bearer \(AccountServer.token(0))" })
    }

    @Test func `a request with a secret of its own loses it on the way to another host`() async throws {
        let result = try await run(
            """
            requests:
              - {name: a, url: "\(site.url("/away"))", auth: {bearer: "${env:TOKEN}"}}
              - {name: b, url: "\(site.url("/away"))", auth: {api_key: {header: x-api-key, value: "${env:KEY}"}}}
              - {name: c, url: "\(site.url("/away"))", auth: {api_key: {query: key, value: "${env:KEY}"}}}
            """, more: "allow_private: [\"127.0.0.1\"]")

        #expect(result.code == 0, "\(result.errors)")
        #expect(other.log.map(\.target) == ["/there", "/there", "/there"])
        #expect(other.log.allSatisfy { $0.headers["authorization"] == nil && $0.headers["x-api-key"] == nil })
    }

    @Test(arguments: [
        "auth: {bearer: \"${env:KEY}\"}", "auth: {basic: {user: me, password: \"${env:KEY}\"}}",
        "headers: {authorization: \"Bearer ${env:KEY}\"}",
    ])
    func `no other host gets a secret of the job that a server puts into a link`(secret: String) async throws
    {
        let other = try LoopbackServer(addresses: ["127.0.0.2"]) { _ in
            .text("{\"data\": [2]}", type: "application/json")
        }
        let home = try LoopbackServer { request in
            let sent = request.headers["authorization"]?.split(separator: " ").last ?? "none"
            let link = other.url("/\(request.path.dropFirst())?t=\(sent.replacing("=", with: "%3D"))")
            return request.path == "/list"
                ? .text("{\"data\": [1], \"next\": \"\(link)\"}", type: "application/json")
                : .redirect(to: link, status: 302)
        }
        let settings = "request: {\(secret)}\nallow_private: [127.0.0.2]\nretry: {attempts: 1}\n"
        try bench.write(
            """
            requests:
              - {name: moved, url: "\(home.url("/moved"))"}
              - name: list
                url: "\(home.url("/list"))"
                items: "$.data[*]"
                paginate: {next: {json: "$.next", origin: any}}
            \(settings)
            """, to: "api.yaml")
        try bench.write("urls: [\"\(home.url("/page"))\"]\nrobots: ignore\n\(settings)", to: "site.yaml")

        for job in ["api.yaml", "site.yaml"] {
            _ = try await bench.trawl("run", job, environment: ["KEY": "s3cret-key"])
        }

        #expect(other.counters.requests == 0)
        #expect(
            try bench.values(
                "SELECT error_kind || ': ' || error FROM results WHERE state = 'failed' ORDER BY 1")
                == [
                    "bad_redirect: redirected to another host with a secret in the URL",
                    "bad_redirect: redirected to another host with a secret in the URL",
                    "unexpected: the next link leads to another origin, \(other.url("").trimmingCharacters(in: ["/"])), with a secret in it",
                ])
    }

    @Test func `a secret that is missing stops the job before it begins`() async throws {
        let result = try await run(
            "urls: [\"\(site.url("/api/open"))\"]\nrequest: {auth: {bearer: \"${env:MISSING_ONE}\"}}")

        #expect(result.code == 2)
        #expect(result.errors.contains("the environment variable MISSING_ONE is not set"))
        #expect(site.log.isEmpty)
    }
}
