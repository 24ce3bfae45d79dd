import Glibc
import LoopbackServer
import Testing

@Suite struct AddressTests {
    @Test func `every address is served on the same port`() throws {
        let addresses = ["127.0.0.1", "127.9.8.7", "127.255.255.254"]
        let server = try LoopbackServer(addresses: addresses) { .text("[\($0.address)]") }

        for address in addresses {
            let client = try Client(server, on: address)
            client.get("/")
            #expect(client.receive(upTo: "]").hasSuffix("[\(address)]"))
        }
    }

    @Test func `URLs name the first address unless told otherwise`() throws {
        let server = try LoopbackServer(addresses: ["127.0.0.2", "127.0.0.1"]) { _ in .closed }

        #expect(server.url("/a?b") == "http://127.0.0.2:\(server.port)/a?b")
        #expect(server.url("/", on: "x.localhost") == "http://x.localhost:\(server.port)/")
    }

    @Test(arguments: ["0.0.0.0", "128.0.0.1", "localhost", "::2", "::ffff:127.0.0.1", ""])
    func `an address that others could reach is refused`(address: String) {
        #expect(throws: LoopbackServer.Failure.notLoopback(address)) {
            try LoopbackServer(addresses: ["127.0.0.1", address]) { _ in .closed }
        }
    }

    @Test func `a server needs an address`() {
        #expect(throws: LoopbackServer.Failure.noAddress) {
            try LoopbackServer(addresses: []) { _ in .closed }
        }
    }

    @Test func `an address twice is the system's error`() {
        #expect(throws: LoopbackServer.Failure.self) {
            try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.1"]) { _ in .closed }
        }
    }

    @Test func `a server that is let go stops`() async throws {
        var server: LoopbackServer? = try LoopbackServer { _ in .stalled }
        let client = try Client(try #require(server))

        client.get("/")
        await server?.wait { $0.inFlight == 1 }
        server = nil
        #expect(client.receiveAll() == ("", .closed))
    }

    @Test func `a server comes back on the port of one that was stopped`() throws {
        let first = try LoopbackServer { _ in .text("first") }
        let client = try Client(first)
        client.get("/")
        _ = client.receive(upTo: "first")
        first.stop()

        let second = try LoopbackServer(port: first.port) { _ in .text("second") }
        #expect(second.port == first.port)
        let other = try Client(second)
        other.get("/")
        #expect(other.receive(upTo: "second").hasSuffix("second"))
    }

    @Test func `a port that is taken is the system's error`() throws {
        let server = try LoopbackServer { _ in .closed }

        #expect(throws: LoopbackServer.Failure.system(call: "bind", errno: EADDRINUSE)) {
            try LoopbackServer(port: server.port) { _ in .closed }
        }
    }
}
