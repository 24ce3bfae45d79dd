import Testing

@testable import trawl

struct RequestGateTests {
    let token: AccessToken

    init() throws { token = try #require(AccessToken("0123456789abcdef")) }

    func request(
        _ path: String = "/state.json", host: String? = "127.0.0.1:9464", _ fields: (String, String)...
    ) -> WebRequest {
        var request = WebRequest()
        request.path = path
        request.fields = (host.map { [("host", $0)] } ?? []).map { .init(name: $0.0, value: $0.1) }
        request.fields += fields.map { .init(name: $0.0, value: $0.1) }
        return request
    }

    func status(_ gate: RequestGate, _ request: WebRequest) -> Int {
        if case .refuse(let response) = gate.verdict(request) { response.status.rawValue } else { 200 }
    }

    @Test(arguments: [
        "127.0.0.1", "127.0.0.1:9464", "localhost:1", "LOCALHOST", "[::1]:9464", "10.1.2.3",
        "crawler.example.org:80",
    ])
    func `an address, localhost and a name that was given are this server's`(_ host: String) {
        let gate = RequestGate(token: nil, names: ["Crawler.example.org"], port: 9464)
        #expect(status(gate, request(host: host)) == 200)
    }

    @Test(arguments: [
        "evil.example", "evil.example:9464", "localhost.evil.example", "127.0.0.1.evil.example", "127.1",
        "0x7f.1", "2130706433",
        "localhost.", "localhost:9464.evil.example", "127.0.0.1@evil.example", "[::1].evil.example", "[::1",
        "", "127.0.0.1 ",
        "crawler.example.org.evil.example", "[127.0.0.1]", "[crawler.example.org]",
    ])
    func `any other name is refused on every path, as it may have been made to lead here`(_ host: String) {
        let gate = RequestGate(token: nil, names: ["crawler.example.org"], port: 9464)
        for path in [
            "/", "/live.js", "/healthz", "/metrics", "/state.json", "/events", "/report/1", "/nothing",
        ] {
            #expect(status(gate, request(path, host: host)) == 421)
        }
    }

    @Test func `no Host field, or two, are refused`() {
        let gate = RequestGate(token: nil, names: [], port: 9464)
        #expect(status(gate, request(host: nil)) == 400)
        #expect(status(gate, request("/", host: "localhost", ("host", "localhost"))) == 400)
    }

    @Test func `only reading is allowed`() {
        let gate = RequestGate(token: nil, names: [], port: 9464)
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "get", "CONNECT"] {
            var changed = request()
            changed.method = method
            #expect(status(gate, changed) == 405)
        }
    }

    @Test func `with a token, data needs it, in a field or in the cookie of this port`() {
        let gate = RequestGate(token: token, names: [], port: 9464)
        for path in ["/state.json", "/events", "/metrics", "/report/1", "/session", "/nothing"] {
            #expect(status(gate, request(path)) == 401)
            #expect(
                status(gate, request(path, host: "localhost", ("authorization", "Bearer 0123456789abcdef")))
                    == 200)
            #expect(
                status(gate, request(path, host: "localhost", ("cookie", "a=b; trawl_9464=0123456789abcdef")))
                    == 200)
        }
        for wrong in [
            "Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer", "Basic 0123456789abcdef",
            "Bearer  x",
        ] {
            #expect(status(gate, request("/metrics", host: "localhost", ("authorization", wrong))) == 401)
        }
        #expect(
            status(gate, request("/metrics", host: "localhost", ("cookie", "trawl_9465=0123456789abcdef")))
                == 401)
    }

    @Test func `whether all is well, and the page without what it shows, need no token`() {
        let gate = RequestGate(token: token, names: [], port: 9464)
        for path in ["/", "/healthz", "/live.css", "/live.js", "/icon.svg"] {
            #expect(status(gate, request(path)) == 200)
        }
    }

    @Test func `the cookie is the browser's alone, and comes only for a token in a field`() {
        let gate = RequestGate(token: token, names: [], port: 9464)
        let shown = request("/session", host: "localhost", ("authorization", "Bearer 0123456789abcdef"))
        #expect(gate.cookieField(shown) == "trawl_9464=0123456789abcdef; HttpOnly; SameSite=Strict")
        #expect(
            gate.cookieField(
                request("/session", host: "localhost", ("cookie", "trawl_9464=0123456789abcdef"))) == nil)
    }

    @Test func `a token that is short, or no cookie can carry, is none`() {
        for text in [
            "short", "with space 0123456789", "quote\"0123456789abcdef", "semi;0123456789abcdef",
            "ümlaut0123456789abcdef",
        ] {
            #expect(AccessToken(text) == nil)
        }
        let (one, other) = (AccessToken.random(), AccessToken.random())
        #expect(one.text != other.text && one.text.count == 32 && one.isOurs)
        #expect(one.matches(one.text) && !one.matches(other.text))
    }
}
