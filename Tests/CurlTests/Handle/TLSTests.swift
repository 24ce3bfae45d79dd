import CrawlCore
import Curl
import LoopbackServer
import Testing

/// What is different with TLS.
@Suite struct TLSTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    @Test(.enabled(if: TLSServer.hasOpenSSL))
    func `a certificate that nobody vouches for is refused, with the reason`() throws {
        let server = try TLSServer.openSSL(["ok": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/ok"))

        #expect(test.kind == .tls)
        #expect(transfer.errorMessage?.contains("self-signed certificate") == true)
        #expect(transfer.statusCode == nil)
    }

    @Test(.enabled(if: TLSServer.hasOpenSSL))
    func `a certificate goes unchecked where the job says so`() throws {
        let server = try TLSServer.openSSL(["ok": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
        let test = try TestTransfer(loop, insecure: true)

        try test.fetch(server.url("/ok"))

        #expect(test.results == [.code(.ok)])
        #expect(test.text == "ok")
    }

    @Test(.enabled(if: TLSServer.hasOpenSSL))
    func `broken chunks are a bad response within TLS too, and missing ones are not`() throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n"
        let server = try TLSServer.openSSL(["broken": chunked + "ZZ\r\n", "cut": chunked])
        let test = try TestTransfer(loop, insecure: true)

        try test.fetch(server.url("/broken"))
        #expect(test.kind == .badResponse)
        try test.fetch(server.url("/cut"))

        #expect(try #require(test.kind).isTransient)
        #expect(test.text == "body")
    }

    @Test(.enabled(if: TLSServer.hasNginx))
    func `requests to a server of HTTP 2 share its connection`() async throws {
        let server = try await TLSServer.nginx()
        let first = try TestTransfer(loop, insecure: true)
        // Until nginx listens it cannot be asked.
        let deadline = ContinuousClock.now + .seconds(20)
        repeat {
            try first.fetch(server.url("/"))
        } while first.kind == .connect && ContinuousClock.now < deadline
        #expect(first.results == [.code(.ok)])
        let others = try (0..<8).map { _ in try TestTransfer(loop, insecure: true) }

        for other in others { try other.start(server.url("/")) }
        try loop.turn { loop.activeCount == 0 }

        #expect(first.transfer?.httpVersion == "2")
        #expect(others.map(\.text) == Array(repeating: first.text, count: 8))
        #expect(others.allSatisfy { $0.transfer?.running.head.status == 200 })
    }
}
