import LoopbackServer
import Testing

/// Requests that are not idempotent, and what lets them be sent again.
@Suite(.timeLimit(.minutes(15))) struct RepetitionTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `a POST that the server refused is sent again, and no other`() async throws {
        let server = try LoopbackServer { request in
            guard request.hit == 0 else { return .text("ok") }
            switch request.path {
            case "/303": return LoopbackServer.Response(status: 303, headers: [("Location", "/429c")])
            case "/307": return LoopbackServer.Response(status: 307, headers: [("Location", "/429b")])
            default:
                let status = Int(request.path.dropFirst().prefix(3)) ?? 500
                let headers = request.query == "wait" ? [("Retry-After", "0")] : []
                return LoopbackServer.Response(status: status, headers: headers)
            }
        }
        let names = ["429", "425", "503w?wait", "503", "500w?wait", "303", "307", "504"]
        let list = names.map {
            "  - {name: '\($0)', method: POST, body: x, url: '\(server.url("/\($0)"))'}\n"
        }
        try bench.write("requests:\n\(list.joined())retry: {delay: 1ms}", to: "api.yaml")

        #expect(try await bench.trawl("run", "api.yaml").code == 4)

        let done = try bench.values(
            "SELECT name FROM results WHERE state = 'done' ORDER BY name", as: String.self)
        #expect(done == ["307", "425", "429", "503w?wait"])
        #expect(try bench.value("SELECT max(attempts) FROM results WHERE state = 'failed'") == 1)
        #expect(server.hits("/503w") == 2 && server.hits("/503") == 1)
        #expect(server.hits("/303") == 1, "that one was acted upon")
    }

    @Test(arguments: ["idempotency_key: true", "headers: {idempotency-key: '7'}"])
    func `with an idempotency key a POST is sent again, whatever came of it`(key: String) async throws {
        let server = try LoopbackServer { request in
            switch (request.hit, request.path) {
            case (0, "/reset"), (0, "/resetwithout"): .reset
            case (0, _): .status(500)
            default: .text("ok")
            }
        }
        try bench.write(
            """
            requests:
              - {url: "\(server.url("/500"))", method: POST, \(key)}
              - {url: "\(server.url("/reset"))", method: POST, \(key)}
              - {url: "\(server.url("/resetwithout"))", method: PATCH}
            retry: {delay: 1ms}
            """, to: "api.yaml")

        #expect(try await bench.trawl("run", "api.yaml").code == 4)

        #expect(server.hits("/500") == 2)
        #expect(server.log.filter { $0.target == "/reset" }.count == 2)
        #expect(server.log.filter { $0.target == "/resetwithout" }.count == 1)
        let keys = server.log.filter { $0.target == "/500" }.map { $0.headers["idempotency-key"] }
        #expect(keys.count == 2 && keys[0] == keys[1] && keys[0] != nil)
    }
}
