internal import CrawlCore
internal import Extract
internal import TrawlText

/// The response to a request for a token.
struct TokenReply {
    let status: Int
    let contentType: String?
    let body: [UInt8]
    let location: String?
    /// The values of a field of the header.
    let header: (String) -> [String]

    /// The longest token that is taken, in bytes: 32 KiB.
    private static let longest = 32 << 10

    /// What the response says.
    func answer(_ reading: TokenErrand.Reading) -> TokenAnswer {
        switch reading {
        case .oauth: oauth
        case .login(let place): login(place)
        }
    }

    // MARK: OAuth

    /// What it says by RFC 6749, sections 5.1 and 5.2.
    private var oauth: TokenAnswer {
        if let location, (300..<400).contains(status) {
            return fails(
                "it answers \(status) and leads to \(place(of: location)); write that as token_url if it is right",
                isFinal: true)
        }
        if let error = text("$.error") { return refused(error) }
        guard status < 400 else { return failsWithStatus }
        guard let token = text("$.access_token") else {
            return fails("it answers \(status) with \(kind), in which there is no access_token")
        }
        if let type = text("$.token_type"), type.lowercased() != "bearer" {
            return fails("the token is of type \(type.prefix(40)); only bearer is known", isFinal: true)
        }
        return grant(
            token, expiresIn: text("$.expires_in").flatMap(Self.seconds), refresh: text("$.refresh_token"))
    }

    private func refused(_ error: String) -> TokenAnswer {
        let description = text("$.error_description").map { ": \($0.prefix(200))" } ?? ""
        var remedy = ""
        switch error {
        case "temporarily_unavailable", "server_error", "slow_down":
            return fails("it answers \(status) \(error)\(description)")
        case "invalid_client":
            remedy = "; look at client_id and client_secret, and whether it wants client_auth: body or basic"
        case "invalid_grant":
            remedy =
                "; a refresh token may be good once only: get a new one, and name a refresh_token_file (without the old file)"
        default: break
        }
        return fails("it answers \(status) \(error.prefix(60))\(description)\(remedy)", isFinal: true)
    }

    private var failsWithStatus: TokenAnswer {
        let isPassing = status >= 500 || status == 429 || status == 408 || status == 425
        return fails("it answers \(status) with \(kind)", isFinal: !isPassing)
    }

    /// A number of seconds, which some write as a text or with a fraction.
    static func seconds(_ text: String) -> Int64? {
        guard let number = Double(text), number.isFinite else { return nil }
        return Int64(min(max(number, 0), 1e12))
    }

    // MARK: Logins

    private func login(_ place: TokenPlace) -> TokenAnswer {
        guard status < 400 else { return failsWithStatus }
        let found =
            switch place {
            case .json(let path): text(path)
            case .header(let name): header(name).first
            case .cookie(let name): cookie(name)
            }
        guard let found, !found.isEmpty else {
            return fails("it answers \(status) with \(kind), and there is nothing at \(place.text)")
        }
        return grant(found, expiresIn: nil, refresh: nil)
    }

    private func cookie(_ name: String) -> String? {
        for field in header("set-cookie") {
            let pair = field.prefix { $0 != ";" }
            guard let equals = pair.firstIndex(of: "=") else { continue }
            if Self.trimmed(pair[..<equals]) == name {
                return Self.trimmed(pair[pair.index(after: equals)...])
            }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    // MARK: Parts

    private func text(_ path: String) -> String? { ItemReader.value(at: path, in: body)?.text }

    /// What the body is, for people.
    private var kind: String {
        guard !body.isEmpty else { return "no body" }
        return MIMEType.essence(of: contentType ?? "").isEmpty
            ? "a body of no type" : MIMEType.essence(of: contentType ?? "")
    }

    /// A URL without what may be a secret.
    private func place(of location: String) -> String {
        String(location.prefix { $0 != "?" && $0 != "#" }.prefix(200)).withoutUserInfo
    }

    private func grant(_ token: String, expiresIn: Int64?, refresh: String?) -> TokenAnswer {
        guard RequestMessage.isFieldValue(token), !token.isEmpty, token.utf8.count <= Self.longest else {
            return fails(
                "the token cannot stand in a header field: it is empty, too long or has control characters",
                isFinal: true)
        }
        return .granted(TokenGrant(text: token, expiresIn: expiresIn, refreshToken: refresh))
    }

    private func fails(_ reason: String, isFinal: Bool = false) -> TokenAnswer {
        .failed(TokenFault(.unexpected, reason, isFinal: isFinal))
    }
}
