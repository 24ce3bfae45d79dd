import Foundation
import LoopbackServer
import Synchronization
import Testing

/// What is done with API jobs beside running them.
@Suite(.timeLimit(.minutes(15))) struct RequestCommandTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private static func json(_ text: String) -> LoopbackServer.Response {
        .text(text, type: "application/json")
    }

    @Test func `merge puts the replies together, and the errors`() async throws {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/user": Self.json("{\"id\": 7, \"name\": \"Jo\"}")
            case "/orders": Self.json("{\"data\":[{\"total\":5.50}]}")
            default: .status(500)
            }
        }
        try bench.write(
            """
            requests:
              - {name: user, url: "\(site.url("/user"))"}
              - {name: orders, url: "\(site.url("/orders"))", extract: {total: {json: "$.data[0].total"}}}
              - {name: payment, method: POST, url: "\(site.url("/payment"))"}
              - {name: twice, url: "\(site.url("/user?[1-2]"))"}
            """, to: "shop.yaml")

        #expect(try await bench.trawl("run", "shop.yaml").code == 4)
        let merge = try await bench.trawl("merge", "shop")

        merge.expectSuccess()
        #expect(
            merge.output
                == #"{"user":{"id": 7, "name": "Jo"},"orders":{"total":5.50},"#
                + #""twice":[{"id": 7, "name": "Jo"},{"id": 7, "name": "Jo"}],"#
                + #""errors":{"payment":{"state":"failed","status_code":500,"error_kind":"http_status","error":"status 500 is not accepted"}}}"#
                + "\n")
    }

    @Test func `three providers are asked, of whom one answers, one fails and one is too slow`() async throws
    {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/v1/chat/completions":
                Self.json(#"{"choices":[{"message":{"role":"assistant","content":"Paris"}}]}"#)
            case "/v1/messages": .status(500)
            default: .stalled
            }
        }
        try bench.write(
            """
            requests:
              - name: one
                url: "\(site.url("/v1/chat/completions"))"
                headers: {authorization: "Bearer ${env:ONE_KEY}"}
                json: {model: m, messages: [{role: user, content: "Capital of France?"}]}
                extract: {answer: {json: "$.choices[0].message.content"}}
              - name: two
                url: "\(site.url("/v1/messages"))"
                headers: {x-api-key: "${env:TWO_KEY}"}
                json: {model: m, max_tokens: 9, messages: [{role: user, content: "Capital of France?"}]}
                extract: {answer: {json: "$.content[0].text"}}
              - name: three
                url: "\(site.url("/v1beta/models/m:generateContent"))"
                query: {key: "${env:THREE_KEY}"}
                timeouts: {total: 300ms}
                json: {contents: [{parts: [{text: "Capital of France?"}]}]}
                extract: {answer: {json: "$.candidates[0].content.parts[0].text"}}
            """, to: "ask.yaml")

        let run = try await bench.trawl(
            "run", "ask.yaml",
            environment: ["ONE_KEY": "key-one-1", "TWO_KEY": "key-two-2", "THREE_KEY": "key-three-3"])
        let merged = try Finished.object(try await bench.trawl("merge", "ask").output)

        #expect(run.code == 4)
        #expect((merged["one"] as? [String: String])?["answer"] == "Paris")
        let errors = try #require(merged["errors"] as? [String: [String: Any]])
        #expect(errors["two"]?["error_kind"] as? String == "http_status")
        #expect(errors["three"]?["error_kind"] as? String == "timeout_total")
        #expect(Set(merged.keys) == ["one", "errors"])
    }

    @Test func `bench compares levels and keeps nothing`() async throws {
        let site = try LoopbackServer { _ in .text("ok").delayed(by: .milliseconds(20)) }
        try bench.write("requests: [{url: '\(site.url("/[1-8]"))'}]", to: "api.yaml")

        let result = try await bench.trawl("bench", "api.yaml", "--concurrency", "1,4")

        result.expectSuccess()
        #expect(result.lines.count == 3)
        #expect(result.lines[0].contains("p50") && result.lines[0].contains("speed-up"))
        #expect(site.counters(of: site.addresses[0]).requests == 16)
        #expect(site.peakInFlight(of: site.addresses[0]) <= 4)
        #expect(!bench.exists("trawl.db"))
    }

    @Test func `batches are told of, and wait for each other where they are to`() async throws {
        let order = Mutex<[String]>([])
        let site = try LoopbackServer { request in
            order.withLock { $0.append(request.path) }
            // The first of each batch is slow.
            return .text("ok").delayed(by: .milliseconds(request.path.hasSuffix("1") ? 60 : 0))
        }
        try bench.write(
            """
            urls: ["\(site.url("/{a1,a2,a3,b1,b2,b3,c1}"))"]
            batch_size: 3
            batch_barrier: true
            concurrency: {per_host: 8}
            robots: ignore
            """, to: "api.yaml")

        let run = try await bench.trawl("run", "-v", "api.yaml", "--format", "ndjson")

        run.expectSuccess()
        let batches = order.withLock { $0.map { $0.dropFirst().prefix(1) }.joined() }
        #expect(batches == "aaabbbc")
        #expect(run.errorLines.filter { $0.contains("batch 1: 3 pages, 3 done") }.count == 1)
        #expect(run.errorLines.filter { $0.contains("batch 3: 1 page, 1 done") }.count == 1)
        #expect(try bench.value("SELECT count(DISTINCT batch_id) FROM results") == 3)
        let streamed = run.lines.sorted()
        let read = try await bench.trawl("results", "api", "--format", "ndjson").lines.sorted()
        #expect(streamed == read)
        #expect(try run.objects().map { $0["batch_id"] as? Int } == [1, 1, 1, 2, 2, 2, 3])
        let table = try await bench.trawl("results", "api", "--format", "csv").output
        #expect(table.contains(",batch_id,input\r\n") && table.hasSuffix(",3,\r\n"))
    }

    @Test func `no host sees more starts than its rate, nor all together more than the job's`() async throws {
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { _ in .text("ok") }
        let urls = site.addresses.map { "\"\(site.url("/[1-4]", on: $0))\"" }.joined(separator: ", ")
        try bench.write(
            "urls: [\(urls)]\nrobots: ignore\nrate: {per_host: 20/s, total: 25/s}", to: "api.yaml")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        for address in site.addresses {
            // Fifty, but for a thread that is held up between its word that a request goes out and the write.
            #expect(try #require(site.leastGap(of: address)) >= .milliseconds(40))
        }
        // Eight starts, forty milliseconds between each.
        #expect(try bench.value("SELECT elapsed_ms >= 270 FROM runs") == true)
    }

    @Test func `a limit that is used up is waited out before anything more is asked`() async throws {
        let site = try LoopbackServer { request in
            var response = LoopbackServer.Response.text("ok")
            if request.hit == 0 {
                response.headers += [("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1")]
            }
            return response
        }
        try bench.write(
            "requests: [{url: '\(site.url("/x?[1-3]"))'}]\nconcurrency: {per_host: 1}", to: "api.yaml")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        #expect(try bench.value("SELECT count(*) FROM results WHERE attempts = 1") == 3)
        #expect(try bench.value("SELECT elapsed_ms >= 950 FROM runs") == true)
    }

    @Test func `a stream of events is read to its end and kept`() async throws {
        let site = try LoopbackServer { _ in
            var response = LoopbackServer.Response.text(
                "data: {\"a\":1}\n\ndata: [DONE]\n\n", type: "text/event-stream")
            response.framing = .chunked
            response.pieceSize = 5
            response.interval = .milliseconds(2)
            return response
        }
        try bench.write(
            "requests: [{name: s, url: '\(site.url("/"))', json: {stream: true}}]", to: "api.yaml")

        try await bench.trawl("run", "api.yaml").expectSuccess()

        #expect(try bench.value("SELECT content_length FROM results") == 29)
        #expect(try bench.value("SELECT reply IS NULL AND body_id IS NOT NULL FROM results") == true)
    }
}
