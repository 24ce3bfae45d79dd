internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import JobFile

/// Makes the messages that are sent out of the requests that are stored. References to secrets are resolved here, in memory only.
struct RequestComposer {
    let job: JobSpec
    let environment: FetchEnvironment
    /// The job's own header fields, resolved.
    let headers: [JobSpec.HeaderField]
    /// What shows who sends a page that has no request of its own: header fields, for the hosts that the job names.
    let access: [JobSpec.HeaderField]
    /// The passphrase of the job's own key; nil for none.
    let keyPassword: String?
    /// The secrets in all of these.
    let redaction: Redaction
    /// The requests that are made for each item of another, by the name of that.
    private let templates: [String: [ChainTemplate]]
    private let schemas = Schemas()

    /// The schemas of the job, each read once. It is a class, so that a page does not copy them.
    private final class Schemas {
        var known: [String: any ReplyCheck] = [:]
    }

    /// - Throws: ``SecretFailure`` where a secret of the job's header fields is not to be had.
    init(_ job: JobSpec, environment: FetchEnvironment) throws(SecretFailure) {
        self.job = job
        self.environment = environment
        var redaction = Redaction()
        var headers: [JobSpec.HeaderField] = []
        for field in job.request.headers {
            headers.append(try Self.resolve(field, environment, &redaction))
        }
        self.headers = headers
        if let auth = job.request.auth, !auth.isPerRequest {
            let fixed = try FixedAccess(auth, environment)
            access = fixed.headers
            redaction.add(fixed.redaction)
        } else {
            access = []
        }
        keyPassword = try job.request.tls.keyPassword.map { text throws(SecretFailure) in
            try Self.fill(text, environment, &redaction, token: nil) { $0 }
        }
        self.redaction = redaction
        try Self.check(job, environment)
        var templates: [String: [ChainTemplate]] = [:]
        for request in job.requests {
            guard let forEach = request.forEach, forEach.file == nil, let template = ChainTemplate(request)
            else { continue }
            templates[forEach.request, default: []].append(template)
        }
        self.templates = templates
    }

    /// Looks whether the secrets are there that no page's request refers to.
    private static func check(_ job: JobSpec, _ environment: FetchEnvironment) throws(SecretFailure) {
        var secrets = job.request.auth?.secrets ?? []
        let logins = job.loginRequests
        for request in job.requests where request.name.map(logins.contains) ?? false {
            secrets.formUnion(request.secrets)
        }
        for secret in secrets.sorted(by: { "\($0)" < "\($1)" }) { _ = try environment.secret(secret).get() }
    }

    /// What is stored of a request, read.
    ///
    /// - Throws: what is wrong with it.
    func template(of request: StoredRequest) throws -> RequestTemplate {
        try request.details.map { try RequestTemplate(details: $0, job: job) } ?? RequestTemplate(job)
    }

    /// The credential of a request; nil for none. It goes to the host at which the request's chain began, and to no other.
    func credential(of template: RequestTemplate, _ request: StoredRequest) -> CredentialSpec? {
        isAtHome(request) ? template.auth ?? job.request.auth : nil
    }

    /// The message of a page's request.
    ///
    /// - Parameters:
    ///   - template: what is stored, where it was read already.
    ///   - grant: what shows who sends it; nil for nothing.
    /// - Throws: `SecretFailure`, or what is wrong with what is stored.
    func message(
        of request: StoredRequest, page: PageID = PageID(rawValue: 0), template: RequestTemplate? = nil,
        _ grant: AccessGrant? = nil
    ) throws -> RequestMessage {
        let template = try template ?? self.template(of: request)
        var redaction = redaction
        if let grant { redaction.add(grant.redaction) }
        let token = grant?.token
        let own = try template.headers.map { field in
            try Self.resolve(field, environment, &redaction, token: token)
        }
        let isHome = isAtHome(request)
        var headers = (isHome ? self.headers : []).filter { field in
            !own.contains { $0.name.lowercased() == field.name.lowercased() }
        }
        if isHome { headers += own }
        func add(_ name: String, _ value: String) {
            guard !headers.contains(where: { $0.name.lowercased() == name.lowercased() }) else { return }
            headers.append(JobSpec.HeaderField(name: name, value: value))
        }
        grant?.put(into: &headers)
        var content = try RequestContent(template, environment, &redaction, token: token)
        if template.compressesBody, try content.compress() { add("Content-Encoding", "gzip") }
        if let type = content.type { add("Content-Type", type) }
        if let key = request.idempotencyKey { add("Idempotency-Key", key) }
        var url = try fill(request.url, &redaction, token: token, FormEncoding.component)
        if let parameter = grant?.parameter {
            url = URLQuery.setting(parameter.name, to: parameter.value, in: url)
        }
        var tls = template.tls == job.request.tls ? nil : template.tls
        if let text = tls?.keyPassword { tls?.keyPassword = try fill(text, &redaction, token: nil) { $0 } }
        return RequestMessage(
            method: request.method, url: url, headers: headers, body: content.bytes,
            isBodySecret: content.isSecret,
            accept: template.accept, timeouts: template.timeouts, retry: template.retry,
            extract: template.extract, redaction: redaction,
            reading: try reading(of: request, template, page: page), access: grant?.access,
            upload: content.upload,
            connection: RequestMessage.Connection(
                proxy: template.proxy, tls: tls))
    }

    /// Whether a request goes to the host at which its chain began. Header fields go to no other.
    private func isAtHome(_ request: StoredRequest) -> Bool {
        guard let place = request.place, let home = try? WebURL(parsing: place.firstURL) else { return true }
        return (try? WebURL(parsing: request.url))?.hostKey == home.hostKey
    }

    /// The schema of a file.
    private func check(_ path: String) throws -> any ReplyCheck {
        if let known = schemas.known[path] { return known }
        let check = try SchemaFile.read(path)
        schemas.known[path] = check
        return check
    }

    /// What is read of the reply beside what every page has; nil for nothing.
    private func reading(
        of request: StoredRequest, _ template: RequestTemplate, page: PageID
    ) throws -> ReplyReading? {
        let hasLimit = template.bodyLimit != nil
        guard
            template.paging != nil || template.items != nil || !template.expectations.isEmpty || hasLimit
                || template.throttle != nil || template.schema != nil
        else { return nil }
        return ReplyReading(
            paging: template.paging, items: template.items, expectations: template.expectations,
            request: Paginator.Request(
                page: page, url: request.url, name: request.name, method: request.method,
                details: request.details ?? "{}", place: request.place),
            bodyLimit: template.bodyLimit ?? (template.items == nil ? nil : 0),
            templates: request.name.flatMap { templates[$0] } ?? [], throttle: template.throttle,
            check: try template.schema.map(check))
    }

    private func fill(
        _ text: String, _ redaction: inout Redaction, token: String?, _ encode: (String) -> String
    ) throws(SecretFailure) -> String {
        try Self.fill(text, environment, &redaction, token: token, encode)
    }

    private static func resolve(
        _ field: JobSpec.HeaderField, _ environment: FetchEnvironment, _ redaction: inout Redaction,
        token: String? = nil
    ) throws(SecretFailure) -> JobSpec.HeaderField {
        let value = try fill(field.value, environment, &redaction, token: token) { $0 }
        guard RequestMessage.isFieldValue(value) else {
            let reference = TextTemplate.secrets(in: field.value).first ?? .environment("")
            throw SecretFailure(
                reference, "its value holds a line break or control character, which no header field may")
        }
        return JobSpec.HeaderField(name: field.name, value: value)
    }

    static func fill(
        _ text: String, _ environment: FetchEnvironment, _ redaction: inout Redaction, token: String?,
        _ encode: (String) -> String
    ) throws(SecretFailure) -> String {
        guard TextTemplate.hasReferences(text), let template = try? TextTemplate(text) else { return text }
        var found = redaction
        let filled = try template.filled { reference throws(SecretFailure) in
            guard reference.isSecret else { return nil }
            // Its masking is the grant's.
            if reference == .credential, let token { return encode(token) }
            let value = try environment.secret(reference).get()
            found.add(value, as: reference)
            return encode(value)
        }
        redaction = found
        return filled
    }
}

/// What a loop is to do with a page, after it asked what the page's request sends.
enum SendDecision: Sendable {
    /// Send this; nil is a GET with what the job says.
    case send(RequestMessage?)
    /// Send nothing, and leave it pending.
    case leave
    /// Send nothing, and let it wait without a place at its host, until there is a token for it.
    case park
    /// Send nothing: it cannot be sent.
    case refuse(ErrorKind, String)
}
