import CrawlCore
import Curl
import LoopbackServer
import Testing

/// Where connections lead, and where they come from, by the user's word.
@Suite struct NetworkOptionsTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    private func port(of server: LoopbackServer) -> String {
        server.url("").split(separator: ":").last.map(String.init) ?? ""
    }

    @Test func `a host whose address is given is not looked up`() throws {
        let server = try LoopbackServer { .text($0.headers["Host"] ?? "") }
        let port = port(of: server)
        var network = NetworkOptions()
        network.resolve = [try #require(ResolvedHost("nowhere.invalid:\(port):127.0.0.1"))]
        let test = try TestTransfer(loop, network: network)

        for _ in 0..<2 { try test.fetch("http://nowhere.invalid:\(port)/") }
        #expect(test.text == "nowhere.invalid:\(port)")
        #expect(test.askedAddresses == [IPAddress.v4(0x7f00_0001)])
        try test.fetch("http://elsewhere.invalid:\(port)/")
        #expect(test.kind == .dns)
    }

    @Test func `a star is every host at a port`() throws {
        let server = try LoopbackServer { .text($0.headers["Host"] ?? "") }
        let port = port(of: server)
        var network = NetworkOptions()
        network.resolve = [try #require(ResolvedHost("*:\(port):127.0.0.1"))]
        let test = try TestTransfer(loop, network: network)

        for host in ["a.invalid", "b.invalid"] {
            try test.fetch("http://\(host):\(port)/")
            #expect(test.text == "\(host):\(port)")
        }
    }

    @Test(arguments: ["127.0.0.3", "lo"])
    func `an address or interface of this machine lets requests through`(
        name: String
    ) throws {
        let server = try LoopbackServer { _ in .text("") }
        var network = NetworkOptions()
        network.interface = name
        let test = try TestTransfer(loop, network: network)

        try test.fetch(server.url("/"))

        #expect(test.kind == nil)
        #expect(server.counters.requests == 1)
    }

    @Test(arguments: ["if!nowhere0", "192.0.2.1"]) func `any other lets nothing through`(name: String) throws
    {
        let server = try LoopbackServer { _ in .text("") }
        var network = NetworkOptions()
        network.interface = name
        let test = try TestTransfer(loop, network: network)

        try test.fetch(server.url("/"))

        #expect(test.kind == .connect)
        #expect(server.counters.requests == 0)
    }
}
