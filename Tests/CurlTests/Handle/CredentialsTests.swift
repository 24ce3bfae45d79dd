import CrawlCore
import Curl
import LoopbackServer
import Testing

/// User names and passwords.
@Suite struct CredentialsTests {
    private let loop: TransferLoop
    private let server: LoopbackServer

    init() throws {
        loop = try TransferLoop(connections: 8)
        server = try LoopbackServer { _ in .text("ok") }
    }

    private var sent: [String?] { server.log.map { $0.headers["Authorization"] } }

    @Test func `credentials are sent as Basic until they are taken away`() throws {
        let test = try TestTransfer(loop)
        let transfer = try #require(test.transfer)
        try transfer.setCredentials(Credentials(user: "Aladdin", password: "open sesame"))
        try test.fetch(server.url("/1"))
        try test.fetch(server.url("/2"))
        try transfer.setCredentials(nil)
        try test.fetch(server.url("/3"))

        // The example of RFC 7617, section 2.
        let expected = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        #expect(sent == [expected, expected, nil])
        #expect(server.connections == 1)
    }

    @Test func `who uses the connection next has no part in them`() throws {
        let first = try TestTransfer(loop)
        try #require(first.transfer).setCredentials(Credentials(user: "u", password: "p"))
        try first.fetch(server.url("/"))

        try TestTransfer(loop).fetch(server.url("/"))

        #expect(sent == ["Basic dTpw", nil])
        #expect(server.connections == 1)
    }

    @Test func `a name without a password, and characters of any kind, are sent as they are`() throws {
        let test = try TestTransfer(loop)
        let transfer = try #require(test.transfer)
        try transfer.setCredentials(Credentials(user: "u", password: ""))
        try test.fetch(server.url("/"))
        try transfer.setCredentials(Credentials(user: "ü", password: "a:b\u{20AC}"))
        try test.fetch(server.url("/"))

        #expect(sent == ["Basic dTo=", "Basic w7w6YTpi4oKs"])
    }

    @Test func `a challenge is an answer, and is not answered`() throws {
        let server = try LoopbackServer { _ in .status(401).header("WWW-Authenticate", "Basic realm=\"x\"") }
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/"))
        #expect(transfer.statusCode == 401)
        try transfer.setCredentials(Credentials(user: "u", password: "wrong"))
        try test.fetch(server.url("/"))

        #expect(transfer.statusCode == 401)
        #expect(server.counters.requests == 2)
    }

    @Test func `a field of the job goes before them`() throws {
        let test = try TestTransfer(loop)
        let transfer = try #require(test.transfer)
        try transfer.setCredentials(Credentials(user: "u", password: "p"))
        try transfer.setHeaders([.init(name: "Authorization", value: "Bearer x")])

        try test.fetch(server.url("/"))

        #expect(sent == ["Bearer x"])
    }
}
