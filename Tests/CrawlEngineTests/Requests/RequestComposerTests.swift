import CrawlCore
import CrawlFetch
import Testing
import TrawlStore

@testable import CrawlEngine

/// What a stored request sends once its references are resolved.
struct RequestComposerTests {
    private let environment = FetchEnvironment(wallClock: { 0 }, random: { 0 }) { reference in
        switch reference {
        case .environment("TOKEN"): .success("s3cret")
        case .environment("QUOTED"): .success("a\"b c&d")
        case .environment("BROKEN"): .success("a\r\nb")
        default: .failure(SecretFailure(reference, "is not set"))
        }
    }

    private func composer(_ headers: [String: String] = [:]) throws -> RequestComposer {
        var spec = JobSpec(name: "job")
        spec.request.headers = headers.sorted { $0.key < $1.key }.map {
            JobSpec.HeaderField(name: $0.key, value: $0.value)
        }
        return try RequestComposer(spec, environment: environment)
    }

    private func stored(
        _ details: String? = nil, method: String = "POST", url: String = "http://a.test/", key: String? = nil
    ) -> StoredRequest {
        StoredRequest(method: method, url: url, details: details, idempotencyKey: key)
    }

    private func header(_ name: String, of message: RequestMessage) -> [String] {
        message.headers.filter { $0.name.lowercased() == name }.map(\.value)
    }

    private func body(_ message: RequestMessage) -> String? {
        message.body.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `references are filled in, and what they stand for is masked`() throws {
        let message = try composer(["Authorization": "Bearer ${env:TOKEN}"]).message(of: stored())

        #expect(header("authorization", of: message) == ["Bearer s3cret"])
        #expect(message.redaction.redacted("sent s3cret back") == "sent ${env:TOKEN} back")
    }

    @Test func `a field of the request takes the place of the job's`() throws {
        let message = try composer(["X-Kind": "job", "X-Job": "1"])
            .message(of: stored(#"{"headers": {"x-kind": "own"}}"#))

        #expect(header("x-kind", of: message) == ["own"])
        #expect(header("x-job", of: message) == ["1"])
    }

    @Test func `what stands in JSON, in a form and in a URL is escaped for where it stands`() throws {
        let composer = try composer()
        let json = try composer.message(of: stored(#"{"json": {"q": "${env:QUOTED}"}}"#))
        let form = try composer.message(of: stored(#"{"form": {"q": "${env:QUOTED}"}}"#))
        let url = try composer.message(of: stored(url: "http://a.test/?q=${env:QUOTED}"))

        #expect(body(json) == #"{"q":"a\"b c&d"}"#)
        #expect(header("content-type", of: json) == ["application/json"])
        #expect(body(form) == "q=a%22b+c%26d")
        #expect(header("content-type", of: form) == ["application/x-www-form-urlencoded"])
        #expect(url.url == "http://a.test/?q=a%22b%20c%26d")
        #expect(json.isBodySecret)
    }

    @Test func `a key that the server knows a repetition by makes a POST safe`() throws {
        let composer = try composer()

        #expect(try composer.message(of: stored()).isUnsafe)
        let keyed = try composer.message(of: stored(key: "k1"))
        #expect(header("idempotency-key", of: keyed) == ["k1"])
        #expect(!keyed.isUnsafe)
        #expect(try !composer.message(of: stored(method: "PUT")).isUnsafe)
        #expect(try !composer.message(of: stored(#"{"retry": {"unsafe": true}}"#)).isUnsafe)
    }

    @Test func `a secret that is missing, or that would break a field, is said by its name`() throws {
        #expect(throws: SecretFailure(.environment("NONE"), "is not set")) {
            try composer(["X-Key": "${env:NONE}"])
        }
        let failure = #expect(throws: SecretFailure.self) {
            try composer().message(of: stored(#"{"headers": {"X-Key": "${env:BROKEN}"}}"#))
        }
        #expect(failure?.reference == .environment("BROKEN"))
        #expect(failure?.description.contains("a\r\nb") == false)
    }
}
