import CrawlCore
import LoopbackServer
import Testing

@testable import Curl

@Suite struct CookieStoreTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    /// Sets a cookie on /set and says on any other path which it got.
    private func server(cookie: String = "a=1") throws -> LoopbackServer {
        try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            request.path == "/set"
                ? .text("").header("Set-Cookie", cookie) : .text(request.headers["Cookie"] ?? "none")
        }
    }

    @Test func `without a store no cookie is ever sent`() throws {
        let server = try server()
        let test = try TestTransfer(loop)
        try test.fetch(server.url("/set"))

        try test.fetch(server.url("/"))

        #expect(test.text == "none")
    }

    @Test func `a store keeps what one transfer got for all others, on every loop`() throws {
        let server = try server()
        let store = try CookieStore()
        let other = try TransferLoop(connections: 1)
        try TestTransfer(loop, cookies: store).fetch(server.url("/set"))

        for loop in [loop, other] {
            let test = try TestTransfer(loop, cookies: store)
            try test.fetch(server.url("/"))
            #expect(test.text == "a=1")
        }
        let without = try TestTransfer(loop)
        try without.fetch(server.url("/"))
        #expect(without.text == "none")
    }

    @Test func `a cookie goes to the host that set it`() throws {
        let server = try server()
        let test = try TestTransfer(loop, cookies: CookieStore())
        try test.fetch(server.url("/set"))

        try test.fetch(server.url("/", on: "127.0.0.2"))
        #expect(test.text == "none")
        try test.fetch(server.url("/", on: "127.0.0.1"))
        #expect(test.text == "a=1")
    }

    @Test(arguments: [
        "a=1; Domain=localhost", "a=1; Domain=com", "a=1; Domain=other.localhost", "a=1; Secure",
    ])
    func `a cookie for a public suffix, for another host or for TLS is not sent`(cookie: String) throws {
        let server = try server(cookie: cookie)
        let test = try TestTransfer(loop, cookies: CookieStore())
        try test.fetch(server.url("/set", on: "x.localhost"))

        try test.fetch(server.url("/", on: "y.localhost"))
        #expect(test.text == "none")
        try test.fetch(server.url("/", on: "127.0.0.1"))
        #expect(test.text == "none")
    }

    @Test func `a flood of cookies is bounded, in what is sent and in what is kept`() throws {
        let server = try LoopbackServer { request in
            guard request.path != "/echo" else { return .text(request.headers["Cookie"] ?? "none") }
            var response = LoopbackServer.Response.text("")
            for index in 0..<49 {
                response = response.header(
                    "Set-Cookie", "c\(request.path.dropFirst())x\(index)=\(String(repeating: "v", count: 30))"
                )
            }
            return response
        }
        let store = try CookieStore()
        let test = try TestTransfer(loop, cookies: store)
        for index in 0..<90 { try test.fetch(server.url("/\(index)")) }

        try test.fetch(server.url("/echo"))

        #expect(test.text.utf8.count < 9_000)
        #expect(test.text != "none")
        let transfer = try #require(test.transfer)
        #expect(
            store.count(by: transfer.handle.easy) <= 2_000,
            "3,000 were met once, and then 50 of the host kept")
    }

    @Test func `of too many cookies those of the domains that have most go first`() {
        let lines =
            (0..<3_200).map { "flood.example\tFALSE\t/\tFALSE\t0\tn\($0)\tv" } + [
                "few.example\tFALSE\t/\tFALSE\t0\tn\tv"
            ]
        #expect(CookieStore.kept(of: lines).count == 51)
        #expect(CookieStore.kept(of: lines).contains { $0.hasPrefix("few.example") })

        let domains = (0..<4_000).map { "\($0).example\tFALSE\t/\tFALSE\t0\tn\tv" }
        #expect(CookieStore.kept(of: domains).count == CookieStore.maximumCount)
    }

    @Test func `a store outlives whoever used it, and the other way round`() throws {
        let server = try server()
        var store: CookieStore? = try CookieStore()
        var test: TestTransfer? = try TestTransfer(loop, cookies: store)
        try test?.fetch(server.url("/set"))
        let kept = try #require(store)
        store = nil
        test = nil

        let other = try TestTransfer(loop, cookies: kept)
        try other.fetch(server.url("/"))

        #expect(other.text == "a=1")
    }

    @Test func `kept cookies and those of the job go out as one field`() throws {
        let server = try server()
        let test = try TestTransfer(loop, cookies: CookieStore())
        let transfer = try #require(test.transfer)
        try transfer.setHeaders([
            .init(name: "Cookie", value: "b=2"), .init(name: "X-A", value: "1"),
            .init(name: "cookie", value: "c=3"),
        ])
        try test.fetch(server.url("/set"))
        #expect(transfer.sentCookies == CookieField(["b=2; c=3"]))

        try test.fetch(server.url("/"))

        let headers = try #require(server.log.last).headers
        #expect(headers.fields.filter { $0.name.lowercased() == "cookie" }.map(\.value) == ["a=1; b=2; c=3"])
        #expect(transfer.sentCookies == CookieField(["a=1; b=2; c=3"]))
        try transfer.setHeaders([])
        try test.fetch(server.url("/"))
        #expect(test.text == "a=1")
    }

    @Test func `a job's cookies are one field where none are kept`() throws {
        let server = try server()
        let test = try TestTransfer(loop)
        try #require(test.transfer).setHeaders([
            .init(name: "Cookie", value: "b=2"), .init(name: "Cookie", value: "c=3"),
        ])
        try test.fetch(server.url("/"))

        #expect(test.text == "b=2; c=3")
    }

    @Test(arguments: [
        "a=1", "a=1; Path=/x", "a=1; Path=/x/", "a=1; Domain=127.0.0.1", "a=1; Secure", "a=1; HttpOnly",
        "a=1; Max-Age=0", "a=1; Max-Age=1000", "a=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT", "a=", "a=b c\td",
        "a=1; Path=/x/y",
    ])
    func `what would be sent is known before it is`(cookie: String) throws {
        let server = try server(cookie: cookie)
        let test = try TestTransfer(loop, cookies: CookieStore())
        try test.fetch(server.url("/set"))

        for path in ["/", "/x", "/xy", "/x/", "/x/y", "/x/y?q=/z", "/X/y"] {
            for address in ["127.0.0.1", "127.0.0.2"] {
                let url = server.url(path, on: address)
                let expected = try #require(test.transfer).cookies(for: WebURL(parsing: url), own: [])
                try test.fetch(url)
                #expect(try #require(test.transfer).sentCookies == expected, "\(url)")
                #expect(test.text == "none" || expected != CookieField(), "\(url)")
            }
        }
    }
}
