import Testing

@testable import trawl

struct WebRequestTests {
    func read(_ text: String) -> WebRequest.Reading { WebRequest.read(Array(text.utf8)) }

    @Test func `a head is read to its end and not beyond`() throws {
        let head = "GET /a?b=c HTTP/1.1\r\nHost: localhost:1\r\nX-Y:  z \r\n\r\n"
        guard case .request(let request, let length) = read(head + "GET /next") else { throw NoRequest() }
        #expect(length == head.utf8.count)
        #expect(request.method == "GET" && request.path == "/a" && request.query == "b=c")
        #expect(request.values(of: "host") == ["localhost:1"])
        #expect(request.values(of: "x-y") == ["z"])
        #expect(request.keepsAlive)
    }

    @Test func `a head that is not there yet is waited for, wherever it is cut`() {
        let head = Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
        for count in 0..<head.count { #expect(WebRequest.read(Array(head.prefix(count))) == .unfinished) }
    }

    @Test(arguments: [
        "GET  / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET http://a/ HTTP/1.1\r\n\r\n", "\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        "GET / HTTP/1.1\r\nA B: x\r\n\r\n",
        "GET / HTTP/1.1\r\nA : x\r\n\r\n", "GET / HTTP/1.1\r\nA: x\ny\r\n\r\n",
        "GET / HTTP/1.1\r\nA: x\0\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n",
    ])
    func `what is no request, or has a body, is refused`(_ text: String) {
        #expect(read(text) == .refused(.badRequest))
    }

    @Test func `a head without end is refused before it has filled the memory`() {
        #expect(
            read("GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 17_000)) == .refused(.tooLargeHead))
        #expect(read(String(repeating: "x", count: 16_000)) == .unfinished)
    }

    @Test func `HTTP/1.0 and a field end the connection`() throws {
        for text in ["GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"] {
            guard case .request(let request, _) = read(text) else { throw NoRequest() }
            #expect(!request.keepsAlive)
        }
    }
}

struct NoRequest: Error {}
