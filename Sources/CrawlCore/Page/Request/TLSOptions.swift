/// How TLS connections are made, where the user says so. Each is an option of libcurl's; nil leaves it to libcurl and the system.
package struct TLSOptions: Sendable, Equatable {
    /// A file with the certificates of authorities that are trusted, in place of the system's (`CURLOPT_CAINFO`).
    package var cacert: String?
    /// A file with the client's own certificate, PEM (`CURLOPT_SSLCERT`).
    package var cert: String?
    /// A file with the key of ``cert``, PEM; nil where it is in the same file (`CURLOPT_SSLKEY`).
    package var key: String?
    /// The passphrase of the key, as a reference to a secret, or the secret itself once it is looked up; nil for none
    /// (`CURLOPT_KEYPASSWD`).
    package var keyPassword: String?
    /// The server's public key: `sha256//` and its hash in Base64, several with semicolons between them, or a file
    /// (`CURLOPT_PINNEDPUBLICKEY`).
    package var pinnedPublicKey: String?
    /// The least version (`CURLOPT_SSLVERSION`).
    package var minimum: Version?

    /// A version of TLS.
    package enum Version: String, Sendable, CaseIterable {
        case tls10 = "1.0"
        case tls11 = "1.1"
        case tls12 = "1.2"
        case tls13 = "1.3"
    }

    /// What libcurl and the system do.
    package init() {}

    /// Whether all is left to libcurl and the system.
    package var isEmpty: Bool { self == TLSOptions() }

    /// What holds for another host than the one that the options were written for: it is shown no certificate, and has another key.
    package var elsewhere: TLSOptions {
        var options = self
        (options.cert, options.key, options.pinnedPublicKey) = (nil, nil, nil)
        options.keyPassword = nil
        return options
    }
}
