import CrawlCore
import Curl
import LoopbackServer
import Testing

/// One request after another on one easy handle.
@Suite struct TransferTests {
    private let loop: TransferLoop

    init() throws { loop = try TransferLoop(connections: 8) }

    @Test func `a transfer ends with its body and all that curl knows of it`() throws {
        let server = try LoopbackServer { _ in .text("hello", type: "text/plain").header("ETag", "\"e\"") }
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/a"))

        #expect(test.results == [.code(.ok)])
        #expect(test.text == "hello")
        #expect(transfer.statusCode == 200)
        #expect(transfer.contentType == "text/plain")
        #expect(transfer.header("etag") == "\"e\"")
        #expect(transfer.header("x-none") == nil)
        #expect(transfer.remoteIP == "127.0.0.1")
        #expect(transfer.httpVersion == "1.1")
        #expect(transfer.sizeDownload == 5)
        #expect(transfer.errorMessage == nil)
        #expect(transfer.running.headerBytes > 50)
        #expect(transfer.startTransferMicroseconds > 0)
        #expect(transfer.totalMicroseconds >= transfer.startTransferMicroseconds)
        #expect(loop.activeCount == 0)
    }

    @Test func `a request says who asks and what codings it takes, and goes out as its URL is`() throws {
        let server = try LoopbackServer { _ in .text("") }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/a/../b?c=%41"))

        let exchange = try #require(server.log.first)
        #expect(exchange.method == "GET")
        #expect(exchange.target == "/a/../b?c=%41")
        #expect(exchange.headers["User-Agent"] == "test-agent")
        #expect(exchange.headers["Accept-Encoding"]?.contains("gzip") == true)
    }

    @Test func `header fields are sent until they are set again, an empty one too`() throws {
        let server = try LoopbackServer { _ in .text("") }
        let test = try TestTransfer(loop)
        let transfer = try #require(test.transfer)
        try transfer.setHeaders([.init(name: "X-Key", value: "secret"), .init(name: "X-Empty", value: "")])
        try test.fetch(server.url("/1"))
        try test.fetch(server.url("/2"))

        try transfer.setHeaders([])
        try test.fetch(server.url("/3"))

        #expect(server.log.map { $0.headers["X-Key"] } == ["secret", "secret", nil])
        #expect(server.log.map { $0.headers["X-Empty"] } == ["", "", nil])
    }

    @Test func `nothing of a request is left for the next one`() throws {
        let server = try LoopbackServer { request in
            guard request.path == "/first" else { return .script([.send("HTTP/1.1 204 \r\n\r\n")]) }
            return .text("body", type: "text/html").header("ETag", "e").header("Location", "/")
        }
        let test = try TestTransfer(loop)
        let first = try test.fetch(server.url("/first")).running.headerBytes

        let transfer = try test.fetch(server.url("/second"))

        #expect(transfer.statusCode == 204)
        #expect(transfer.contentType == nil)
        #expect(transfer.header("etag") == nil)
        #expect(transfer.header("location") == nil)
        #expect(transfer.sizeDownload == 0)
        #expect(test.text == "")
        #expect(transfer.running.headerBytes < first)
    }

    @Test func `nothing of a failure is left for the next request`() throws {
        let server = try LoopbackServer { request in request.path == "/reset" ? .reset : .text("fine") }
        let test = try TestTransfer(loop)
        let failed = try test.fetch(server.url("/reset"))
        #expect(test.result != .code(.ok))
        #expect(failed.errorMessage != nil)
        #expect(failed.statusCode == nil)

        let transfer = try test.fetch(server.url("/fine"))

        #expect(test.results == [.code(.ok)])
        #expect(transfer.errorMessage == nil)
        #expect(transfer.statusCode == 200)
    }

    @Test func `nothing of an answer is left where the next request gets none`() throws {
        let server = try LoopbackServer { _ in .html(title: "A").header("ETag", "e") }
        let test = try TestTransfer(loop)
        try test.fetch(server.url("/"))
        server.stop()

        let transfer = try test.fetch(server.url("/"))

        #expect(test.result == .code(CurlCode(rawValue: 7)))
        #expect(transfer.statusCode == nil)
        #expect(transfer.contentType == nil)
        #expect(transfer.header("etag") == nil)
        #expect(transfer.remoteIP == nil || transfer.remoteIP == "127.0.0.1")
        #expect(transfer.sizeDownload == 0)
        #expect(transfer.running.headerBytes == 0)
        #expect(test.body.isEmpty)
    }

    @Test func `of several fields of a name the first counts`() throws {
        let server = try LoopbackServer { _ in .text("").header("X-Twice", "1").header("X-Twice", "2") }
        let test = try TestTransfer(loop)

        #expect(try test.fetch(server.url("/")).header("x-twice") == "1")
    }

    @Test func `a body that is not taken ends the transfer`() throws {
        let server = try LoopbackServer { _ in .bytes(Array(repeating: 65, count: 1_000_000)) }
        let test = try TestTransfer(loop)
        test.acceptsBody = false

        try test.fetch(server.url("/"))

        #expect(test.results == [.code(.writeError)])
        #expect(test.body.count < 1_000_000)
    }

    @Test func `a redirect is an answer, and is not followed`() throws {
        let server = try LoopbackServer { _ in .redirect(to: "/b", status: 301) }
        let test = try TestTransfer(loop)

        let transfer = try test.fetch(server.url("/a"))

        #expect(transfer.statusCode == 301)
        #expect(transfer.header("location") == "/b")
        #expect(server.log.map(\.path) == ["/a"])
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/"])
    func `nothing but HTTP is spoken`(url: String) throws {
        let test = try TestTransfer(loop)

        try test.fetch(url)

        #expect(test.results == [.code(CurlCode(rawValue: 1))])
        #expect(test.body.isEmpty)
    }

    @Test func `that a request goes out is reported where that is asked for`() throws {
        let server = try LoopbackServer { _ in .text("") }
        let silent = try TestTransfer(loop)
        let telling = try TestTransfer(loop, reportsSending: true)

        try silent.fetch(server.url("/"))
        try telling.fetch(server.url("/"))

        #expect(!silent.wasSent)
        #expect(telling.wasSent)
    }

    @Test func `a request that never goes out is not reported`() throws {
        let server = try LoopbackServer { _ in .text("") }
        server.stop()
        let test = try TestTransfer(loop, reportsSending: true)

        try test.fetch(server.url("/"))

        #expect(!test.wasSent)
    }

    @Test(arguments: [
        (Array("/caf\u{e9}".utf8), "/caf%C3%A9"), ([0x2F, 0x63, 0xE9, 0x3F, 0xFF], "/c%E9?%FF"),
        ([0x2F, 0xC3, 0xA9, 0x80], "/%C3%A9%80"), (Array("/a b".utf8), "/a b"),
        (Array("http://m\u{fc}nchen/".utf8), "http://m%C3%BCnchen/"), ([], nil),
    ])
    func `a Location keeps the bytes that it came with`(bytes: [UInt8], expected: String?) throws {
        let head = Array("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n".utf8)
        let field = bytes.isEmpty ? [] : Array("Location: ".utf8) + bytes + Array("\r\n".utf8)
        let server = try LoopbackServer { _ in .raw(head + field + Array("\r\n".utf8)) }
        let test = try TestTransfer(loop)

        try test.fetch(server.url("/"))

        #expect(try #require(test.transfer).location == expected)
    }

    @Test func `a delegate that wants no body is given none`() throws {
        let server = try LoopbackServer { request in
            var response = LoopbackServer.Response.text("page")
            // Not a byte of the body ever comes.
            if request.path == "/endless" { (response.cut, response.ending) = (0, .stall) }
            return response
        }
        let test = try TestTransfer(TransferLoop(connections: 1), reportsHead: true)
        test.takesBody = { ($0.contentType ?? "") == "text/html" }

        try test.fetch(server.url("/endless"))
        #expect(test.result == .unwanted)
        #expect(test.body.isEmpty)
        test.takesBody = { _ in true }
        try test.fetch(server.url("/"))
        #expect(test.result == .code(.ok))
        #expect(test.text == "page")
    }
}
