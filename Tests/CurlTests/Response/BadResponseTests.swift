import CrawlCore
import Curl
import LoopbackServer
import Testing

/// What comes of servers that do not speak HTTP well, and of connections that break.
@Suite struct BadResponseTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    private static let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n"

    /// The kind of error that a raw answer ends with; nil where it is taken.
    private func kind(_ answer: String, then ending: LoopbackServer.Response.Ending = .close) throws
        -> ErrorKind?
    {
        let server = try LoopbackServer { _ in .raw(answer, then: ending) }
        let test = try TestTransfer(loop)
        try test.fetch(server.url("/"))
        #expect(server.counters.requests == 1, "nothing is repeated")
        return test.kind
    }

    @Test(arguments: ["ZZ\r\nxx\r\n", "FFFFFFFFFFFFFFFF0\r\nx", "4\r\nbodyX\r\n", "-1\r\n", "\r\n"])
    func `broken chunks are a bad response, and what came before them is there`(rest: String) throws {
        let server = try LoopbackServer { _ in .raw(Self.chunked + rest) }
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/"))

        #expect(test.kind == .badResponse)
        #expect(test.text.hasPrefix("body"))
        #expect(transfer.statusCode == 200)
    }

    @Test func `a connection that is reset between chunks is a reset`() throws {
        let received = LoopbackServer.Latch()
        let server = try LoopbackServer { _ in
            .script([.send(Self.chunked), .hold(received), .reset])
        }
        let test = try TestTransfer(loop)
        try test.start(server.url("/"))
        try loop.turn { test.text == "body" }
        received.open()

        try loop.turn { !test.results.isEmpty }

        #expect(test.kind == .reset)
    }

    @Test func `chunks without their last are truncated`() throws {
        #expect(try kind(Self.chunked) == .truncated)
    }

    @Test func `a broken chunk after a dead connection is a bad response too`() throws {
        let server = try LoopbackServer { request in
            request.hit == 0 ? .text("ok").closing(announced: false) : .raw(Self.chunked + "ZZ\r\n")
        }
        let test = try TestTransfer(loop)
        try test.fetch(server.url("/"))

        try test.fetch(server.url("/"))

        #expect(test.kind == .badResponse)
    }

    @Test(arguments: [
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nbody",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nbody",
        "HTTP/1.1 000 Whatever\r\n\r\n", "HTTP/1.1 1000 Whatever\r\n\r\n", "HTTP/3.7 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "<html>HTTP/0.9",
        "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n",
    ])
    func `what is not HTTP is a bad response`(answer: String) throws {
        #expect(try kind(answer) == .badResponse)
        #expect(try kind(answer, then: .stall) == .badResponse, "at once, whatever else comes")
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX: y", "HTTP/1.1 100 Continue\r\n\r\n"])
    func `a connection that is closed within the header is a reset`(answer: String) throws {
        #expect(try kind(answer) == .reset)
    }

    @Test func `a body that is closed or reset early is truncated or reset`() throws {
        #expect(try kind("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody") == .truncated)
        #expect(try kind("", then: .reset) == .reset)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
        "HTTP/1.1 200 OK\nContent-Length: 4\n\nbody", "HTTP/1.0 200 OK\r\n\r\nbody",
    ])
    func `what is only odd is taken`(answer: String) throws {
        let server = try LoopbackServer { _ in .raw(answer) }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.ok)])
        #expect(test.text == "body")
    }

    @Test func `a header and a trailer without end are too large`() throws {
        let header = try LoopbackServer { _ in
            .script([.send("HTTP/1.1 200 OK\r\n"), .repeat("X: yyyyyyyyyyyyyy\r\n")])
        }
        let trailer = try LoopbackServer { _ in
            .script([.send(Self.chunked + "0\r\n"), .repeat("X: yyyyyyyyyyyyy\r\n")])
        }
        let interim = try LoopbackServer { _ in .script([.repeat("HTTP/1.1 100 Continue\r\n\r\n")]) }
        for server in [header, trailer, interim] {
            let test = try TestTransfer(loop)
            try test.fetch(server.url("/"))
            #expect(test.kind == .tooLarge)
        }
    }
}
