import Glibc
import LoopbackServer
import Testing

@Suite struct BlackHoleTests {
    @Test func `an attempt to connect is neither accepted nor refused`() throws {
        let hole = try BlackHole(address: "127.0.0.4")
        #expect(hole.url("/a") == "http://127.0.0.4:\(hole.port)/a")

        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(client) }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(hole.port).bigEndian
        inet_pton(AF_INET, hole.address, &name.sin_addr)
        let size = socklen_t(MemoryLayout.size(ofValue: name))
        let code = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, size) }
        }
        #expect(code == -1 && errno == EINPROGRESS)

        // Both an accepted and a refused connection become writable at once.
        var poll = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
        #expect(Glibc.poll(&poll, 1, 100) == 0)
    }

    @Test func `an address that others could reach is refused`() {
        #expect(throws: LoopbackServer.Failure.notLoopback("0.0.0.0")) { try BlackHole(address: "0.0.0.0") }
    }
}
