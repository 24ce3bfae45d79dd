import Foundation
import LoopbackServer
import Synchronization
import Testing
import TrawlTestSupport

/// Bodies that come from files, compressed bodies, and what requests go through.
@Suite(.timeLimit(.minutes(15))) struct UploadTests {
    private let bench: Workbench
    private let seen = SeenRequests()
    private let site: LoopbackServer

    /// What a server was asked.
    private final class SeenRequests: Sendable {
        private let requests = Mutex<[LoopbackServer.Request]>([])
        func add(_ request: LoopbackServer.Request) { requests.withLock { $0.append(request) } }
        var all: [LoopbackServer.Request] { requests.withLock { $0 } }
        func body(of path: String) -> String? {
            all.last { $0.path == path }.map { String(decoding: $0.body, as: UTF8.self) }
        }
    }

    init() throws {
        bench = try Workbench()
        let seen = seen
        site = try LoopbackServer { request in
            seen.add(request)
            switch request.path {
            case "/moved": return .redirect(to: "/file", status: 307)
            case "/415": return .status(415)
            default: return .text("{}", type: "application/json")
            }
        }
    }

    private func run(_ requests: String..., more: String = "", environment: [String: String] = [:])
        async throws
        -> Finished
    {
        let list = requests.map { "  - \($0.replacing("URL", with: site.url("")))\n" }.joined()
        try FileManager.default.createDirectory(
            at: bench.folder.appending(path: "jobs"), withIntermediateDirectories: true)
        try bench.write("requests:\n\(list)retry: {delay: 1ms}\n\(more)\n", to: "jobs/api.yaml")
        return try await bench.trawl("run", "jobs/api.yaml", environment: environment)
    }

    @Test func `a file is the body, also behind a redirect`() async throws {
        let text = String(repeating: "line of data\n", count: 50_000)
        _ = try await bench.shell("mkdir -p jobs")
        try bench.write(text, to: "jobs/data.txt")
        let result = try await run(
            "{name: a, url: URL/file, body_file: data.txt, headers: {content-type: text/csv}}",
            "{name: b, method: PUT, url: URL/moved, body_file: data.txt}")

        #expect(result.code == 0, "\(result.errors)")
        #expect(
            seen.all.filter { $0.path == "/file" }.map { $0.body.count } == [
                text.utf8.count, text.utf8.count,
            ])
        #expect(seen.body(of: "/file") == text)
        #expect(
            Set(
                seen.all.filter { $0.path == "/file" }.map {
                    "\($0.method) \($0.headers["content-type"] ?? "")"
                })
                == ["POST text/csv", "PUT application/octet-stream"])
    }

    @Test func `a form has texts and files, with their types`() async throws {
        _ = try await bench.shell("mkdir -p jobs")
        try bench.write("GIF89a", to: "jobs/photo.gif")
        let result = try await run(
            "{name: a, url: URL/form, multipart: {title: \"A & B\", n: 5, key: \"${env:FORM_KEY}\", file: {path: photo.gif, type: image/gif, filename: x.gif}}}",
            environment: ["FORM_KEY": "secret-key-1"])

        #expect(result.code == 0, "\(result.errors)")
        let request = try #require(seen.all.first)
        #expect(request.method == "POST")
        let type = try #require(request.headers["content-type"])
        let boundary = try #require(type.wholeMatch(of: /multipart\/form-data; boundary=(.+)/)?.1)
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(body.components(separatedBy: "--\(boundary)").count == 6)
        #expect(body.contains("name=\"title\"\r\n\r\nA & B\r\n"))
        #expect(body.contains("name=\"n\"\r\n\r\n5\r\n"))
        #expect(body.contains("name=\"key\"\r\n\r\nsecret-key-1\r\n"))
        #expect(
            body.contains(
                "name=\"file\"; filename=\"x.gif\"\r\nContent-Type: image/gif\r\n\r\nGIF89a\r\n"))
        #expect(try await bench.shell("grep -c secret-key-1 trawl.db*").output.contains(":1") == false)
    }

    @Test func `a file that is not there fails its page, with its name`() async throws {
        let result = try await run(
            "{name: a, url: URL/a, body_file: none.txt}",
            "{name: b, url: URL/b, multipart: {f: {path: none.txt}}}",
            "{name: c, url: URL/c, body_file: none.txt, gzip: true}", "{name: d, url: URL/d, body_file: .}")

        #expect(result.code != 0)
        let errors: [String] = try bench.values("SELECT error FROM results ORDER BY name")
        #expect(
            errors.prefix(3).allSatisfy { $0.contains("jobs/none.txt: No such file or directory") },
            "\(errors)")
        #expect(errors.last?.contains("is not a file") == true)
        #expect(seen.all.isEmpty)
    }

    @Test func `a body is sent compressed, and keeps the host's rate`() async throws {
        _ = try await bench.shell("mkdir -p jobs")
        try bench.write("from a file", to: "jobs/data.txt")
        let result = try await run(
            "{name: json, url: URL/json, json: {q: \"ä\"}, gzip: true}",
            "{name: file, url: URL/gz, body_file: data.txt, gzip: true}",
            "{name: no, url: URL/415, body: x, gzip: true}",
            more: "rate: 5/s\nconcurrency: {per_host: 8}")

        #expect(result.code != 0)
        for (path, text) in [("/json", "{\"q\":\"ä\"}"), ("/gz", "from a file")] {
            let request = try #require(seen.all.first { $0.path == path })
            #expect(request.headers["content-encoding"] == "gzip")
            try Data(request.body).write(to: bench.folder.appending(path: "body.gz"))
            #expect(try await bench.shell("gzip -dc body.gz").output == text)
        }
        #expect(
            try bench.value("SELECT error FROM results WHERE name = 'no'")
                == "status 415 is not accepted: the server may not take a gzip body; remove gzip from the request"
        )
        let starts = site.log.map(\.startedAt)
        #expect(starts.count == 3)
        #expect(zip(starts, starts.dropFirst()).allSatisfy { $0.duration(to: $1) >= .milliseconds(190) })
    }

    @Test func `a request goes through a proxy of its own`() async throws {
        let proxy = try LoopbackServer { request in
            .text("{\"proxied\":\"\(request.target)\"}", type: "application/json")
        }
        let result = try await run(
            "{name: through, url: URL/a, proxy: \"\(proxy.url(""))\"}", "{name: direct, url: URL/b}",
            "{name: again, url: URL/c, json: {}}", more: "concurrency: {total: 1}")

        #expect(result.code == 0, "\(result.errors)")
        #expect(proxy.log.map(\.target) == [site.url("/a")])
        #expect(Set(seen.all.map(\.path)) == ["/b", "/c"])
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3")))
    func `a request goes through SOCKS, names and all`() async throws {
        let script = Manual.project.appending(path: "Tests/TrawlTests/Chain/socks5.py").path
        let proxy = try bench.startShell("exec python3 \(script)")
        try await eventually("the proxy listens") { try proxy.outputSoFar().contains("\n") }
        let port = try proxy.outputSoFar().prefix { $0.isNumber }
        let result = try await run(
            "{name: a, url: URL/a, proxy: \"socks5h://127.0.0.1:\(port)\"}", "{name: b, url: URL/b}")
        let log = try proxy.outputSoFar()
        kill(proxy.pid, SIGTERM)

        #expect(result.code == 0, "\(result.errors)")
        #expect(log.components(separatedBy: "CONNECT 127.0.0.1:\(site.port)").count == 2)
        #expect(Set(seen.all.map(\.path)) == ["/a", "/b"])
    }
}
