internal import Authentication
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore

/// Requests for tokens.
extension CredentialDesk {
    /// The request that asks for a credential's token.
    ///
    /// - Returns: its URL and what it sends; nil where the credential has no tokens.
    /// - Throws: `SecretFailure`, `RefreshTokenFile.Failure`, or what is wrong with the request that logs in.
    mutating func errand(_ index: Int, _ composer: RequestComposer) throws -> (url: String, RequestMessage)? {
        switch entries[index].spec {
        case .oauth(let oauth): return (oauth.tokenURL, try message(oauth, index))
        case .login(let login):
            guard let template = job.requests.first(where: { $0.name == login.request }) else {
                throw TokenFault(
                    .unexpected, "the job has no request with the name \"\(login.request)\"", isFinal: true)
            }
            let stored = StoredRequest(
                method: template.effectiveMethod, url: template.fullURL, details: template.details,
                idempotencyKey: nil)
            guard let url = try? WebURL(parsing: template.fullURL) else {
                throw TokenFault(.invalidURL, "its URL is none", isFinal: true)
            }
            var access: AccessGrant?
            if let own = template.auth, let fixed = try fixedGrant(own, index, 0, host: url.hostKey) {
                access = fixed
            }
            let message = try composer.message(of: stored, template: template, access)
            return (
                url.withoutCredentialsAndFragment,
                message.asking(TokenErrand(credential: index, reading: .login(login.token)))
            )
        default: return nil
        }
    }

    private mutating func message(_ oauth: OAuthCredential, _ index: Int) throws -> RequestMessage {
        var resolver = SecretResolver(environment)
        let client = try resolver.text(oauth.clientID)
        let secret = try oauth.clientSecret.map { text throws(SecretFailure) in try resolver.text(text) }
        var redaction = Redaction()
        var fields: [RequestTemplate.Parameter] = []
        if oauth.refreshes {
            let token = try refreshToken(oauth, index, &resolver)
            redaction.add(token, named: "refresh_token")
            fields = [
                .init(name: "grant_type", value: "refresh_token"), .init(name: "refresh_token", value: token),
            ]
        } else {
            fields = [.init(name: "grant_type", value: "client_credentials")]
        }
        if let scope = oauth.scope { fields.append(.init(name: "scope", value: try resolver.text(scope))) }
        for parameter in oauth.parameters {
            fields.append(.init(name: parameter.name, value: try resolver.text(parameter.value)))
        }
        var headers: [JobSpec.HeaderField] = [
            .init(name: "Content-Type", value: "application/x-www-form-urlencoded"),
            .init(name: "Accept", value: "application/json"),
        ]
        if oauth.clientAuth == .basic, let secret {
            // RFC 6749, section 2.3.1: both are encoded as in a form first.
            let pair = "\(FormEncoding.encoded(client)):\(FormEncoding.encoded(secret))"
            headers.append(
                .init(name: "Authorization", value: "Basic \(Base64Text.encoded(Array(pair.utf8)))"))
        } else {
            fields.append(.init(name: "client_id", value: client))
            if let secret { fields.append(.init(name: "client_secret", value: secret)) }
        }
        redaction.add(resolver.redaction)
        let body = fields.map { "\(FormEncoding.encoded($0.name))=\(FormEncoding.encoded($0.value))" }
            .joined(separator: "&")
        return RequestMessage(
            method: "POST", url: oauth.tokenURL, headers: headers, body: Array(body.utf8), isBodySecret: true,
            accept: .standard, timeouts: job.timeouts, retry: job.retry, extract: [], redaction: redaction,
            errand: TokenErrand(credential: index, reading: .oauth))
    }

    /// The refresh token to send: the one in the file, where another program may have put a newer one; or else the one that the server
    /// gave last, or else the job's.
    private mutating func refreshToken(
        _ oauth: OAuthCredential, _ index: Int, _ resolver: inout SecretResolver
    ) throws -> String {
        var token = try oauth.refreshTokenFile.flatMap { try RefreshTokenFile(path: $0).read() }
        token = token ?? entries[index].refreshToken
        if token == nil { token = try oauth.refreshToken.map { try resolver.text($0) } }
        guard let token else {
            throw TokenFault(
                .unexpected,
                "there is no refresh token: refresh_token_file is not there, and the job has no refresh_token",
                isFinal: true)
        }
        entries[index].refreshToken = token
        return token
    }

    /// Keeps the refresh token of an answer, before anything is done with the access token.
    mutating func keepingRefreshToken(_ answer: TokenAnswer, _ index: Int) -> TokenAnswer {
        guard case .granted(let grant) = answer else { return renewable(answer, index) }
        switch entries[index].spec {
        case .oauth(let oauth):
            guard let token = grant.refreshToken, oauth.refreshes, token != entries[index].refreshToken
            else { return answer }
            entries[index].refreshToken = token
            do {
                if let path = oauth.refreshTokenFile {
                    try RefreshTokenFile(path: path).write(token)
                } else {
                    warnings.append(
                        "auth: \(oauth.tokenURL) gives a new refresh token, which ends with this program; name a refresh_token_file to keep it"
                    )
                }
            } catch {
                return .failed(TokenFault(.internal, error.description, isFinal: true))
            }
            return answer
        case .login(let login):
            // Without a time it is good until the server says otherwise.
            let life = login.expires.map { $0.components.seconds } ?? .max
            return .granted(TokenGrant(text: grant.text, expiresIn: life))
        default: return answer
        }
    }
}

extension CredentialDesk {
    /// A refusal of a refresh token is not final where another program has put a newer one into the file meanwhile.
    fileprivate func renewable(_ answer: TokenAnswer, _ index: Int) -> TokenAnswer {
        guard case .failed(let fault) = answer, fault.isFinal,
            case .oauth(let oauth) = entries[index].spec, let path = oauth.refreshTokenFile,
            let kept = try? RefreshTokenFile(path: path).read(), kept != entries[index].refreshToken
        else { return answer }
        return .failed(TokenFault(fault.kind, fault.reason))
    }
}

extension TokenFault: Error {}
