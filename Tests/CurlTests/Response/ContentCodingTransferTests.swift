import CrawlCore
import Curl
import LoopbackServer
import Testing

/// Bodies that come in a content coding.
@Suite struct ContentCodingTransferTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    @Test func `a coded body is decoded, and counted as it came`() throws {
        let body = try gzip(page)
        let server = try LoopbackServer { _ in coded(body) }
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/"))

        #expect(test.results == [.code(.ok)])
        #expect(test.text == page)
        #expect(transfer.sizeDownload == Int64(body.count))
        #expect(transfer.running.head.contentLength == Int64(body.count))
    }

    @Test func `a coded body in chunks, in drips and of several members is decoded`() throws {
        let body = try gzip(page)
        let members = try gzip(page) + gzip("the end")
        let server = try LoopbackServer { request in
            switch request.path {
            case "/chunks": coded(body).chunked(by: 7)
            case "/drips": coded(body).dripping(by: 100, every: .milliseconds(1))
            default: coded(members)
            }
        }
        for (path, text) in [("/chunks", page), ("/drips", page), ("/members", page + "the end")] {
            let test = try TestTransfer(loop)
            try test.fetch(server.url(path))
            #expect(test.results == [.code(.ok)], "\(path)")
            #expect(test.text == text)
        }
    }

    @Test
    func `a stream that is cut in half is truncated although its length is right, and what came is there`()
        throws
    {
        let body = try gzip((0..<20_000).map { "\($0 * 7919)" }.joined())
        let server = try LoopbackServer { _ in coded(Array(body.prefix(body.count / 2))) }
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/"))

        #expect(test.kind == .truncated)
        #expect(test.text.hasPrefix("0791915838"))
        #expect(transfer.statusCode == 200)
    }

    @Test func `a transport that ends early is truncated, in its own words`() throws {
        let body = try gzip(page)
        let server = try LoopbackServer { _ in coded(body).cut(after: 50) }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(CurlCode(rawValue: 18))])
    }

    @Test(arguments: ["gzip", "br", "zstd", "x-frobnicate", "gzip, gzip, gzip, gzip, gzip, gzip"])
    func `a body that is not in its coding is a decode error, and its connection is not used again`(
        coding: String
    )
        throws
    {
        let server = try LoopbackServer { request in
            request.path == "/bad" ? coded(Array(page.utf8), coding) : .text("fine")
        }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/bad"))
        #expect(test.kind == .decode)
        #expect(test.text.isEmpty)
        try test.fetch(server.url("/good"))

        #expect(test.results == [.code(.ok)])
        #expect(test.text == "fine")
    }

    @Test func `a body that is damaged is a decode error, and what came before is there`() throws {
        var body = try gzip(page)
        body[body.count - 6] ^= 1
        let damaged = body
        let server = try LoopbackServer { _ in coded(damaged) }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/"))

        #expect(test.kind == .decode)
        #expect(test.text == page)
    }

    @Test(arguments: [204, 304, 200])
    func `a response without a body has nothing to decode`(status: Int) throws {
        let server = try LoopbackServer { _ in .status(status).header("Content-Encoding", "gzip") }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.ok)])
    }

    @Test func `a bomb ends when the delegate takes no more, and within its limit`() throws {
        let body = try gzip([UInt8](repeating: 32, count: 8 << 20))
        let server = try LoopbackServer { _ in coded(body) }
        let test = try TestTransfer(loop)
        test.bodyLimit = 1 << 20

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.writeError)])
        #expect(test.body.count > 1 << 20)
        #expect(test.body.count <= 1 << 20 + 16 << 10)
    }

    @Test func `a coded body without end of which nothing comes is too large`() throws {
        let member = try gzip("")
        var many: [UInt8] = []
        for _ in 0..<1000 { many += member }
        let repeated = many
        let server = try LoopbackServer { _ in
            .script([
                .send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"), .repeat(repeated, every: .zero),
            ])
        }
        let test = try TestTransfer(loop, bodyLimit: 1 << 20)

        let transfer = try test.fetch(server.url("/"))

        #expect(test.kind == .tooLarge)
        #expect(transfer.sizeDownload < 3 << 20)
    }

    @Test func `a bomb that nothing limits ends with the total time-out`() throws {
        let member = try gzip([UInt8](repeating: 0, count: 8 << 20))
        var members: [UInt8] = []
        for _ in 0..<500 { members += member }
        let body = try gzip(members)
        let server = try LoopbackServer { _ in coded(body, "gzip, gzip") }
        let test = try TestTransfer(loop, total: .milliseconds(100))
        test.keepsBody = false

        let time = try ContinuousClock().measure { try test.fetch(server.url("/")) }

        #expect(test.kind == .timeoutTotal)
        #expect(time < .seconds(10), "a busy machine may be late")
    }

    @Test func `codings are offered, unless the job's own fields say which`() throws {
        let server = try LoopbackServer { _ in .text("") }
        let test = try TestTransfer(loop)
        let transfer = try #require(test.transfer)
        try test.fetch(server.url("/"))
        try transfer.setHeaders([.init(name: "X", value: "y")])
        try test.fetch(server.url("/"))
        try transfer.setHeaders([.init(name: "accept-encoding", value: "identity")])
        try test.fetch(server.url("/"))

        #expect(
            server.log.map { $0.headers["Accept-Encoding"] } == [
                "gzip, deflate, br, zstd", "gzip, deflate, br, zstd", "identity",
            ])
        #expect(server.log.map { $0.headers["X"] } == [nil, "y", nil])
    }
}

private let page = String(repeating: "<p>all work and no play</p>", count: 4000)

private func coded(_ body: [UInt8], _ coding: String = "gzip") -> LoopbackServer.Response {
    .bytes(body, type: "text/html").header("Content-Encoding", coding)
}
