/// A server's challenge to show that one knows a password, without saying it (RFC 7616).
package struct DigestChallenge: Sendable, Equatable {
    /// What the user name and password are for.
    package let realm: String
    /// What the server wants to see again.
    package let nonce: String
    let opaque: String?
    let algorithm: Algorithm
    let protection: Protection
    /// Whether the answer before was right but for its age.
    package let isStale: Bool
    let hashesUser: Bool
    let isUTF8: Bool

    enum Protection: Sendable, Equatable {
        /// As before RFC 2617: neither the request's count nor the client's nonce are told.
        case none
        case auth
        /// The body is part of the answer.
        case body
    }

    struct Algorithm: Sendable, Equatable {
        let hash: Hash
        /// The name as the server wrote it; nil where it has none, which is MD5.
        let name: String?
        let isSession: Bool
    }

    /// The first challenge that can be answered; nil for none.
    ///
    /// - Parameter fields: the values of all `WWW-Authenticate`.
    package init?(fields: [String]) {
        for challenge in AuthenticateField.challenges(in: fields) where challenge.scheme == "digest" {
            if let known = DigestChallenge(challenge.parameters) {
                self = known
                return
            }
        }
        return nil
    }

    private init?(_ parameters: [String: String]) {
        guard let realm = parameters["realm"], let nonce = parameters["nonce"] else { return nil }
        let name = parameters["algorithm"]
        let base = (name ?? "MD5").uppercased()
        let isSession = base.hasSuffix("-SESS")
        switch isSession ? String(base.dropLast(5)) : base {
        case "MD5": algorithm = Algorithm(hash: .md5, name: name, isSession: isSession)
        case "SHA-256": algorithm = Algorithm(hash: .sha256, name: name, isSession: isSession)
        case "SHA-512-256": algorithm = Algorithm(hash: .sha512t256, name: name, isSession: isSession)
        default: return nil
        }
        if let offered = parameters["qop"] {
            let words = offered.lowercased().split { $0 == "," || $0 == " " }
            guard words.contains("auth") || words.contains("auth-int") else { return nil }
            protection = words.contains("auth") ? .auth : .body
        } else {
            protection = .none
        }
        self.realm = realm
        self.nonce = nonce
        opaque = parameters["opaque"]
        isStale = parameters["stale"]?.lowercased() == "true"
        hashesUser = parameters["userhash"]?.lowercased() == "true"
        isUTF8 = parameters["charset"]?.lowercased() == "utf-8"
    }
}

/// A request that answers a challenge.
package struct DigestRequest: Sendable {
    let method: String
    let target: String
    let body: [UInt8]

    /// A request.
    ///
    /// - Parameter target: path and query as they are sent.
    package init(method: String, target: String, body: [UInt8]) {
        (self.method, self.target, self.body) = (method, target, body)
    }
}

extension DigestChallenge {
    /// The value of `Authorization` that answers the challenge (RFC 7616, section 3.4).
    ///
    /// - Parameters:
    ///   - count: how often the nonce was used, this time included.
    ///   - clientNonce: a random text of letters and digits.
    package func answer(
        _ request: DigestRequest, user: String, password: String, count: UInt32, clientNonce: String
    ) -> String {
        let hash = algorithm.hash
        var secret = hash.hex("\(user):\(realm):\(password)")
        if algorithm.isSession { secret = hash.hex("\(secret):\(nonce):\(clientNonce)") }
        let digits = String(count, radix: 16)
        let counter = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        let quality: String?
        var what = "\(request.method):\(request.target)"
        switch protection {
        case .none: quality = nil
        case .auth: quality = "auth"
        case .body:
            quality = "auth-int"
            what += ":\(hash.hex(request.body))"
        }
        let middle = quality.map { "\(nonce):\(counter):\(clientNonce):\($0)" } ?? nonce
        let response = hash.hex("\(secret):\(middle):\(hash.hex(what))")

        var parts = [
            name(of: user, hash), "realm=\"\(Self.quoted(realm))\"", "nonce=\"\(Self.quoted(nonce))\"",
        ]
        parts.append("uri=\"\(request.target)\"")
        parts.append("response=\"\(response)\"")
        if let name = algorithm.name { parts.append("algorithm=\(name)") }
        if let quality {
            parts += ["qop=\(quality)", "nc=\(counter)", "cnonce=\"\(clientNonce)\""]
        } else if algorithm.isSession {
            parts.append("cnonce=\"\(clientNonce)\"")
        }
        if let opaque { parts.append("opaque=\"\(Self.quoted(opaque))\"") }
        if hashesUser { parts.append("userhash=true") }
        return "Digest " + parts.joined(separator: ", ")
    }

    private func name(of user: String, _ hash: Hash) -> String {
        if hashesUser { return "username=\"\(hash.hex("\(user):\(realm)"))\"" }
        if isUTF8, !user.utf8.allSatisfy({ $0 < 0x80 }) {
            // RFC 8187, section 3.2.
            return "username*=UTF-8''\(Self.escaped(user))"
        }
        return "username=\"\(Self.quoted(user))\""
    }

    private static func quoted(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            return isPlain
                ? String(Unicode.Scalar(byte))
                : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// What is known of one server's challenges, so that only the first request has to be refused.
package struct DigestSession: Sendable {
    /// The last challenge.
    package private(set) var challenge: DigestChallenge
    /// Which challenge it is, from 1.
    package private(set) var generation = 1
    private var count: UInt32 = 0

    /// A server that has sent its first challenge.
    package init(_ challenge: DigestChallenge) {
        self.challenge = challenge
    }

    /// Takes a newer challenge.
    package mutating func renew(_ challenge: DigestChallenge) {
        guard challenge.nonce != self.challenge.nonce else { return }
        self.challenge = challenge
        generation += 1
        count = 0
    }

    /// Answers for one more request.
    package mutating func answer(
        _ request: DigestRequest, user: String, password: String, clientNonce: String
    ) -> String {
        count += 1
        return challenge.answer(
            request, user: user, password: password, count: count, clientNonce: clientNonce)
    }
}
