import Testing

@testable import Authentication

/// Answers to challenges of Digest.
struct DigestTests {
    private let get = DigestRequest(method: "GET", target: "/dir/index.html", body: [])

    /// RFC 7616, section 3.9.1.
    @Test(arguments: [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ])
    func `the examples of the standard come out`(algorithm: String, response: String) throws {
        let challenge = try #require(
            DigestChallenge(fields: [
                """
                Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=\(algorithm), \
                nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", \
                opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"
                """
            ]))
        let answer = challenge.answer(
            get, user: "Mufasa", password: "Circle of Life", count: 1,
            clientNonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")

        #expect(answer.contains("response=\"\(response)\""))
        #expect(answer.contains("nc=00000001"))
        #expect(answer.contains("algorithm=\(algorithm)"))
    }

    /// RFC 7616, section 3.9.2.
    @Test func `a user's name is hashed where the server wants it`() throws {
        let challenge = try #require(
            DigestChallenge(fields: [
                """
                Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, \
                nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", \
                opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDssOS", charset=UTF-8, userhash=true
                """
            ]))
        let answer = challenge.answer(
            DigestRequest(method: "GET", target: "/doe.json", body: []), user: "J\u{e4}s\u{f8}n Doe",
            password: "Secret, or not?", count: 1, clientNonce: "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm")

        #expect(
            answer.contains(
                "username=\"793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b\""))
    }

    @Test func `a challenge is found among others, and read however it is written`() throws {
        let fields = [
            "Negotiate YII/abc==, Basic realm=\"a, Digest b\"",
            "NTLM, dIgEsT Realm = \"q\\\"u\" , NONCE=\"n\", qop=auth-int,stale=TRUE, algorithm=MD5-sess",
        ]
        #expect(
            AuthenticateField.challenges(in: fields).map(\.scheme) == [
                "negotiate", "basic", "ntlm", "digest",
            ])
        let challenge = try #require(DigestChallenge(fields: fields))
        #expect(challenge.realm == "q\"u")
        #expect(challenge.isStale)
        let answer = challenge.answer(get, user: "u", password: "p", count: 0x1f, clientNonce: "c")
        #expect(answer.contains("realm=\"q\\\"u\""))
        #expect(answer.contains("qop=auth-int, nc=0000001f, cnonce=\"c\""))
    }

    @Test(arguments: [
        "Basic realm=\"a\"", "Digest realm=\"a\"", "Digest realm=\"a\", nonce=\"n\", algorithm=SHA-9", "",
        "Digest realm=\"a\", nonce=\"n\", qop=other", "Digest", ",,,", "=", "Digest realm=\"",
        "Digest \\", "\"",
    ])
    func `what cannot be answered is no challenge`(field: String) {
        #expect(DigestChallenge(fields: [field]) == nil)
    }

    @Test func `each use of a nonce has its number, which begins anew with the next nonce`() throws {
        func challenge(_ nonce: String) throws -> DigestChallenge {
            try #require(DigestChallenge(fields: ["Digest realm=r, nonce=\(nonce), qop=auth"]))
        }
        var session = DigestSession(try challenge("a"))
        func count() -> String? {
            let answer = session.answer(get, user: "u", password: "p", clientNonce: "c")
            return answer.split(separator: ", ").first { $0.hasPrefix("nc=") }.map(String.init)
        }
        #expect([count(), count()] == ["nc=00000001", "nc=00000002"])
        session.renew(try challenge("b"))
        #expect(session.generation == 2)
        #expect(count() == "nc=00000001")
    }
}
