internal import Glibc

/// Says who may read what is served, by the request alone.
///
/// It is a value without a socket or a clock. Every request passes it, whatever it asks for.
struct RequestGate: Sendable {
    /// What a reader has to show; nil for nothing.
    let token: AccessToken?
    /// Names that the server may be called by, in lower case, beside addresses and `localhost`.
    let names: Set<String>
    /// The name of the cookie that carries the token. Cookies are those of a host, whatever its ports, so it has the port in it.
    let cookie: String

    init(token: AccessToken?, names: [String], port: UInt16) {
        self.token = token
        self.names = Set(names.map { $0.lowercased() })
        cookie = "trawl_\(port)"
    }

    enum Verdict: Equatable {
        case pass
        case refuse(WebResponse)
    }

    /// What needs no token, as it tells nothing: whether all is well, and the page without what it shows.
    static let open: Set<String> = ["/", "/healthz", "/live.css", "/live.js", "/icon.svg"]

    func verdict(_ request: WebRequest) -> Verdict {
        let hosts = request.values(of: "host")
        guard hosts.count == 1 else {
            return .refuse(WebResponse(.badRequest, "one Host field is needed (RFC 9112, section 3.2)"))
        }
        guard isOurs(hosts[0]) else {
            let name = Self.name(of: hosts[0]) ?? hosts[0]
            return .refuse(
                WebResponse(
                    .misdirected,
                    "\(ForeignText.visible(String(name.prefix(200)))) is no name of this server; where it is one, say so: --allow-host NAME"
                ))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .refuse(WebResponse(.badMethod, "nothing here can be changed").with("Allow", "GET, HEAD"))
        }
        guard Self.open.contains(request.path) || isAllowed(request) else {
            return .refuse(
                WebResponse(.unauthorized, "a token is needed, as: Authorization: Bearer TOKEN")
                    .with("WWW-Authenticate", "Bearer realm=\"trawl\""))
        }
        return .pass
    }

    // MARK: Host

    /// Whether a `Host` field names this server: by an address, as `localhost`, or by a name that was given.
    ///
    /// A page elsewhere can have its own name resolve to this machine, and then reads what is served here as its own (DNS rebinding). The name
    /// it is served under is then in the field, and an address never is.
    private func isOurs(_ host: String) -> Bool {
        guard let name = Self.name(of: host) else { return false }
        if name.hasPrefix("[") {
            return ListenAddress.isAddress(String(name.dropFirst().dropLast()), AF_INET6)
        }
        return name == "localhost" || names.contains(name) || ListenAddress.isAddress(name, AF_INET)
    }

    /// The name in a `Host` field, in lower case and without a port; nil where it is not written as one.
    private static func name(of host: String) -> String? {
        let host = host.lowercased()
        let end: String.Index
        if host.hasPrefix("[") {
            guard let bracket = host.firstIndex(of: "]") else { return nil }
            end = host.index(after: bracket)
        } else {
            end = host.firstIndex(of: ":") ?? host.endIndex
        }
        let rest = host[end...]
        guard
            rest.isEmpty
                || rest.first == ":" && rest.dropFirst().utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else {
            return nil
        }
        return String(host[..<end])
    }

    // MARK: Token

    /// Whether a request may see what is kept back.
    func isAllowed(_ request: WebRequest) -> Bool {
        guard let token else { return true }
        let shown = bearers(request) + cookies(request)
        // All of them are compared, so that the time does not tell which.
        return shown.prefix(8).map { token.matches($0) }.contains(true)
    }

    /// The field that keeps the token in a cookie: for the browser alone, and never sent for the sake of another site.
    func cookieField(_ request: WebRequest) -> String? {
        guard let token, bearers(request).contains(where: token.matches) else { return nil }
        return "\(cookie)=\(token.text); HttpOnly; SameSite=Strict"
    }

    private func bearers(_ request: WebRequest) -> [String] {
        request.values(of: "authorization").compactMap { value in
            let words = value.split(separator: " ", maxSplits: 1)
            return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
        }
    }

    private func cookies(_ request: WebRequest) -> [String] {
        request.values(of: "cookie").flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].trimmingPrefix(while: { $0 == " " }) == cookie else {
                return nil
            }
            return String(parts[1])
        }
    }
}
