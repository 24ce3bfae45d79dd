/// A request as a job describes it. References to secrets in it are not resolved.
public struct RequestTemplate: Sendable, Equatable {
    /// The name that its result is known by; nil for none.
    public var name: String?
    /// The method, in capitals. The default is `POST` where there is a body, else `GET`.
    public var method: String?
    /// The URL without ``query``. In `requests` it is a ``URLPattern``.
    public var url = ""
    /// What is added to the URL's query, in order.
    public var query: [Parameter] = []
    /// Header fields beside the job's own; they take the place of those of the same name.
    public var headers: [JobSpec.HeaderField] = []
    /// What is sent; nil for nothing.
    public var body: Body?
    /// The statuses that make the page `done`.
    public var accept: StatusSet
    /// How long each part of an attempt may take.
    public var timeouts: JobSpec.Timeouts
    /// Which failures are tried again, how often and when.
    public var retry: RetryPolicy
    /// Whether an `Idempotency-Key` is sent (draft-ietf-httpapi-idempotency-key-header): one for the page, the same in
    /// all its attempts. The default is false.
    public var sendsIdempotencyKey = false
    /// What is taken from the reply.
    public var extract: [ExtractionField]
    /// What its author says of it beside that, as one JSON object: keys that a request does not have; nil for none.
    public var input: String?
    /// All but name, method, URL, query and ``input`` as a JSON object, as it is stored with the page; nil for none of it.
    public var details: String?

    /// A request with what its job says.
    public init(_ job: JobSpec) {
        accept = job.accept
        timeouts = job.timeouts
        retry = job.retry
        extract = job.extract
    }

    /// A name with a value.
    public struct Parameter: Sendable, Equatable {
        /// The name, not encoded.
        public var name: String
        /// The value, not encoded.
        public var value: String
        /// A parameter; nothing is encoded.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What a request sends.
    public enum Body: Sendable, Equatable {
        /// A text, sent as UTF-8.
        case text(String)
        /// A JSON text. What its references stand for is written as JSON writes it within a string.
        case json(String)
        /// The fields of a form, sent as `application/x-www-form-urlencoded`.
        case form([Parameter])
    }
}

extension RequestTemplate {
    /// The method that is sent.
    public var effectiveMethod: String { method ?? (body == nil ? "GET" : "POST") }

    /// Whether it is nothing but a GET of its URL, with what the job says.
    public var isPlain: Bool {
        details == nil && effectiveMethod == "GET" && !TextTemplate.hasReferences(fullURL)
    }

    /// What it refers to that is not to be stored.
    public var secrets: Set<TextReference> {
        let texts = [url, details ?? ""] + query.map(\.value)
        return Set(texts.flatMap(TextTemplate.secrets(in:)))
    }

    /// The URL with its query.
    public var fullURL: String {
        guard !query.isEmpty else { return url }
        let fragment = url.firstIndex(of: "#") ?? url.endIndex
        let base = url[..<fragment]
        let separator = base.contains("?") ? (base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&") : "?"
        return base + separator + FormEncoding.encoded(query) + url[fragment...]
    }
}
