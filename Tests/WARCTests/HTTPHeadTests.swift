import Testing
import WARC

@Suite struct HTTPHeadTests {
    @Test func `secrets of a request are taken out`() {
        let head =
            "GET /?a:b HTTP/1.1\r\nHost: a\r\nAUTHORIZATION: Basic eDp5\r\ncookie:a=b\r\nX-Key: s3cret\r\nAccept: */*\r\n\r\n"

        let kept = HTTPHead.redacted(Array(head.utf8), secrets: ["x-key"])

        #expect(
            String(decoding: kept, as: UTF8.self)
                == "GET /?a:b HTTP/1.1\r\nHost: a\r\nAUTHORIZATION: redacted\r\ncookie: redacted\r\nX-Key: redacted\r\nAccept: */*\r\n\r\n"
        )
    }

    @Test func `a transfer coding that was undone is kept by another name`() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"

        #expect(
            String(decoding: HTTPHead.withoutTransferCoding(Array(head.utf8)), as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nX-Archive-Orig-Transfer-encoding: chunked\r\nContent-Encoding: gzip\r\n\r\n"
        )
    }
}
