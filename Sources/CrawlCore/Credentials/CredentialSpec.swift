/// How a request shows who sends it (`auth`), as a job describes it. References to secrets in it are not resolved.
///
/// Two requests with the same value share what was got with it, such as an access token.
package enum CredentialSpec: Sendable, Hashable {
    /// Nothing, whatever the job says (`auth: none`).
    case none
    /// A token that the user has (RFC 6750).
    case bearer(String)
    /// A user name and a password, sent with every request (RFC 7617).
    case basic(UserPassword)
    /// A user name and a password, sent as the answer to a server's challenge (RFC 7616).
    case digest(UserPassword)
    /// A key that the user has, in a header field or in the query.
    case apiKey(KeyPlace, value: String)
    /// A token of an authorization server (RFC 6749).
    case oauth(OAuthCredential)
    /// A token that the reply to another request of the job has.
    case login(LoginCredential)
    /// A signature of each request, as the services of AWS want it (Signature Version 4).
    case awsSigV4(AWSCredential)

    /// A user name and a password.
    package struct UserPassword: Sendable, Hashable {
        /// The user name.
        package var user = ""
        /// The password.
        package var password = ""
        /// Nothing.
        package init() {}
    }

    /// Where a key goes.
    package enum KeyPlace: Sendable, Hashable {
        /// A field of the header, by its name.
        case header(String)
        /// A parameter of the query, by its name.
        case query(String)
    }
}

extension CredentialSpec {
    /// Whether each page needs a request of its own for it, as it is not the same few header fields for all of them.
    package var isPerRequest: Bool {
        switch self {
        case .none, .bearer, .basic, .apiKey(.header, _): false
        case .digest, .apiKey(.query, _), .oauth, .login, .awsSigV4: true
        }
    }

    /// The texts that may refer to secrets.
    private var texts: [String] {
        switch self {
        case .none: []
        case .bearer(let token): [token]
        case .basic(let pair), .digest(let pair): [pair.user, pair.password]
        case .apiKey(_, let value): [value]
        case .oauth(let oauth):
            [oauth.clientID, oauth.clientSecret, oauth.refreshToken, oauth.scope].compactMap { $0 }
                + oauth.parameters.map(\.value)
        case .login: []
        case .awsSigV4(let aws): [aws.key, aws.secret, aws.token].compactMap { $0 }
        }
    }

    /// The secrets that it refers to.
    package var secrets: Set<TextReference> { Set(texts.flatMap(TextTemplate.secrets(in:))) }
}

/// A credential of an authorization server (RFC 6749): what is sent to get a token.
package struct OAuthCredential: Sendable, Hashable {
    /// Where tokens are asked for.
    package var tokenURL = ""
    /// Who asks.
    package var clientID = ""
    /// The client's secret; nil for a public client.
    package var clientSecret: String?
    /// What the token is to be good for; nil for what the server thinks.
    package var scope: String?
    /// Where the client's name and secret stand. The default is the header.
    package var clientAuth = ClientAuth.basic
    /// What else is sent, in order.
    package var parameters: [RequestTemplate.Parameter] = []
    /// The refresh token to begin with (section 6); nil for the client's own credentials (section 4.4).
    package var refreshToken: String?
    /// Where the refresh token is kept that is good next; nil for nowhere. An absolute path.
    package var refreshTokenFile: String?

    /// Where the client's name and secret stand (section 2.3.1).
    package enum ClientAuth: String, Sendable, CaseIterable {
        case basic
        case body
    }

    /// Nothing.
    package init() {}

    /// Whether tokens are asked for by a refresh token.
    package var refreshes: Bool { refreshToken != nil || refreshTokenFile != nil }
}

/// A login that an API has made for itself: a request of the job, and what is taken of its reply.
package struct LoginCredential: Sendable, Hashable {
    /// The name of the request that logs in. It is made only for this.
    package var request = ""
    /// Where the token is in its reply.
    package var token = TokenPlace.json("")
    /// The header field that the token goes into; nil for a cookie of the name that the token had.
    package var header: String?
    /// What stands before the token in that field.
    package var prefix = ""
    /// How long a token is good; nil until it is refused.
    package var expires: Duration?
    /// Nothing.
    package init() {}
}

/// Where a token is in the reply that has one.
package enum TokenPlace: Sendable, Hashable {
    /// At a path in the JSON of its body.
    case json(String)
    /// In a field of its header.
    case header(String)
    /// In a cookie that it sets.
    case cookie(String)

    /// The place, for people.
    package var text: String {
        switch self {
        case .json(let path): path
        case .header(let name): "the header field \(name)"
        case .cookie(let name): "the cookie \(name)"
        }
    }
}

/// A key of AWS and what it is used for.
package struct AWSCredential: Sendable, Hashable {
    /// The access key's id.
    package var key = ""
    /// The secret access key.
    package var secret = ""
    /// The session's token, of temporary keys; nil for none.
    package var token: String?
    /// The region, such as `eu-west-1`.
    package var region = ""
    /// The service by the name that signatures have, such as `execute-api`.
    package var service = ""
    /// Nothing.
    package init() {}
}
