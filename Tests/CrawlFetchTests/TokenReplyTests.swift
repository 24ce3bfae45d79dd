import CrawlCore
import Testing

@testable import CrawlFetch

/// What responses to requests for tokens say.
struct TokenReplyTests {
    private func answer(
        _ body: String, status: Int = 200, _ reading: TokenErrand.Reading = .oauth,
        headers: [String: [String]] = [:]
    ) -> TokenAnswer {
        TokenReply(
            status: status, contentType: "application/json", body: Array(body.utf8),
            location: headers["location"]?.first, header: { headers[$0] ?? [] }
        ).answer(reading)
    }

    private func grant(_ answer: TokenAnswer) -> TokenGrant? {
        if case .granted(let grant) = answer { grant } else { nil }
    }

    @Test(
        arguments: [
            ("300", 300), ("\"300\"", 300), ("3599.7", 3599), ("0", 0), ("-5", 0),
            ("1e12", 1_000_000_000_000),
            ("1e400", nil), ("null", nil), ("\"soon\"", nil), ("[1]", nil),
        ] as [(String, Int64?)])
    func `a life is read however it is written`(text: String, seconds: Int64?) {
        let answer = answer("{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":\(text)}")
        #expect(grant(answer) == TokenGrant(text: "t", expiresIn: seconds))
    }

    @Test func `the next refresh token is read`() {
        #expect(grant(answer(#"{"access_token":"t","refresh_token":"r"}"#))?.refreshToken == "r")
    }

    @Test(arguments: [
        (200, "", false), (200, "[]", false), (200, "{\"access_token\":\"\"}", true),
        (200, "{\"access_token\":null}", false),
        (200, "{\"access_token\":\"a\\nb\"}", true),
        (200, "{\"access_token\":\"t\",\"token_type\":\"DPoP\"}", true),
        (200, "{\"error\":\"bad_verification_code\"}", true), (400, "{}", true), (401, "no", true),
        (404, "", true),
        (429, "", false), (500, "{}", false), (503, "{\"error\":\"server_error\"}", false),
        (200, "{\"access_token\":", false),
    ])
    func `a fault is final where asking again is of no use`(status: Int, body: String, isFinal: Bool) {
        guard case .failed(let fault) = answer(body, status: status) else {
            Issue.record("granted")
            return
        }
        #expect(fault.isFinal == isFinal)
        #expect(fault.kind == .unexpected)
    }

    @Test func `a token that is too long is none`() {
        let long = String(repeating: "x", count: 40_000)
        #expect(grant(answer("{\"access_token\":\"\(long)\"}")) == nil)
    }

    @Test func `a login's token is in the body, a field or a cookie, and no other cookie is it`() {
        let cookies = ["a=1; Path=/", " sid = v=w ; HttpOnly", "sid2=x"]
        #expect(grant(answer("{\"d\":[{\"t\":12}]}", .login(.json("$.d[0].t"))))?.text == "12")
        #expect(grant(answer("", .login(.header("x-t")), headers: ["x-t": ["v"]]))?.text == "v")
        #expect(
            grant(answer("", status: 302, .login(.cookie("sid")), headers: ["set-cookie": cookies]))?.text
                == "v=w")
        #expect(grant(answer("", .login(.cookie("SID")), headers: ["set-cookie": cookies])) == nil)
        #expect(grant(answer("{\"t\":\"x\"}", status: 403, .login(.json("$.t")))) == nil)
    }
}
