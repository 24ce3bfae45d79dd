internal import CrawlCore
internal import Extract

/// The credentials whose tokens are got on the way.
enum TokenSchema {
    static let oauth = Schema<OAuthCredential>(
        [
            Field(
                "token_url", .url, "where tokens are asked for", example: "https://login.example.org/token"
            ) { cursor, oauth throws(JobFileError) in
                oauth.tokenURL = try tokenURL(cursor)
            },
            Field("client_id", .someText, "who asks", example: "my-client") {
                cursor, oauth throws(JobFileError) in
                oauth.clientID = try cursor.lineTemplate()
            },
            Field(
                "client_secret", .someText, "the client's secret; none for a public client",
                example: "${env:CLIENT_SECRET}"
            ) { cursor, oauth throws(JobFileError) in
                oauth.clientSecret = try CredentialSchema.secret(cursor)
            },
            Field("scope", .someText, "what the token is to be good for", example: "read") {
                cursor, oauth throws(JobFileError) in
                oauth.scope = try cursor.template()
            },
            .choice(
                "client_auth", \.clientAuth,
                "where the client's name and secret stand: in the header as Basic, or in the body"),
            Field(
                "params", .mapping(of: ValueType.scalar.or(.list(of: .scalar))),
                "parameters that the token request has besides",
                example: ["audience": "https://api.example.org"]
            ) { cursor, oauth throws(JobFileError) in
                oauth.parameters = try cursor.parameters()
                let own = ["grant_type", "refresh_token", "client_secret"]
                for entry in try cursor.entries() where own.contains(entry.key) {
                    throw cursor.child(entry).failure("trawl sends this one itself; remove it")
                }
            },
            Field(
                "refresh_token", .someText, "ask by this refresh token and not by the client's own name",
                example: "${env:REFRESH_TOKEN}"
            ) { cursor, oauth throws(JobFileError) in
                oauth.refreshToken = try CredentialSchema.secret(cursor)
            },
            Field(
                "refresh_token_file", .someText,
                "where the refresh token is kept that the server gives for the next time, relative to the job file; a file that only you can read (mode 0600)",
                example: "refresh-token"
            ) { cursor, oauth throws(JobFileError) in
                let path = try cursor.text()
                guard !path.isEmpty, !path.utf8.contains(0) else {
                    throw cursor.failure("not a path; write that of a file")
                }
                oauth.refreshTokenFile = cursor.source.resolve(path)
            },
        ], rules: [.required(["token_url", "client_id"])], foreign: ForeignKey.ofOAuth)

    static func readOAuth(_ cursor: Cursor) throws(JobFileError) -> OAuthCredential {
        var oauth = OAuthCredential()
        try self.oauth.read(cursor, into: &oauth)
        guard !oauth.tokenURL.isEmpty, !oauth.clientID.isEmpty else {
            throw cursor.failure("oauth2 needs token_url and client_id")
        }
        guard oauth.clientSecret != nil || oauth.refreshes else {
            throw cursor.failure("no client_secret; without one only a refresh_token gets tokens")
        }
        return oauth
    }

    private static func tokenURL(_ cursor: Cursor) throws(JobFileError) -> String {
        let text = try cursor.text()
        guard let url = try? WebURL(parsing: text), url.isHTTP, !url.hasCredentials else {
            throw cursor.failure("not a URL of https; write \"https://login.example.org/token\"")
        }
        // RFC 6749, section 3.2: the endpoint is asked over TLS. A server of one's own network may do without.
        guard url.scheme == "https" || url.isLocalhost || url.hostAddress?.isGlobal == false else {
            throw cursor.failure("a client's secret would go over the network in the clear; write https://")
        }
        return url.withoutCredentialsAndFragment
    }

    // MARK: Logins

    struct LoginDraft {
        var login = LoginCredential()
        var place: TokenPlace?
        var prefix: String?
    }

    static let login = Schema<LoginDraft>(
        [
            Field(
                "request", .someText,
                "the name of the request that logs in; it is made when a token is needed, and is no page",
                example: "login"
            ) { cursor, draft throws(JobFileError) in
                draft.login.request = try cursor.text()
            },
            Field(
                "token", token.type(defaults: nil), "where the token is in the reply",
                example: ["json": "$.token"], children: token.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                var places: [TokenPlace] = []
                try token.read(cursor, into: &places)
                guard let place = places.first, places.count == 1 else {
                    throw cursor.failure("a token is in one place; write json, header or cookie")
                }
                draft.place = place
            },
            Field(
                "header", .someText,
                "the header field that the token goes into; `authorization` by default, and a cookie goes back as a cookie",
                example: "x-session"
            ) { cursor, draft throws(JobFileError) in
                draft.login.header = try CredentialSchema.headerName(cursor)
            },
            Field(
                "prefix", .text,
                "what stands before the token; `Bearer ` in `authorization`, else nothing", example: "Token "
            ) { cursor, draft throws(JobFileError) in
                draft.prefix = try HeaderSchema.value(cursor)
            },
            Field("expires", .duration, "how long a token is good; without it until the server refuses it") {
                cursor, draft throws(JobFileError) in
                draft.login.expires = try cursor.duration()
            },
        ], rules: [.required(["request", "token"])])

    private static let token = Schema<[TokenPlace]>(
        [
            Field("json", .someText, "a path in its JSON", example: "$.token") {
                cursor, places throws(JobFileError) in
                places.append(.json(try ReplySchema.path(cursor)))
            },
            Field("header", .someText, "a field of its header", example: "x-auth-token") {
                cursor, places throws(JobFileError) in
                places.append(.header(try CredentialSchema.headerName(cursor).lowercased()))
            },
            Field("cookie", .someText, "a cookie that it sets", example: "session") {
                cursor, places throws(JobFileError) in
                places.append(.cookie(try CredentialSchema.headerName(cursor)))
            },
        ], rules: [.oneOf(["json", "header", "cookie"])])

    static func readLogin(_ cursor: Cursor) throws(JobFileError) -> LoginCredential {
        var draft = LoginDraft()
        try self.login.read(cursor, into: &draft)
        guard !draft.login.request.isEmpty, let place = draft.place else {
            throw cursor.failure(
                "login needs request and token: {request: login, token: {json: \"$.token\"}}")
        }
        var login = draft.login
        login.token = place
        if case .cookie = place {} else { login.header = login.header ?? "authorization" }
        login.prefix = draft.prefix ?? (login.header?.lowercased() == "authorization" ? "Bearer " : "")
        return login
    }

    // MARK: Written

    static func written(_ oauth: OAuthCredential) -> DocumentNode {
        var entries: [(String, DocumentNode)] = [
            ("token_url", .text(oauth.tokenURL)), ("client_id", .text(oauth.clientID)),
        ]
        if let secret = oauth.clientSecret { entries.append(("client_secret", .text(secret))) }
        if let scope = oauth.scope { entries.append(("scope", .text(scope))) }
        entries.append(("client_auth", .word(oauth.clientAuth.rawValue)))
        if !oauth.parameters.isEmpty {
            var names: [String] = []
            for parameter in oauth.parameters where !names.contains(parameter.name) {
                names.append(parameter.name)
            }
            entries.append(
                (
                    "params",
                    .mapping(
                        names.map { name in
                            let values = oauth.parameters.filter { $0.name == name }.map(\.value)
                            return (name, values.count == 1 ? .text(values[0]) : .texts(values))
                        })
                ))
        }
        if let token = oauth.refreshToken { entries.append(("refresh_token", .text(token))) }
        if let file = oauth.refreshTokenFile { entries.append(("refresh_token_file", .text(file))) }
        return .mapping(entries)
    }

    static func written(_ login: LoginCredential) -> DocumentNode {
        let place: (String, DocumentNode) =
            switch login.token {
            case .json(let path): ("json", .text(path))
            case .header(let name): ("header", .text(name))
            case .cookie(let name): ("cookie", .text(name))
            }
        var entries: [(String, DocumentNode)] = [
            ("request", .text(login.request)), ("token", .mapping([place])),
        ]
        if let header = login.header { entries.append(("header", .text(header))) }
        entries.append(("prefix", .text(login.prefix)))
        if let expires = login.expires { entries.append(("expires", .word(expires.jobFileText))) }
        return .mapping(entries)
    }
}
