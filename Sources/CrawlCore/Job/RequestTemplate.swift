/// A request as a job describes it. References to secrets in it are not resolved.
package struct RequestTemplate: Sendable, Equatable {
    /// The name that its result is known by; nil for none.
    package var name: String?
    /// The method, in capitals. The default is `POST` where there is a body, else `GET`.
    package var method: String?
    /// The URL without ``query``. In `requests` it is a ``URLPattern``.
    package var url = ""
    /// What is added to the URL's query, in order.
    package var query: [Parameter] = []
    /// How it shows who sends it; nil for the job's way.
    package var auth: CredentialSpec?
    /// Header fields beside the job's own; they take the place of those of the same name.
    package var headers: [JobSpec.HeaderField] = []
    /// What is sent; nil for nothing.
    package var body: Body?
    /// The statuses that make the page `done`.
    package var accept: StatusSet
    /// How long each part of an attempt may take.
    package var timeouts: JobSpec.Timeouts
    /// Which failures are tried again, how often and when.
    package var retry: RetryPolicy
    /// Whether an `Idempotency-Key` is sent (draft-ietf-httpapi-idempotency-key-header): one for the page, the same in
    /// all its attempts. The default is false.
    package var sendsIdempotencyKey = false
    /// What is taken from the reply.
    package var extract: [ExtractionField]
    /// How the pages of its result follow one another; nil where it is one page.
    package var paging: Paging?
    /// For what it is made again and again; nil where it is made once.
    package var forEach: ForEach?
    /// What its items are; nil for none.
    package var items: ItemSelection?
    /// What ``paging`` adds to the query of the first page.
    package var pagingQuery: [Parameter] = []
    /// Where an item's key is, as it is written; nil for nowhere.
    package var itemKey: String?
    /// What the reply has to say to be taken for good.
    package var expectations: [ReplyTest] = []
    /// A file with a schema of the reply, or of each of its items where it has some; nil for none.
    package var schema: String?
    /// The most bytes of the body, 0 for any number; nil for the job's limit, or none where there are items.
    package var bodyLimit: Int64?
    /// The requests that hosts count together with it, and how often they may start; nil for those of the whole host.
    package var pool: PoolRule?
    /// Where the reply says how much of a limit is left (``Throttle``); nil for nowhere.
    package var throttle: Throttle?
    /// What it asks for anew in each run; nil for everything.
    package var since: Since?
    /// Whether the body is sent compressed (`Content-Encoding: gzip`).
    package var compressesBody = false
    /// What its requests go through, in curl's notation; nil for what the job says.
    package var proxy: String?
    /// How its TLS connections are made.
    package var tls: TLSOptions
    /// The keys beside those of a request, as one JSON object that is kept with the result; nil for none.
    package var input: String?
    /// All but name, method, URL, query and ``input`` as a JSON object, as it is stored with the page; nil for none of it.
    package var details: String?

    /// A request with the settings of its job.
    package init(_ job: JobSpec) {
        accept = job.accept
        timeouts = job.timeouts
        retry = job.retry
        extract = job.extract
        tls = job.request.tls
    }

    /// A name with a value.
    package struct Parameter: Sendable, Hashable {
        /// The name, not encoded.
        package var name: String
        /// The value, not encoded.
        package var value: String
        /// A parameter; nothing is encoded.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What a request sends.
    package enum Body: Sendable, Equatable {
        /// A text, sent as UTF-8.
        case text(String)
        /// A JSON text. What its references stand for is written as JSON writes it within a string.
        case json(String)
        /// The fields of a form, sent as `application/x-www-form-urlencoded`.
        case form([Parameter])
        /// A file, by its absolute path, which is read while it is sent.
        case file(String)
        /// The parts of a form, sent as `multipart/form-data`.
        case multipart([RequestUpload.Part])
    }
}

extension RequestTemplate {
    /// The method that is sent.
    package var effectiveMethod: String { method ?? (body == nil ? "GET" : "POST") }

    /// Whether it is a plain GET of its URL with the job's settings.
    package var isPlain: Bool {
        details == nil && effectiveMethod == "GET" && !TextTemplate.hasReferences(fullURL)
    }

    /// The secrets that it refers to.
    package var secrets: Set<TextReference> {
        let texts = [url, details ?? ""] + query.map(\.value)
        return Set(texts.flatMap(TextTemplate.secrets(in:)))
    }

    /// The URL with its query.
    package var fullURL: String {
        guard !query.isEmpty else { return url }
        let fragment = url.firstIndex(of: "#") ?? url.endIndex
        let base = url[..<fragment]
        let separator = base.contains("?") ? (base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&") : "?"
        return base + separator + FormEncoding.encoded(query) + url[fragment...]
    }
}
