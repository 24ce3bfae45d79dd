internal import Authentication
internal import CrawlCore
internal import CrawlFetch

/// What credentials give to requests.
extension CredentialDesk {
    /// What a credential gives that has no token; nil for those that have.
    func fixedGrant(
        _ spec: CredentialSpec, _ index: Int, _ refusals: Int, host: String
    ) throws(SecretFailure) -> AccessGrant? {
        var grant = AccessGrant(access: RequestAccess(credential: index))
        switch spec {
        case .none, .oauth, .login: return nil
        case .bearer, .basic, .apiKey:
            let fixed = try FixedAccess(spec, environment)
            grant.headers = fixed.headers
            grant.parameter = fixed.parameter
            grant.token = fixed.token
            grant.redaction = fixed.redaction
        case .digest(let pair):
            var resolver = SecretResolver(environment)
            let (user, password) = (try resolver.text(pair.user), try resolver.text(pair.password))
            grant.redaction = resolver.redaction
            let session = entries[index].digests[host]
            grant.access = RequestAccess(
                credential: index, generation: session?.generation ?? 0, refusals: refusals,
                isRenewable: true, isOfRequest: true)
            if session != nil { grant.signature = .digest(host: host, user: user, password: password) }
        case .awsSigV4(let aws):
            var resolver = SecretResolver(environment)
            let signature = AWSSignature(
                key: try resolver.line(aws.key), secret: try resolver.text(aws.secret),
                token: try resolver.line(aws.token), region: aws.region, service: aws.service)
            grant.redaction = resolver.redaction
            grant.access = RequestAccess(credential: index, isOfRequest: true)
            grant.signature = .aws(signature)
        }
        return grant
    }

    /// What a token gives.
    mutating func grant(
        _ token: String, _ spec: CredentialSpec, _ index: Int, _ refusals: Int
    ) -> AccessGrant {
        let generation = entries[index].life?.generation ?? 0
        var grant = AccessGrant(
            access: RequestAccess(
                credential: index, generation: generation, refusals: refusals, isRenewable: true))
        grant.token = token
        if let masking = entries[index].masking, masking.generation == generation {
            grant.redaction = masking.1
        } else {
            grant.redaction.add(token, named: TextReference.credential.description)
            entries[index].masking = (generation, grant.redaction)
        }
        switch spec {
        case .login(let login):
            if let header = login.header {
                grant.headers = [.init(name: header, value: login.prefix + token)]
            } else if case .cookie(let name) = login.token {
                grant.cookie = .init(name: name, value: token)
            }
        default: grant.headers = [.init(name: "Authorization", value: "Bearer \(token)")]
        }
        return grant
    }
}

/// What a credential gives that is the same for all requests.
struct FixedAccess {
    private(set) var headers: [JobSpec.HeaderField] = []
    private(set) var parameter: RequestTemplate.Parameter?
    private(set) var token: String?
    private(set) var redaction = Redaction()

    /// - Throws: `SecretFailure` for a secret that is not to be had.
    init(_ spec: CredentialSpec, _ environment: FetchEnvironment) throws(SecretFailure) {
        var resolver = SecretResolver(environment)
        switch spec {
        case .bearer(let text):
            let token = try resolver.line(text)
            headers = [.init(name: "Authorization", value: "Bearer \(token)")]
            self.token = token
        case .basic(let pair):
            let text = "\(try resolver.text(pair.user)):\(try resolver.text(pair.password))"
            headers = [.init(name: "Authorization", value: "Basic \(Base64Text.encoded(Array(text.utf8)))")]
        case .apiKey(.header(let name), let value):
            let key = try resolver.line(value)
            headers = [.init(name: name, value: key)]
            token = key
        case .apiKey(.query(let name), let value):
            let key = try resolver.text(value)
            parameter = .init(name: name, value: key)
            token = key
        case .none, .digest, .oauth, .login, .awsSigV4: break
        }
        redaction = resolver.redaction
    }
}

/// Fills secrets in, and notes which they were.
struct SecretResolver {
    private let environment: FetchEnvironment
    private(set) var redaction = Redaction()

    init(_ environment: FetchEnvironment) {
        self.environment = environment
    }

    /// The text with its secrets.
    mutating func text(_ text: String) throws(SecretFailure) -> String {
        guard TextTemplate.hasReferences(text), let template = try? TextTemplate(text) else { return text }
        var found = redaction
        let filled = try template.filled { reference throws(SecretFailure) in
            guard reference.isSecret else { return nil }
            let value = try environment.secret(reference).get()
            found.add(value, as: reference)
            return value
        }
        redaction = found
        return filled
    }

    /// The text with its secrets, as it may stand in a header field.
    mutating func line(_ text: String) throws(SecretFailure) -> String {
        let value = try self.text(text)
        guard RequestMessage.isFieldValue(value) else {
            throw SecretFailure(
                TextTemplate.secrets(in: text).first ?? .credential,
                "its value holds a line break or control character, which no header field may")
        }
        return value
    }

    /// The same, of a text that need not be there.
    mutating func line(_ text: String?) throws(SecretFailure) -> String? {
        guard let text else { return nil }
        return try line(text)
    }
}
