import Authentication
import CrawlCore
import Foundation
import Testing

/// Signatures of AWS beside those of botocore, over requests that are made up.
@Suite(.timeLimit(.minutes(15))) struct AWSSignerTests {
    private struct Made: Encodable {
        var method: String
        var url: String
        var headers: [String: String]
        var body: String
        var service: String
        var region: String
        var secret: String
        var token: String?
        var now: Int64
    }

    @Test func `two thousand requests are signed as botocore signs them`() async throws {
        try #require(PythonTools.areInstalled, "the Python packages are not to be had")
        let bench = try Workbench()
        var cases: [(made: Made, own: String)] = []
        for number in 0..<2000 { cases.append(try made(number)) }
        let encoder = JSONEncoder()
        let lines = try cases.map { String(decoding: try encoder.encode($0.made), as: UTF8.self) + "\n" }
        try bench.write(lines.joined(), to: "cases.jsonl")
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "sign.py").path

        let result = try await bench.shell("'\(PythonTools.python)' '\(script)' <cases.jsonl")

        #expect(result.code == 0, "\(result.errors)")
        #expect(result.lines.count == cases.count)
        for (line, example) in zip(result.lines, cases) where line != example.own {
            Issue.record("\(example.made)\n\(line)\n\(example.own)")
            break
        }
    }

    private func made(_ number: Int) throws -> (Made, String) {
        let service = ["s3", "execute-api", "es", "logs"].randomElement() ?? "s3"
        let letters = Array("abzAZ09-._~ !$&'()*+,;=:@%/?#[]{}|\\^`\"<>\u{e4}\u{1234}\u{1f600}")
        func text(_ count: ClosedRange<Int>, without left: String) -> String {
            String(
                (0..<Int.random(in: count)).compactMap { _ in letters.randomElement() }.filter {
                    !left.contains($0)
                })
        }
        let port = Bool.random() ? "" : ":8080"
        let path = (0..<Int.random(in: 0...4)).map { _ in "/" + text(0...6, without: "/?#\\%") }.joined()
        let query = (0..<Int.random(in: 0...5)).map { _ in
            text(1...4, without: "&#=%") + (Bool.random() ? "=" + text(0...5, without: "&#%") : "=")
        }.joined(separator: "&")
        let url = try WebURL(
            parsing: "http://b.example\(port)\(path.isEmpty ? "/" : path)\(query.isEmpty ? "" : "?" + query)")
        var headers = ["Content-Type": "application/json"]
        if Bool.random() { headers["X-Mine"] = "  a   b " + String(number) }
        if Bool.random() { headers["User-Agent"] = "changing" }
        let body = Array(text(0...40, without: "").utf8)
        let made = Made(
            method: ["GET", "POST", "PUT", "DELETE"].randomElement() ?? "GET", url: "", headers: headers,
            body: Data(body).base64EncodedString(), service: service, region: "eu-west-1",
            secret: "wJalrXUtnFEMI/K7MDENG+\(number)", token: Bool.random() ? "session/\(number)+=" : nil,
            now: Int64.random(in: 1_400_000_000_000...1_900_000_000_000))
        let signature = AWSSignature(
            key: "AKIDEXAMPLE", secret: made.secret, token: made.token, region: made.region, service: service)
        let canonical = signature.canonical(url)
        let fields = signature.fields(
            method: made.method, url: canonical,
            headers: headers.map { .init(name: $0.key, value: $0.value) },
            body: body, now: made.now)
        var signed = made
        // botocore signs a query as it is, so it is handed the URL that is sent.
        signed.url = canonical.href
        return (signed, fields.last?.value ?? "")
    }
}
