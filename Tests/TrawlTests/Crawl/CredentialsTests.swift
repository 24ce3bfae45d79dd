import Foundation
import LoopbackServer
import Testing

/// User names and passwords in URLs.
@Suite(.timeLimit(.minutes(15))) struct CredentialsTests {
    private let bench: Workbench
    private let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try LoopbackServer { request in
            // "reader:s3cret-w0rd" (RFC 7617).
            request.headers["authorization"] == "Basic cmVhZGVyOnMzY3JldC13MHJk"
                ? .html(title: "In") : .status(401)
        }
    }

    private func url(_ path: String, with credentials: String = "reader:s3cret-w0rd@") -> String {
        site.url(path).replacing("http://", with: "http://\(credentials)")
    }

    /// Whether any file in the workbench has a text in it.
    private func isAnywhere(_ text: String, except names: Set<String>) throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(
            at: bench.folder, includingPropertiesForKeys: nil)
        return try files.filter { !names.contains($0.lastPathComponent) }.filter {
            try Data(contentsOf: $0).range(of: Data(text.utf8)) != nil
        }.map(\.lastPathComponent)
    }

    @Test func `they are sent as Basic says, and are nowhere in what is stored or said`() async throws {
        try bench.job("docs", urls: [url("/1"), url("/[2-3]"), site.url("/4")])

        let run = try await bench.trawl("run", "docs.yaml", "-v", "--format", "ndjson")

        run.expectSuccess()
        #expect(try isAnywhere("s3cret", except: ["docs.yaml"]) == [])
        #expect(!run.output.contains("s3cret"))
        #expect(!run.errors.contains("s3cret"))
        #expect(run.output.contains(site.url("/2")))
    }

    @Test func `a list has them too, and a URL that is refused does not show them`() async throws {
        try bench.write(
            "\(url("/1"))\nhttp://reader:s3cret-w0rd@host:99999/\nftp://reader:s3cret-w0rd@host/\n",
            to: "list.txt")
        try bench.write("urls_from: list.txt\nrobots: ignore", to: "docs.yaml")

        let run = try await bench.trawl("run", "docs.yaml", "--format", "ndjson")

        #expect(run.code == 4)
        #expect(run.output.contains("\"title\":\"In\""))
        #expect(try isAnywhere("s3cret", except: ["list.txt"]) == [])
        #expect(!run.output.contains("s3cret") && !run.errors.contains("s3cret"))
    }

    @Test func `a run that goes on reads them again from its file`() async throws {
        let latch = LoopbackServer.Latch()
        let slow = try LoopbackServer { request in
            guard request.headers["authorization"] != nil else { return .status(401) }
            return request.path == "/1" ? .text("") : Site.page(request).held(by: latch)
        }
        let urls = (1...4).map {
            slow.url("/\($0)").replacing("http://", with: "http://reader:s3cret-w0rd@")
        }
        try bench.job("docs", urls: urls, "concurrency: {per_host: 1}")
        let killed = try bench.start("run", "docs.yaml")
        await slow.wait { $0.requests == 2 }
        killed.signal(SIGKILL)
        _ = try await killed.finished()
        latch.open()

        let run = try await bench.trawl("run", "docs.yaml")

        run.expectSuccess()
        #expect(try isAnywhere("s3cret", except: ["docs.yaml"]) == [])
    }

    @Test func `a password of its own goes with its URL alone`() async throws {
        let server = try LoopbackServer { request in .html(title: request.headers["authorization"] ?? "none")
        }
        let urls = ["a:1@", "b:2@"].enumerated().map { number, credentials in
            server.url("/\(number)").replacing("http://", with: "http://\(credentials)")
        }
        try bench.job("docs", urls: urls)

        let run = try await bench.trawl("run", "docs.yaml", "--format", "csv")

        #expect(run.output.contains("Basic YTox"))
        #expect(run.output.contains("Basic Yjoy"))
    }
}
