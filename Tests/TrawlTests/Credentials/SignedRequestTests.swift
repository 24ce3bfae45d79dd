import Authentication
import CrawlCore
import Foundation
import LoopbackServer
import Synchronization
import Testing

/// Signed requests as they reach a server, which works the signature out anew of what it was sent.
@Suite(.timeLimit(.minutes(15))) struct SignedRequestTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private let environment = ["AWS": "wJalrXUtnFEMI/K7MDENG+bPx", "SESSION": "session/token+=="]

    private func run(_ site: LoopbackServer, service: String) async throws -> Finished {
        try bench.write(
            """
            requests:
              - {name: get, url: "\(site.url("/a%20b//c/(x)'!*/%E4?b=2&a=1+1&B&a=*~%7E"))", query: {"x[y]": "ä/&", "A": ""}}
              - {name: post, url: "\(site.url("/"))", json: {q: "ä"}, headers: {X-Mine: "  two   blanks "}}
              - {name: put, method: PUT, url: "\(site.url("/object"))", body: "text", headers: {content-type: "text/plain; charset=utf-8"}}
              - {name: moved, url: "\(site.url("/moved"))"}
            request:
              auth: {aws_sigv4: {key: AKIDEXAMPLE, secret: "${env:AWS}", token: "${env:SESSION}", region: eu-west-1, service: \(service)}}
            """, to: "api.yaml")
        return try await bench.trawl("run", "api.yaml", "-q", environment: environment)
    }

    @Test(arguments: ["s3", "execute-api"])
    func `what is signed is what arrives`(service: String) async throws {
        let faults = Mutex<[String]>([])
        let secret = environment["AWS"] ?? ""
        let site = try LoopbackServer { request in
            if request.path == "/moved" { return .redirect(to: "/there") }
            if request.path == "/there" {
                if request.headers["authorization"] != nil {
                    faults.withLock { $0.append("signed elsewhere") }
                }
                return .text("there")
            }
            let fault = Self.fault(request, service: service, secret: secret)
            if let fault { faults.withLock { $0.append(fault) } }
            return .text("in")
        }
        let result = try await run(site, service: service)

        #expect(result.code == 0, "\(result.errors)")
        #expect(faults.withLock { $0 } == [])
        #expect(site.log.count == 5)
        #expect(try bench.value("SELECT count(1) FROM results WHERE state = 'done'") == 4)
    }

    /// What is wrong with a request's signature; nil for nothing.
    private static func fault(_ request: LoopbackServer.Request, service: String, secret: String) -> String? {
        let sent = request.headers["authorization"] ?? ""
        guard let list = sent.firstMatch(of: #/SignedHeaders=([^,]*), /#)?.1,
            let url = try? WebURL(parsing: "http://\(request.headers["host"] ?? "")\(request.target)"),
            let time = request.headers["x-amz-date"], let date = Self.instant(time)
        else { return "not signed: \(sent)" }
        let signature = AWSSignature(
            key: "AKIDEXAMPLE", secret: secret, token: request.headers["x-amz-security-token"],
            region: "eu-west-1", service: service)
        // Those that the signer adds itself are left out.
        let own = ["host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"]
        let headers = list.split(separator: ";").map(String.init).filter { !own.contains($0) }.map {
            JobSpec.HeaderField(name: $0, value: request.headers[$0] ?? "")
        }
        let fields = signature.fields(
            method: request.method, url: url, headers: headers, body: request.body, now: date)
        return fields.last?.value == sent ? nil : "\(request.target)\n\(sent)\n\(fields.last?.value ?? "")"
    }

    private static func instant(_ text: String) -> Int64? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        return formatter.date(from: text).map { Int64($0.timeIntervalSince1970) * 1000 }
    }
}
