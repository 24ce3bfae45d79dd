import ContentCoding
import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// Bodies that a job keeps.
@Suite(.timeLimit(.minutes(15))) struct BodyTests {
    private func bodies(_ kept: JobSpec.KeptBodies) async throws -> ([String: String], CrawlHarness) {
        let text = String(repeating: "All work and no play. ", count: 100)
        let server = try LoopbackServer { request in
            switch request.path {
            case "/image": .text("\u{1}\u{2}", type: "image/png")
            case "/short": .text("x")
            case "/missing": LoopbackServer.Response(status: 404, body: Array("gone".utf8))
            default: .text(text)
            }
        }
        let harness = try CrawlHarness()
        let paths = ["/long", "/twin", "/short", "/image", "/missing"]
        try await harness.crawl(paths.map { server.url($0) }, spec: CrawlHarness.spec { $0.keepBody = kept })
        var found: [String: String] = [:]
        try harness.store.read { transaction in
            let job = try #require(try transaction.job(named: "job"))
            let run = try #require(try transaction.latestRun(of: job.id))
            try transaction.forEachResult(of: run.id, .all, withBodies: true) { row in
                guard let body = row.body else { return }
                let bytes = try #require(Deflate.decompress(body.data, size: body.size))
                found[String(row.url.dropFirst(server.url("").count))] = String(
                    decoding: bytes, as: UTF8.self)
            }
        }
        return (found, harness)
    }

    @Test func `a job keeps no bodies unless it is asked to`() async throws {
        let (bodies, harness) = try await bodies(.none)

        #expect(bodies.isEmpty)
        #expect(try harness.value("SELECT count(*) FROM bodies", as: Int.self) == 0)
    }

    @Test func `a body that is too large to be kept is counted all the same`() async throws {
        let size = (64 << 20) + 1
        let server = try LoopbackServer { _ in
            LoopbackServer.Response(
                headers: [("Content-Type", "application/octet-stream")],
                body: [UInt8](repeating: 1, count: size))
        }
        let harness = try CrawlHarness()
        try await harness.crawl(
            [server.url("/large")],
            spec: CrawlHarness.spec {
                $0.keepBody = .all
                $0.limits.body = 0
            })

        #expect(try harness.rows().map(\.state) == [.done])
        #expect(try harness.value("SELECT content_length FROM results", as: Int.self) == size)
        #expect(try harness.value("SELECT count(*) FROM bodies", as: Int.self) == 0)
    }

    @Test func `texts are kept, those of error pages too`() async throws {
        let (bodies, _) = try await bodies(.text)

        #expect(bodies.keys.sorted() == ["/long", "/missing", "/short", "/twin"])
        #expect(bodies["/long"]?.hasPrefix("All work") == true)
        #expect(bodies["/short"] == "x")
        #expect(bodies["/missing"] == "gone")
    }

    @Test func `all bodies are kept, each once, and compressed where that is shorter`() async throws {
        let (bodies, harness) = try await bodies(.all)

        #expect(bodies.count == 5)
        #expect(try harness.value("SELECT count(*) FROM bodies", as: Int.self) == 4)
        #expect(
            try harness.value(
                "SELECT length(data) < size / 10 FROM bodies ORDER BY size DESC LIMIT 1", as: Bool.self)
                == true)
    }
}
