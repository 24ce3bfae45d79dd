/// What a page's request sends and how its answer is treated. It holds secrets, so it is in memory only, for as long
/// as the request is under way.
package final class RequestMessage: Sendable {
    /// The method, in capitals.
    package let method: String
    /// The URL, with secrets filled in where the page's own URL has references.
    package let url: String
    /// Header fields, the job's own among them.
    package let headers: [JobSpec.HeaderField]
    /// What is sent; nil for nothing.
    package let body: [UInt8]?
    /// What is sent in place of ``body``, and read while it is sent; nil for nothing.
    package let upload: RequestUpload?
    /// How its connections are made.
    package let connection: Connection
    /// Whether the body holds secrets.
    package let isBodySecret: Bool
    /// The statuses that make the page `done`.
    package let accept: StatusSet
    /// How long each part of an attempt may take.
    package let timeouts: JobSpec.Timeouts
    /// Which failures are tried again, how often and when.
    package let retry: RetryPolicy
    /// What is taken from the reply.
    package let extract: [ExtractionField]
    /// The secrets, to be kept out of what is stored.
    package let redaction: Redaction
    /// What is read of the reply beside what every page has; nil for nothing.
    package let reading: ReplyReading?
    /// What shows who sends it; nil for nothing.
    package let access: RequestAccess?
    /// What it asks for in the place of a page; nil for a page.
    package let errand: TokenErrand?

    /// A message; nothing is checked.
    package init(
        method: String, url: String, headers: [JobSpec.HeaderField], body: [UInt8]?, isBodySecret: Bool,
        accept: StatusSet, timeouts: JobSpec.Timeouts, retry: RetryPolicy, extract: [ExtractionField],
        redaction: Redaction, reading: ReplyReading? = nil, access: RequestAccess? = nil,
        errand: TokenErrand? = nil, upload: RequestUpload? = nil, connection: Connection = Connection()
    ) {
        self.upload = upload
        self.connection = connection
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isBodySecret = isBodySecret
        self.accept = accept
        self.timeouts = timeouts
        self.retry = retry
        self.extract = extract
        self.redaction = redaction
        self.reading = reading
        self.access = access
        self.errand = errand
    }

    /// Whether it must not be sent again once it may have been acted upon: its method is not idempotent, it carries no
    /// `Idempotency-Key` by which the server would know it again (draft-ietf-httpapi-idempotency-key-header), and the job
    /// does not say that it may be.
    package var isUnsafe: Bool { !RequestMessage.isIdempotent(method) && !retry.unsafe && !hasIdempotencyKey }

    private var hasIdempotencyKey: Bool {
        headers.contains { $0.name.lowercased() == "idempotency-key" && !$0.value.isEmpty }
    }

    /// Whether a text can be the value of a header field: without the control characters that would end it or begin
    /// another (RFC 9110, section 5.5).
    package static func isFieldValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == UInt8(ascii: "\t") }
    }

    /// Whether sending a request twice has the effect of sending it once (RFC 9110, section 9.2.2). Unknown methods
    /// count as not idempotent.
    package static func isIdempotent(_ method: String) -> Bool {
        switch method {
        case "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE": true
        default: false
        }
    }
}

extension RequestMessage {
    /// How a request's connections are made, where that differs from what the job says.
    package struct Connection: Sendable, Equatable {
        /// What its requests go through, in curl's notation; nil for what the job says.
        package var proxy: String?
        /// How its TLS connections are made; nil for what the job says.
        package var tls: TLSOptions?

        /// What a request says of its own.
        package init(proxy: String? = nil, tls: TLSOptions? = nil) {
            self.proxy = proxy
            self.tls = tls
        }
    }
}
