import CrawlCore
import Testing

@testable import Curl

@Suite struct ResponseHeadTests {
    private func read(_ lines: String...) -> ResponseHead {
        var head = ResponseHead()
        for line in lines {
            var line = line + "\r\n"
            line.withUTF8 { head.read(UnsafeRawBufferPointer($0)) }
        }
        return head
    }

    @Test func `fields are found in any case, without the space around them`() {
        let head = read(
            "HTTP/1.1 200 OK", "ETag:  \"a b\" ", "last-modified: Sun, 22 Nov 2026 00:00:00 GMT",
            "CONTENT-LENGTH: 12", "Content-encoding: gzip", "")

        #expect(head.isComplete)
        #expect(head.status == 200)
        #expect(head.etag == "\"a b\"")
        #expect(head.lastModified == "Sun, 22 Nov 2026 00:00:00 GMT")
        #expect(head.contentLength == 12)
        #expect(head.contentEncoding == "gzip")
        #expect(head.fault == nil)
    }

    @Test func `fields that only begin alike are others`() {
        let head = read(
            "HTTP/1.1 200 OK", "ETagged: 1", "Last-Modified-By: me", "E", "L", "Content-Length-Was: 1", "X",
            "T")

        #expect(head == read("HTTP/1.1 200 OK"))
    }

    @Test func `what an interim response says is not the response's`() {
        let head = read(
            "HTTP/1.1 103 Early Hints", "ETag: \"early\"", "Content-Length: 1", "", "HTTP/1.1 200 OK",
            "Content-Length: 2", "")

        #expect(head.etag == nil)
        #expect(head.status == 200)
        #expect(head.fault == nil)
    }

    @Test func `an interim response is not the end`() {
        #expect(!read("HTTP/1.1 100 Continue", "").isComplete)
    }

    @Test func `an empty field is there`() {
        #expect(read("ETag:").etag == "")
    }

    @Test func `what trailers say is not the header's`() {
        let head = read("HTTP/1.1 200 OK", "", "ETag: e", "Content-Encoding: gzip", "")

        #expect(head.etag == nil)
        #expect(head.contentEncoding == nil)
    }

    @Test func `codings of several fields are one list`() {
        #expect(
            read("HTTP/2 200 ", "Content-Encoding: gzip", "Content-Encoding: br, gzip").contentEncoding
                == "gzip, br, gzip")
    }

    @Test func `fields that few responses have are noted`() {
        #expect(read("HTTP/1.1 429 X", "Retry-After: 1").notableFields == .retryAfter)
        #expect(read("HTTP/1.1 200 X", "x-robots-tag: none").notableFields == .robotsTag)
        #expect(read("HTTP/1.1 200 X", "Retry: 1", "X-Robots: a").notableFields == [])
    }

    @Test(arguments: [
        "-5", "+5", "5x", "x", "", "5,6", "5,", "99999999999999999999", "9223372036854775808", "0x10", "1 2",
    ])
    func `a length that is none is a bad response`(value: String) {
        #expect(read("HTTP/1.1 200 OK", "Content-Length: \(value)", "").fault?.kind == .badResponse)
    }

    @Test func `lengths that differ are a bad response, and one said twice is none`() {
        #expect(
            read("HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 6", "").fault?.kind == .badResponse)
        #expect(read("HTTP/1.1 200 OK", "Content-Length: 5", "Content-Length: 5", "").fault == nil)
        #expect(read("HTTP/1.1 200 OK", "Content-Length: 5, 5", "").fault == nil)
    }

    @Test func `the length is of no account where the chunks tell the end, or no body comes`() {
        #expect(
            read("HTTP/1.1 200 OK", "Content-Length: -5", "Transfer-Encoding: Chunked", "").fault == nil)
        #expect(read("HTTP/1.1 204 OK", "Content-Length: x", "").fault == nil)
        #expect(read("HTTP/1.1 304 OK", "Content-Length: x", "").fault == nil)
    }

    @Test func `a transfer coding that was not asked for cannot be undone`() {
        #expect(
            read("HTTP/1.1 200 OK", "Transfer-Encoding: gzip, chunked", "").fault?.kind == .decode)
        #expect(read("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "").isChunked)
        #expect(read("HTTP/1.1 200 OK", "Transfer-Encoding: identity", "").fault == nil)
    }

    @Test func `switching protocols uninvited is a bad response`() {
        let head = read("HTTP/1.1 101 Switching Protocols", "Upgrade: x", "")

        #expect(head.isComplete)
        #expect(head.fault?.kind == .badResponse)
    }
}
