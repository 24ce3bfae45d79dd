import CrawlCore
import Curl
import LoopbackServer
import Testing

/// Which addresses are connected to.
@Suite struct AddressPolicyTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    private static let loopback = IPAddress.v4(0x7F00_0001)
    private static let loopback6 = IPAddress.v6(1)

    @Test func `an address is told as the system is given it`() throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "127.1.2.3", "::1"]) { _ in .text("ok") }
        let test = try TestTransfer(loop)

        for host in ["127.0.0.1", "127.1.2.3", "::1"] { try test.fetch(server.url("/", on: host)) }

        #expect(test.askedAddresses == [Self.loopback, .v4(0x7F01_0203), Self.loopback6])
        #expect(test.askedAddresses.map(\.description) == ["127.0.0.1", "127.1.2.3", "::1"])
    }

    @Test(arguments: ["127.0.0.1", "::1", "x.localhost"])
    func `an address that is refused is not connected to`(host: String) throws {
        let server = try LoopbackServer(addresses: ["127.0.0.1", "::1"]) { _ in .text("ok") }
        let test = try TestTransfer(loop)
        test.mayConnect = { _ in false }

        try test.fetch(server.url("/", on: host))

        #expect(test.kind == .blockedAddress)
        guard case .failed(_, let message) = test.result else {
            Issue.record("no message")
            return
        }
        #expect(message.contains("127.0.0.1") || message.contains("::1"))
        #expect(server.connections == 0)
    }

    @Test func `an address that is refused leaves the others`() throws {
        // curl knows that names under localhost have both addresses.
        let server = try LoopbackServer(addresses: ["127.0.0.1", "::1"]) { _ in .text("ok") }
        for (refused, used) in [(Self.loopback, "::1"), (Self.loopback6, "127.0.0.1")] {
            let test = try TestTransfer(loop)
            test.mayConnect = { $0 != refused }

            let transfer = try test.fetch(server.url("/", on: "\(used == "::1" ? "a" : "b").localhost"))

            #expect(test.results == [.code(.ok)])
            #expect(transfer.remoteIP == used)
        }
    }

    @Test func `an address that does not answer is no refusal, although others were refused`() throws {
        let server = try LoopbackServer { _ in .text("ok") }
        server.stop()
        let test = try TestTransfer(loop)
        test.mayConnect = { $0 == Self.loopback }

        try test.fetch(server.url("/", on: "c.localhost"))

        #expect(test.kind == .connect)
    }

    @Test func `each new connection is asked about, so that a name may not change its address in between`()
        throws
    {
        let server = try LoopbackServer { _ in .text("ok").closing() }
        let test = try TestTransfer(loop)
        try test.fetch(server.url("/", on: "127.0.0.1"))
        test.mayConnect = { _ in false }

        try test.fetch(server.url("/", on: "127.0.0.1"))

        #expect(test.kind == .blockedAddress)
        #expect(server.counters.requests == 1)
    }

    @Test func `nothing of a refusal is left for the next request`() throws {
        let server = try LoopbackServer { _ in .text("ok") }
        let test = try TestTransfer(loop)
        test.mayConnect = { _ in false }
        try test.fetch(server.url("/"))
        test.mayConnect = { _ in true }

        try test.fetch(server.url("/"))
        #expect(test.results == [.code(.ok)])
        server.stop()
        try test.fetch(server.url("/"))

        #expect(test.kind == .connect)
    }

    @Test func `a proxy's address is not asked about`() throws {
        let proxy = try LoopbackServer { _ in .text("from the proxy") }
        let test = try TestTransfer(loop, proxy: proxy.url(""))
        test.mayConnect = { _ in false }

        let transfer = try test.fetch("http://example.test/a")

        #expect(test.text == "from the proxy")
        #expect(test.askedAddresses.isEmpty)
        #expect(transfer.isProxied)
    }
}
