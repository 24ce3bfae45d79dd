internal import CrawlCore
internal import Extract

/// The key `auth`: how requests show who sends them.
enum CredentialSchema {
    static let type = ValueType.words("none", or: auth.type(defaults: nil))

    /// The key, of a job's requests or of one of them.
    static func field<Target>(
        _ meaning: String, _ property: any WritableKeyPath<Target, CredentialSpec?> & Sendable
    ) -> Field<Target> {
        Field(
            "auth", type, meaning, example: ["bearer": "${env:API_TOKEN}"], children: auth.fields.map(\.name),
            written: { $0[keyPath: property].map(written) }
        ) { cursor, target throws(JobFileError) in
            target[keyPath: property] = try read(cursor)
        }
    }

    /// Reads all of it.
    static func read(_ cursor: Cursor) throws(JobFileError) -> CredentialSpec {
        if case .mapping = cursor.node.content {
            var draft = Draft()
            try auth.read(cursor, into: &draft)
            guard let first = draft.found.first, draft.found.count == 1 else {
                throw cursor.failure(
                    "auth has one of \(auth.fields.map(\.name).joined(separator: ", ")), or is none")
            }
            return first
        }
        guard try cursor.word() == "none" else {
            throw cursor.failure("auth is none, or a mapping such as {bearer: \"${env:API_TOKEN}\"}")
        }
        return .none
    }

    struct Draft {
        var found: [CredentialSpec] = []
    }

    static let auth = Schema<Draft>(
        [
            Field(
                "bearer", .someText, "a token that you have, sent as `Authorization: Bearer`",
                example: "${env:API_TOKEN}"
            ) { cursor, draft throws(JobFileError) in
                draft.found.append(.bearer(try secret(cursor)))
            },
            Field(
                "basic", pair.type(defaults: nil), "a user name and a password, sent with every request",
                example: ["user": "me", "password": "${env:PASSWORD}"], children: pair.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                let pair = try readPair(cursor)
                guard !pair.user.contains(":") else {
                    throw cursor.failure("user: a user name of Basic has no colon (RFC 7617, section 2)")
                }
                draft.found.append(.basic(pair))
            },
            Field(
                "digest", pair.type(defaults: nil),
                "a user name and a password, as the answer to a server's challenge (RFC 7616)",
                example: ["user": "me", "password": "${env:PASSWORD}"], children: pair.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                draft.found.append(.digest(try readPair(cursor)))
            },
            Field(
                "api_key", apiKey.type(defaults: nil), "a key that you have, in a header field or the query",
                example: ["header": "x-api-key", "value": "${env:API_KEY}"],
                children: apiKey.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                var key = KeyDraft()
                try apiKey.read(cursor, into: &key)
                guard let place = key.places.first, key.places.count == 1 else {
                    throw cursor.failure("a key goes into one place; write header: x-api-key, or query: key")
                }
                guard let value = key.value else {
                    throw cursor.failure("no key; write value: \"${env:API_KEY}\"")
                }
                draft.found.append(.apiKey(place, value: value))
            },
            Field(
                "oauth2", TokenSchema.oauth.type(defaults: OAuthCredential()),
                "a token of an authorization server, got and renewed as it is needed (RFC 6749)",
                example: [
                    "token_url": "https://login.example.org/token", "client_id": "me",
                    "client_secret": "${env:CLIENT_SECRET}",
                ], children: TokenSchema.oauth.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                draft.found.append(.oauth(try TokenSchema.readOAuth(cursor)))
            },
            Field(
                "login", TokenSchema.login.type(defaults: nil),
                "a token of the reply to another request of the job",
                example: ["request": "login", "token": ["json": "$.token"]],
                children: TokenSchema.login.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                draft.found.append(.login(try TokenSchema.readLogin(cursor)))
            },
            Field(
                "aws_sigv4", aws.type(defaults: nil), "a signature of each request, for services of AWS",
                example: [
                    "key": "${env:AWS_ACCESS_KEY_ID}", "secret": "${env:AWS_SECRET_ACCESS_KEY}",
                    "region": "eu-west-1", "service": "execute-api",
                ], children: aws.fields.map(\.name)
            ) { cursor, draft throws(JobFileError) in
                draft.found.append(.awsSigV4(try readAWS(cursor)))
            },
        ], rules: [.single],
        foreign: ForeignKey.ofCredentials)

    // MARK: Pairs and keys

    private static let pair = Schema<CredentialSpec.UserPassword>(
        [
            Field("user", .line, "the user name", example: "me") { cursor, pair throws(JobFileError) in
                pair.user = try cursor.lineTemplate()
            },
            Field("password", .someText, "the password; a secret", example: "${env:PASSWORD}") {
                cursor, pair throws(JobFileError) in
                pair.password = try secret(cursor)
            },
        ], rules: [.required(["user", "password"])])

    private static func readPair(_ cursor: Cursor) throws(JobFileError) -> CredentialSpec.UserPassword {
        var pair = CredentialSpec.UserPassword()
        try self.pair.read(cursor, into: &pair)
        guard !pair.user.isEmpty, !pair.password.isEmpty else {
            throw cursor.failure("write {user: me, password: \"${env:PASSWORD}\"}")
        }
        return pair
    }

    private struct KeyDraft {
        var places: [CredentialSpec.KeyPlace] = []
        var value: String?
    }

    private static let apiKey = Schema<KeyDraft>(
        [
            Field("header", .someText, "the header field that the key goes into", example: "x-api-key") {
                cursor, key throws(JobFileError) in
                key.places.append(.header(try headerName(cursor)))
            },
            Field("query", .someText, "the parameter of the query that the key goes into", example: "key") {
                cursor, key throws(JobFileError) in
                key.places.append(.query(try cursor.text()))
            },
            Field("value", .someText, "the key; a secret", example: "${env:API_KEY}") {
                cursor, key throws(JobFileError) in
                key.value = try secret(cursor)
            },
        ], rules: [.oneOf(["header", "query"]), .required(["value"])])

    private static let aws = Schema<AWSCredential>(
        [
            Field("key", .someText, "the access key's id", example: "${env:AWS_ACCESS_KEY_ID}") {
                cursor, aws throws(JobFileError) in
                aws.key = try cursor.lineTemplate()
            },
            Field(
                "secret", .someText, "the secret access key; a secret",
                example: "${env:AWS_SECRET_ACCESS_KEY}"
            ) { cursor, aws throws(JobFileError) in
                aws.secret = try secret(cursor)
            },
            Field(
                "token", .someText, "the session's token, of temporary keys; a secret",
                example: "${env:AWS_SESSION_TOKEN}"
            ) { cursor, aws throws(JobFileError) in
                aws.token = try secret(cursor)
            },
            Field("region", .someText, "the region", example: "eu-west-1") {
                cursor, aws throws(JobFileError) in
                aws.region = try scopePart(cursor)
            },
            Field("service", .someText, "the service, by its name in signatures", example: "execute-api") {
                cursor, aws throws(JobFileError) in
                aws.service = try scopePart(cursor)
            },
        ], rules: [.required(["key", "secret", "region", "service"])])

    private static func readAWS(_ cursor: Cursor) throws(JobFileError) -> AWSCredential {
        var aws = AWSCredential()
        try self.aws.read(cursor, into: &aws)
        for (name, value) in [
            ("key", aws.key), ("secret", aws.secret), ("region", aws.region), ("service", aws.service),
        ] where value.isEmpty {
            throw cursor.failure("no \(name); aws_sigv4 needs key, secret, region and service")
        }
        return aws
    }

    /// A part of the scope of a signature.
    private static func scopePart(_ cursor: Cursor) throws(JobFileError) -> String {
        let text = try cursor.text()
        guard !text.isEmpty, text.utf8.allSatisfy({ HeaderSchema.isTokenByte($0) }) else {
            throw cursor.failure("\(cursor.found) is not a name; write one such as eu-west-1")
        }
        return text
    }

    static func headerName(_ cursor: Cursor) throws(JobFileError) -> String {
        let name = try cursor.text()
        guard !name.isEmpty, name.utf8.allSatisfy(HeaderSchema.isTokenByte) else {
            throw cursor.failure(
                "\(cursor.found) is not the name of a header; write letters, digits and hyphens")
        }
        return name
    }

    /// A text that has to refer to a secret: a job file is stored in the database, and what it says in plain words with it.
    static func secret(_ cursor: Cursor) throws(JobFileError) -> String {
        let text = try cursor.template()
        guard (try? TextTemplate(text))?.references.contains(where: { $0 != .credential }) == true else {
            throw cursor.failure(
                "a secret stands here as ${env:NAME} or ${file:PATH}, since job files are stored in the database"
            )
        }
        return text
    }
}

// MARK: - Written

extension CredentialSchema {
    /// A credential as job files write it.
    static func written(_ spec: CredentialSpec) -> DocumentNode {
        func pair(_ pair: CredentialSpec.UserPassword) -> DocumentNode {
            .mapping([("user", .text(pair.user)), ("password", .text(pair.password))])
        }
        switch spec {
        case .none: return .word("none")
        case .bearer(let token): return .mapping([("bearer", .text(token))])
        case .basic(let user): return .mapping([("basic", pair(user))])
        case .digest(let user): return .mapping([("digest", pair(user))])
        case .apiKey(.header(let name), let value):
            return .mapping([("api_key", .mapping([("header", .text(name)), ("value", .text(value))]))])
        case .apiKey(.query(let name), let value):
            return .mapping([("api_key", .mapping([("query", .text(name)), ("value", .text(value))]))])
        case .oauth(let oauth): return .mapping([("oauth2", TokenSchema.written(oauth))])
        case .login(let login): return .mapping([("login", TokenSchema.written(login))])
        case .awsSigV4(let aws):
            let entries: [(String, String?)] = [
                ("key", aws.key), ("secret", aws.secret), ("token", aws.token), ("region", aws.region),
                ("service", aws.service),
            ]
            return .mapping([
                ("aws_sigv4", .mapping(entries.compactMap { name, value in value.map { (name, .text($0)) } }))
            ])
        }
    }
}
