internal import CrawlCore

/// How connections are made: the keys `cacert`, `cert`, `key`, `key_password`, `pinned_public_key` and `tls_min`, of a job's `request` and of a
/// request.
enum ConnectionSchema {
    static let ofJob: [Field<JobSpec.RequestDefaults>] = fields(\.tls)

    static let ofRequest: [Field<RequestTemplate>] =
        [
            Field(
                "proxy", .line,
                "what its requests go through, in place of the job's `request.proxy`; an empty text for none",
                example: "socks5h://127.0.0.1:9050"
            ) { cursor, request throws(JobFileError) in
                request.proxy = try HeaderSchema.value(cursor)
            }
        ] + fields(\.tls)

    private static func fields<Target>(
        _ property: any WritableKeyPath<Target, TLSOptions> & Sendable
    ) -> [Field<Target>] {
        func file(
            _ name: String, _ meaning: String, example: DocumentNode,
            _ option: any WritableKeyPath<TLSOptions, String?> & Sendable
        ) -> Field<Target> {
            Field(
                name, .someText, meaning, example: example,
                written: { $0[keyPath: property][keyPath: option].map(DocumentNode.text) }
            ) { cursor, target throws(JobFileError) in
                target[keyPath: property][keyPath: option] = try UploadSchema.path(cursor)
            }
        }
        return [
            file(
                "cacert",
                "a file of certificates that are trusted in place of the system's, PEM, relative to the job file",
                example: "ca.pem", \.cacert),
            file(
                "cert",
                "a file with the certificate that the client shows, PEM, relative to the job file; only to the URL's own host",
                example: "client.pem", \.cert),
            file(
                "key", "a file with the key of `cert`, PEM; without it `cert` has both",
                example: "client.key", \.key),
            Field(
                "key_password", .someText, "the passphrase of the key, as `${env:NAME}` or `${file:PATH}`",
                example: "${env:KEY_PASSWORD}",
                written: { $0[keyPath: property].keyPassword.map(DocumentNode.text) }
            ) { cursor, target throws(JobFileError) in
                target[keyPath: property].keyPassword = try CredentialSchema.secret(cursor)
            },
            Field(
                "pinned_public_key", .someText,
                "the server's key: `sha256//` and its hash, several with `;` between them, or a file; any other is refused as `tls`",
                example: "sha256//YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE=",
                written: { $0[keyPath: property].pinnedPublicKey.map(DocumentNode.text) }
            ) { cursor, target throws(JobFileError) in
                let text = try cursor.text()
                target[keyPath: property].pinnedPublicKey =
                    text.hasPrefix("sha256//") ? text : try UploadSchema.path(cursor)
            },
            Field(
                "tls_min",
                ValueType([
                    "type": ["string", "number"], "enum": .texts(TLSOptions.Version.allCases.map(\.rawValue)),
                ]),
                "the least version of TLS: 1.0, 1.1, 1.2 or 1.3; without it libcurl's", example: "1.2",
                written: { $0[keyPath: property].minimum.map { .text($0.rawValue) } }
            ) { cursor, target throws(JobFileError) in
                target[keyPath: property].minimum = try cursor.choice() as TLSOptions.Version
            },
        ]
    }
}
