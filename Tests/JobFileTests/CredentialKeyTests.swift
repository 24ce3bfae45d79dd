import CrawlCore
import Testing

@testable import JobFile

/// The key `auth`, of a job and of a request.
struct CredentialKeyTests {
    private func spec(_ yaml: String) throws -> JobSpec {
        try JobDocument(yaml: yaml, source: .file("/jobs/api.yaml")).spec
    }

    private func auth(_ yaml: String) throws -> CredentialSpec? {
        try spec("urls: [\"https://a.test/\"]\nrequest: {auth: \(yaml)}").request.auth
    }

    private func mistake(_ yaml: String) -> String {
        do {
            _ = try spec(yaml)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `each kind is read`() throws {
        #expect(try auth("none") == CredentialSpec.none)
        #expect(try auth("{bearer: \"${env:T}\"}") == .bearer("${env:T}"))
        #expect(
            try auth("{api_key: {header: X-Key, value: \"${file:/k}\"}}")
                == .apiKey(.header("X-Key"), value: "${file:/k}"))
        #expect(
            try auth("{api_key: {query: key, value: \"${env:T}\"}}")
                == .apiKey(.query("key"), value: "${env:T}"))
        var pair = CredentialSpec.UserPassword()
        pair.user = "me"
        pair.password = "${env:P}"
        #expect(try auth("{basic: {user: me, password: \"${env:P}\"}}") == .basic(pair))
        #expect(try auth("{digest: {user: me, password: \"${env:P}\"}}") == .digest(pair))
        guard
            case .awsSigV4(let aws)? = try auth(
                "{aws_sigv4: {key: \"${env:K}\", secret: \"${env:S}\", region: eu-west-1, service: es}}")
        else {
            Issue.record("no aws_sigv4")
            return
        }
        #expect(
            [aws.key, aws.secret, aws.region, aws.service] == ["${env:K}", "${env:S}", "eu-west-1", "es"])
        #expect(aws.token == nil)
    }

    @Test func `oauth2 is read, with its file where the job is`() throws {
        guard
            case .oauth(let oauth)? = try auth(
                "{oauth2: {token_url: \"https://l.test/t\", client_id: me, client_secret: \"${env:S}\", scope: a b, client_auth: body, params: {audience: x}, refresh_token: \"${env:R}\", refresh_token_file: next}}"
            )
        else {
            Issue.record("no oauth2")
            return
        }
        #expect(oauth.tokenURL == "https://l.test/t")
        #expect(oauth.clientAuth == .body)
        #expect(oauth.parameters == [.init(name: "audience", value: "x")])
        #expect(oauth.refreshTokenFile == "/jobs/next")
    }

    @Test func `a path is stored absolute, so that the job is the same from any folder`() throws {
        let document = try JobDocument(
            yaml: """
                requests:
                  - {url: "https://a.test/", auth: {oauth2: {token_url: "https://l.test/t", client_id: me, refresh_token_file: next}}}
                """, source: .file("/jobs/api.yaml"))

        #expect(document.json.contains("\"refresh_token_file\":\"/jobs/next\""))
        #expect(document.spec.requests.first?.details?.contains("/jobs/next") == true)
    }

    @Test func `a login names a request, and says where its token is and goes`() throws {
        let login = "{name: login, url: \"https://a.test/login\", json: {password: \"${env:P}\"}}"
        func read(_ more: String) throws -> LoginCredential? {
            let auth = try spec("requests: [\(login)]\nrequest: {auth: {login: {request: login, \(more)}}}")
                .request.auth
            if case .login(let login)? = auth { return login }
            return nil
        }
        let plain = try #require(try read("token: {json: \"$.t\"}"))
        #expect(plain.token == .json("$.t"))
        #expect([plain.header, plain.prefix] == ["authorization", "Bearer "])
        let session = try #require(try read("token: {header: X-T}, header: X-S, expires: 30m"))
        #expect(session.token == .header("x-t"))
        #expect([session.header, session.prefix] == ["X-S", ""])
        #expect(session.expires == .seconds(1800))
        let cookie = try #require(try read("token: {cookie: sid}"))
        #expect(cookie.token == .cookie("sid"))
        #expect(cookie.header == nil)
    }

    @Test(arguments: [
        ("{bearer: abc}", "a secret stands here as ${env:NAME} or ${file:PATH}"),
        ("{bearer: \"${var:T}\"}", "no value"),
        ("yes", "auth is none, or a mapping"),
        ("{bearer: \"${env:A}\", basic: {user: a, password: \"${env:B}\"}}", "auth has one of"),
        ("{}", "auth has one of"),
        ("{token: \"${env:A}\"}", "did you mean \"bearer\"?"),
        ("{basic: {user: \"a:b\", password: \"${env:B}\"}}", "has no colon"),
        ("{basic: {user: a}}", "write {user: me"),
        ("{api_key: {value: \"${env:B}\"}}", "a key goes into one place"),
        ("{api_key: {header: a b, value: \"${env:B}\"}}", "not the name of a header"),
        (
            "{oauth2: {token_url: \"http://l.test/t\", client_id: a, client_secret: \"${env:B}\"}}",
            "in the clear"
        ),
        ("{oauth2: {token_url: \"https://l.test/t\", client_id: a}}", "no client_secret"),
        ("{oauth2: {token_url: \"https://u:p@l.test/t\", client_id: a}}", "not a URL of https"),
        (
            "{oauth2: {token_url: \"https://l.test/\", client_id: a, client_secret: \"${env:B}\", scopes: a}}",
            "did you mean \"scope\"?"
        ),
        (
            "{oauth2: {token_url: \"https://l.test/\", client_id: a, client_secret: \"${env:B}\", params: {grant_type: x}}}",
            "trawl sends this one itself"
        ),
        (
            "{login: {request: nobody, token: {json: \"$.t\"}}}",
            "there is no request with the name \"nobody\""
        ),
        ("{aws_sigv4: {key: a, secret: \"${env:B}\", region: r}}", "no service"),
        ("{aws_sigv4: {key: a, secret: \"${env:B}\", region: \"a/b\", service: s}}", "not a name"),
    ])
    func `what cannot be is refused with what to write`(auth: String, message: String) throws {
        let document = "urls: [\"https://a.test/\"]\nrequest: {auth: \(auth)}"
        let found =
            message == "no value"
            ? "\((try? JobDocument(yaml: document, source: .file("a.yaml")).fillingVariables([:])) == nil ? "no value" : "none")"
            : mistake(document)
        #expect(found.contains(message), "\(found)")
    }

    @Test(arguments: [
        ("paginate: {next: {header: link}}", "it has no paginate, items or for_each"),
        (
            "auth: {digest: {user: a, password: \"${env:P}\"}}",
            "its own auth is one of bearer, basic and api_key"
        ),
    ])
    func `a request that logs in is one request`(more: String, message: String) {
        let found = mistake(
            "requests: [{name: l, url: \"https://a.test/\", \(more)}]\nrequest: {auth: {login: {request: l, token: {json: \"$.t\"}}}}"
        )
        #expect(found.contains(message), "\(found)")
    }

    @Test func `a job that finds pages takes what is the same for all of them`() {
        let digest = "{digest: {user: a, password: \"${env:P}\"}}"
        #expect(
            mistake("urls: [\"https://a.test/\"]\nfollow: {}\nrequest: {auth: \(digest)}").contains(
                "takes bearer, basic"))
        #expect(
            mistake("urls: [\"https://a.test/\"]\nfollow: {}\nrequest: {auth: {bearer: \"${env:P}\"}}")
                == "none")
    }

    @Test func `what is written out is read the same`() throws {
        for auth in [
            "none", "{bearer: \"${env:T}\"}", "{digest: {user: me, password: \"${env:P}\"}}",
            "{api_key: {query: key, value: \"${env:T}\"}}",
            "{aws_sigv4: {key: k, secret: \"${env:S}\", token: \"${env:T}\", region: r, service: s}}",
            "{oauth2: {token_url: \"https://l.test/t\", client_id: me, client_secret: \"${env:S}\", params: {a: [\"1\", \"2\"], b: c}}}",
        ] {
            let document = try JobDocument(
                yaml: "urls: [\"https://a.test/\"]\nrequest: {auth: \(auth)}", source: .file("/a.yaml"))
            let again = try JobDocument(yaml: document.complete(), source: .file("/a.yaml"))
            #expect(again.spec == document.spec, "\(auth)")
        }
    }
}
