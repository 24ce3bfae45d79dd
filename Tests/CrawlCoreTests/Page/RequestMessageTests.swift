import CrawlCore
import Testing

/// What a request sends.
@Suite struct RequestMessageTests {
    private func message(
        _ method: String, headers: [JobSpec.HeaderField] = [], unsafe: Bool = false
    ) -> RequestMessage {
        var retry = RetryPolicy()
        retry.unsafe = unsafe
        return RequestMessage(
            method: method, url: "http://a/", headers: headers, body: nil, isBodySecret: false,
            accept: .standard, timeouts: JobSpec.Timeouts(), retry: retry, extract: [],
            redaction: Redaction())
    }

    @Test(arguments: ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"])
    func `what may be sent twice is safe`(method: String) {
        #expect(!message(method).isUnsafe)
    }

    @Test(arguments: ["POST", "PATCH", "get", "PROPFIND"])
    func `of other methods that is not assumed`(method: String) {
        #expect(message(method).isUnsafe)
    }

    @Test func `an idempotency key, or the job, makes it safe`() {
        #expect(!message("POST", headers: [.init(name: "idempotency-KEY", value: "1")]).isUnsafe)
        #expect(message("POST", headers: [.init(name: "Idempotency-Key", value: "")]).isUnsafe)
        #expect(!message("POST", unsafe: true).isUnsafe)
    }

    @Test func `a field's value holds no control characters but tabs`() {
        #expect(RequestMessage.isFieldValue("a\tb é"))
        for value in ["a\nb", "a\rb", "\0", "a\u{7F}"] { #expect(!RequestMessage.isFieldValue(value)) }
    }
}
