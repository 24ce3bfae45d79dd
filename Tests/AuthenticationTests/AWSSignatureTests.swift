import CrawlCore
import Foundation
import Testing

@testable import Authentication

/// Signatures of AWS, against the cases that AWS published (`aws-sig-v4-test-suite`, as botocore's sources have it).
///
/// Left out are three: a field over several lines, which no job can write, and two whose path is not encoded as it is sent, which it
/// always is here; and one that signs without the session's token, as no service wants it today.
struct AWSSignatureTests {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let method: String
        let target: String
        let headers: [[String]]?
        let body: String?
        let token: String?
        let signature: String
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Cases/aws4-testsuite.jsonl")
        let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
        return lines.compactMap { try? JSONDecoder().decode(Case.self, from: Data($0.utf8)) }
    }()

    @Test func `the cases are there`() {
        #expect(Self.cases.count == 30)
    }

    @Test(arguments: cases)
    func `a published case is signed as published`(example: Case) throws {
        let signature = AWSSignature(
            key: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token: example.token,
            region: "us-east-1", service: "service")
        let url = signature.canonical(
            try WebURL(parsing: "https://example.amazonaws.com" + example.target))
        // 2015-08-30T12:36:00Z
        let fields = signature.fields(
            method: example.method, url: url,
            headers: (example.headers ?? []).map { .init(name: $0[0], value: $0[1]) },
            body: Array((example.body ?? "").utf8), now: 1_440_938_160_000)

        #expect(fields.first?.value == "20150830T123600Z")
        let value = try #require(fields.last?.value)
        #expect(value.hasSuffix("Signature=\(example.signature)"), "\(value)")
    }

    @Test(
        arguments: [
            (0, "19700101T000000Z"), (951_782_400_000, "20000229T000000Z"),
            (1_709_251_199_999, "20240229T235959Z"),
            (4_102_444_800_000, "21000101T000000Z"), (1_796_083_199_000, "20261130T235959Z"),
        ] as [(Int64, String)])
    func `instants are written in UTC`(milliseconds: Int64, text: String) {
        #expect(AWSSignature.date(milliseconds).time == text)
    }

    @Test func `what is sent is what is signed`() throws {
        func url(_ text: String, _ service: String) throws -> String {
            AWSSignature(key: "k", secret: "s", token: nil, region: "r", service: service)
                .canonical(try WebURL(parsing: text)).href
        }
        #expect(
            try url("https://a.test/x?b=2&a=+1*&a=%2b&c&B=%7e", "other")
                == "https://a.test/x?B=~&a=%201%2A&a=%2B&b=2&c=")
        #expect(try url("https://a.test/a!b/(c)'%e4?", "s3") == "https://a.test/a%21b/%28c%29%27%E4")
    }
}
