import Foundation
import LoopbackServer
import Synchronization

/// An API that wants to know who asks, and the server that gives out its tokens.
///
/// Its paths are `/token` (RFC 6749), `/login`, and `/api/…`, which wants what ``Setup/api`` says and repeats all that it was sent.
final class AccountServer: Sendable {
    struct Setup: Sendable {
        /// What `/token` answers: 0 for a token, else this status.
        var tokenStatus = 0
        /// The body of such an answer.
        var tokenBody = "<html>Sorry</html>"
        /// What a token says of its life.
        var expiresIn = "300"
        /// Whether each refresh token is good once.
        var rotates = false
        /// The refresh token that is good; empty for any.
        var refreshToken = "refresh-token-0"
        /// Tokens that the API takes: those with this number or a later one.
        var oldestToken = 1
        /// Requests of the API after which all tokens are revoked; 0 for never.
        var revokesAfter = 0
        /// Whether the API refuses whatever comes.
        var refusesAll = false
        /// Where the client's name and secret have to stand.
        var wantsBasic = true
    }

    struct Counts: Sendable {
        var tokens = 0
        var apiRequests = 0
        var refused = 0
        var accepted = 0
        /// What was sent with requests for tokens.
        var tokenRequests: [LoopbackServer.Request] = []
        var api: [LoopbackServer.Request] = []
    }

    let setup: Mutex<Setup>
    private let state = Mutex(Counts())
    var counts: Counts { state.withLock { $0 } }

    init(_ change: (inout Setup) -> Void = { _ in }) {
        var setup = Setup()
        change(&setup)
        self.setup = Mutex(setup)
    }

    /// The text of a token, which nobody else has.
    static func token(_ number: Int) -> String { "granted/token+\(number)=" }
    static let clientID = "the-client"
    static let clientSecret = "client s3cret:/ä"
    static let password = "pass/w0rd&secret"
    static let apiKey = "key/of+the api"

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        switch request.path {
        case "/token": token(request)
        case "/login": login(request)
        default: api(request)
        }
    }

    private func token(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let setup = setup.withLock { $0 }
        let number = state.withLock { counts in
            counts.tokenRequests.append(request)
            counts.tokens += 1
            return counts.tokens
        }
        guard setup.tokenStatus == 0 else {
            let type = setup.tokenBody.hasPrefix("{") ? "application/json" : "text/html"
            return LoopbackServer.Response(
                status: setup.tokenStatus, headers: [("Content-Type", type)],
                body: Array(setup.tokenBody.utf8))
        }
        var form = URLComponents()
        form.percentEncodedQuery = String(decoding: request.body, as: UTF8.self).replacing("+", with: "%20")
        func value(_ name: String) -> String? { form.queryItems?.first { $0.name == name }?.value }
        let pair = "the-client:client+s3cret%3A%2F%C3%A4"
        let isClient =
            setup.wantsBasic
            ? request.headers["authorization"] == "Basic \(Data(pair.utf8).base64EncodedString())"
            : value("client_id") == Self.clientID && value("client_secret") == Self.clientSecret
        guard isClient, request.method == "POST" else {
            return json(
                #"{"error":"invalid_client","error_description":"not \#(Self.clientSecret)"}"#, status: 401)
        }
        var refresh = ""
        if value("grant_type") == "refresh_token" {
            guard setup.refreshToken.isEmpty || value("refresh_token") == setup.refreshToken else {
                return json(#"{"error":"invalid_grant"}"#, status: 400)
            }
            if setup.rotates {
                let next = "refresh-token-\(number)"
                self.setup.withLock { $0.refreshToken = next }
                refresh = ",\"refresh_token\":\"\(next)\""
            }
        }
        return json(
            "{\"access_token\":\"\(Self.token(number))\",\"token_type\":\"bearer\",\"expires_in\":\(setup.expiresIn)\(refresh)}"
        )
    }

    private func login(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let number = state.withLock { counts in
            counts.tokenRequests.append(request)
            counts.tokens += 1
            return counts.tokens
        }
        let body = String(decoding: request.body, as: UTF8.self)
        guard body.contains(Self.password) else { return json("{\"error\":\"who?\"}", status: 403) }
        return LoopbackServer.Response(
            status: request.target.contains("redirects") ? 302 : 200,
            headers: [
                ("Content-Type", "application/json"), ("X-Token", Self.token(number)),
                ("Location", "/welcome"),
                ("Set-Cookie", "other=1; Path=/"), ("Set-Cookie", "session=\(Self.token(number)); HttpOnly"),
            ], body: Array(#"{"data":{"token":"\#(Self.token(number))"}}"#.utf8))
    }

    private func api(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let setup = setup.withLock { $0 }
        let isAllowed = !setup.refusesAll && isAllowed(request, oldest: setup.oldestToken)
        let count = state.withLock { counts in
            counts.api.append(request)
            counts.apiRequests += 1
            if isAllowed { counts.accepted += 1 } else { counts.refused += 1 }
            return counts.apiRequests
        }
        if setup.revokesAfter == count {
            let next = counts.tokens + 1
            self.setup.withLock { $0.oldestToken = next }
        }
        guard isAllowed else { return LoopbackServer.Response(status: 401) }
        return echo(request)
    }

    private func isAllowed(_ request: LoopbackServer.Request, oldest: Int) -> Bool {
        if request.path.hasPrefix("/api/open") { return true }
        if request.path.hasPrefix("/api/key") {
            let query = URLComponents(string: request.target.replacing("+", with: "%20"))?.queryItems ?? []
            return request.headers["x-api-key"] == Self.apiKey
                || query.filter { $0.name == "key" }.map(\.value) == [Self.apiKey]
        }
        if request.path.hasPrefix("/api/basic") {
            let pair = "me:\(Self.password)"
            return request.headers["authorization"] == "Basic \(Data(pair.utf8).base64EncodedString())"
        }
        let sent =
            request.headers["authorization"].map { String($0.split(separator: " ").last ?? "") }
            ?? request.headers["x-session"] ?? request.headers["cookie"]?.replacing("session=", with: "")
        let known = counts.tokens
        return (oldest...max(oldest, known)).contains { $0 <= known && Self.token($0) == sent }
    }

    /// A reply that repeats all that was sent, in all its parts.
    private func echo(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        let sent =
            request.headers.fields.map { "\($0.name): \($0.value)" } + [
                request.target.removingPercentEncoding ?? ""
            ]
        let token = request.headers["authorization"].map { String($0.split(separator: " ").last ?? "") } ?? ""
        let tail =
            request.target.contains("page=2") ? "null" : "\"/api/list?page=2&access_token=\(encoded(token))\""
        let texts = sent.map { text in
            String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
        }
        return LoopbackServer.Response(
            headers: [
                ("Content-Type", "application/json"), ("ETag", "\"\(token)\""), ("X-Sent", token),
            ], body: Array("{\"sent\":[\(texts.joined(separator: ","))],\"next\":\(tail)}".utf8))
    }

    private func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }

    private func json(_ text: String, status: Int = 200) -> LoopbackServer.Response {
        LoopbackServer.Response(
            status: status, headers: [("Content-Type", "application/json")], body: Array(text.utf8))
    }
}
