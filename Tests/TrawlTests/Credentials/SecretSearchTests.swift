import Foundation
import GRDB
import LoopbackServer
import Testing

/// Whether any secret of a run is left anywhere, where the API repeats all that it was sent.
@Suite(.timeLimit(.minutes(15))) struct SecretSearchTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    /// The spellings in which a secret might be left.
    private func spellings(_ secret: String) -> [String] {
        let quoted = String(decoding: (try? JSONEncoder().encode(secret)) ?? Data(), as: UTF8.self)
        let encoded = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? secret
        return [
            secret, String(quoted.dropFirst().dropLast()), encoded, encoded.replacing("%20", with: "+"),
            Data(secret.utf8).base64EncodedString().replacing("=", with: ""),
        ]
    }

    /// The files below the workbench that hold one of the secrets, with the secret.
    private func finds(_ secrets: [String], except names: Set<String>) throws -> [String] {
        var found: [String] = []
        let files = FileManager.default.enumerator(at: bench.folder, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard !names.contains(file.lastPathComponent), let data = try? Data(contentsOf: file) else {
                continue
            }
            for secret in secrets {
                for spelling in spellings(secret) where data.range(of: Data(spelling.utf8)) != nil {
                    found.append("\(file.lastPathComponent): \(spelling)")
                }
            }
        }
        return found
    }

    private func write(_ site: LoopbackServer, _ hidden: LoopbackServer) throws {
        try bench.write(
            """
            requests:
              - {name: login, url: "\(site.url("/login"))", json: {user: me, password: "${env:PASSWORD}"}}
              - {name: list, url: "\(site.url("/api/list"))", paginate: {next: {json: "$.next"}}, items: "$.sent[*]"}
              - {name: plain, url: "\(site.url("/api/[1-20]"))", extract: {all: {json: "$.sent"}}}
              - {name: missing, url: "\(hidden.url("/api/1"))"}
              - {name: login-api, url: "\(site.url("/api/[30-40]"))", auth: {login: {request: login, token: {json: "$.data.token"}}}}
              - {name: key, url: "\(site.url("/api/key?x=1"))", auth: {api_key: {query: key, value: "${env:KEY}"}}}
              - {name: key-header, url: "\(site.url("/api/key"))", auth: {api_key: {header: x-api-key, value: "${env:KEY}"}}}
              - {name: basic, url: "\(site.url("/api/basic"))", auth: {basic: {user: me, password: "${env:PASSWORD}"}}}
              - {name: refused, url: "\(site.url("/api/key/refused"))"}
              - {name: aws, url: "\(site.url("/api/open"))", auth: {aws_sigv4: {key: AKIDEXAMPLE, secret: "${env:AWS}", token: "${env:AWS_TOKEN}", region: r, service: s}}}
            request:
              auth:
                oauth2: {token_url: "\(site.url("/token", on: "127.0.0.2"))", client_id: the-client, client_secret: "${env:SECRET}", refresh_token: "${env:REFRESH}", refresh_token_file: next-token}
            keep_body: all
            retry: {delay: 1ms}
            """, to: "api.yaml")
    }

    @Test func `no secret is in the database, its log, what is printed, WARC files, or the report`()
        async throws
    {
        let accounts = AccountServer {
            $0.rotates = true
            $0.revokesAfter = 8
        }
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { accounts.answer($0) }
        // Its fault names what it was sent.
        let hidden = try LoopbackServer { request in
            LoopbackServer.Response(
                status: 404,
                headers: [("Content-Type", "text/html"), ("X-Sent", request.headers["authorization"] ?? "")],
                body: Array("<title>No \(request.headers["authorization"] ?? "")</title>".utf8))
        }
        try write(site, hidden)
        let environment = [
            "SECRET": AccountServer.clientSecret, "PASSWORD": AccountServer.password,
            "KEY": AccountServer.apiKey, "REFRESH": "refresh-token-0", "AWS": "aws/secret+key",
            "AWS_TOKEN": "aws/session+token",
        ]
        _ = try await bench.trawl("add", "api.yaml", environment: environment)
        // A reader keeps the log of changes from being emptied, so that it is there to be searched.
        let reader = try bench.database()
        try reader.inDatabase { try $0.execute(sql: "BEGIN; SELECT count(1) FROM jobs") }

        let run = try await bench.shell(
            "\(Workbench.program) run api.yaml -v -v --log-format json --warc archive --format ndjson >rows.ndjson 2>log.json",
            environment: environment)
        for (command, file) in [
            ("results api --format json", "results.json"), ("results api --items", "items"),
            ("report api -o report.html", "none"), ("report api -o report.md", "none"),
            ("merge api", "merge.json"),
            ("status api", "status"), ("explain api \(site.url("/api/1"))", "explain"),
        ] {
            _ = try await bench.shell(
                "\(Workbench.program) \(command) >\(file) 2>\(file).err", environment: environment)
        }
        _ = try await bench.shell("cd archive && gunzip -k *.gz")

        #expect(run.code == 4)
        #expect(try bench.text(of: "log.json").count > 100)
        #expect(try bench.text(of: "report.html").contains("</html>"))
        #expect(try bench.value("SELECT count(1) FROM results WHERE state = 'done'") == 37)
        #expect(bench.exists("trawl.db-wal"))
        #expect(accounts.counts.tokens >= 3)
        let tokens = (0...accounts.counts.tokens).map { AccountServer.token($0) }
        let refreshTokens = (0...accounts.counts.tokens).map { "refresh-token-\($0)" }
        let secrets = tokens + refreshTokens + environment.values
        #expect(try finds(secrets, except: ["next-token"]) == [])
        // The search finds what is there.
        #expect(try !finds(secrets, except: []).isEmpty)
        #expect(try bench.text(of: "items").contains("Bearer ${auth}"))
        try reader.inDatabase { try $0.execute(sql: "COMMIT") }
    }
}
