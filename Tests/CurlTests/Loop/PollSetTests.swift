import CLinux
@testable import Curl
import Glibc
import Testing

@Suite struct PollSetTests {
    private let sockets: PollSet
    private let near: Int32
    private let far: Int32

    init() throws {
        sockets = try PollSet()
        (near, far) = try PollSetTests.pair()
        sockets.opened(near)
    }

    private static func pair() throws -> (Int32, Int32) {
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        return (pair[0], pair[1])
    }

    private func send() {
        #expect(write(far, "x", 1) == 1)
    }

    /// The descriptors that are ready at once.
    private func ready() -> [Int32] {
        let count = sockets.wait(milliseconds: 0)
        return (0..<count).compactMap { sockets.event($0)?.descriptor }
    }

    @Test func `what comes is told for as long as it is wanted`() {
        defer { _ = (close(near), close(far)) }
        sockets.want(clinux_epollin, of: near)
        #expect(ready() == [])
        send()
        #expect(ready() == [near])
        sockets.want(0, of: near)
        #expect(ready() == [])
        sockets.want(clinux_epollin, of: near)
        #expect(ready() == [near])
    }

    @Test func `an event that nobody wants wakes the loop once`() {
        defer { _ = (close(near), close(far)) }
        sockets.want(clinux_epollin, of: near)
        #expect(ready() == [])
        sockets.want(0, of: near)
        send()
        #expect(sockets.wait(milliseconds: 0) == 1)
        #expect(sockets.event(0) == nil)
        #expect(sockets.wait(milliseconds: 0) == 0)
    }

    @Test func `a descriptor that was closed and opened again is another`() throws {
        sockets.want(clinux_epollin, of: near)
        #expect(ready() == [])
        sockets.closed(near)
        let (own, peer) = try PollSetTests.pair()
        // Closes the old socket and gives its number to another, in one step: other tests open sockets too.
        #expect(dup2(own, near) == near)
        defer { _ = (close(near), close(far), close(own), close(peer)) }
        sockets.opened(near)
        #expect(write(peer, "x", 1) == 1)
        #expect(ready() == [])
        sockets.want(clinux_epollin, of: near)
        #expect(ready() == [near])
    }

    @Test func `a descriptor that was never said to be opened is taken out at once`() throws {
        defer { _ = (close(near), close(far)) }
        let (own, peer) = try PollSetTests.pair()
        defer { _ = (close(own), close(peer)) }
        sockets.want(clinux_epollin, of: own)
        #expect(ready() == [])
        sockets.want(0, of: own)
        #expect(write(peer, "x", 1) == 1)
        #expect(sockets.wait(milliseconds: 0) == 0)
    }
}
