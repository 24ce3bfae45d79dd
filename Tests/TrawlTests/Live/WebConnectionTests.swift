import CrawlCore
import Testing

@testable import trawl

/// What becomes of one connection, told by bytes and times.
struct WebConnectionTests {
    let start = MonotonicInstant.now
    let limits = WebLimits()

    func connection() -> WebConnection {
        WebConnection(id: 1, address: "127.0.0.1", limits: limits, now: start)
    }

    let head = Array("GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)

    @Test func `a request that comes byte by byte is answered once`() {
        var connection = connection()
        for byte in head.dropLast() { #expect(connection.received([byte], now: start) == .goOn) }
        guard case .answer(let request) = connection.received([head.last!], now: start) else {
            Issue.record("no request")
            return
        }
        #expect(request.path == "/x")
        #expect(!connection.wantsInput)
    }

    @Test func `a head that takes too long is refused, however often a byte of it comes`() {
        var connection = connection()
        for second in 0..<9 {
            #expect(connection.received([head[second]], now: start + .seconds(second)) == .goOn)
            #expect(connection.due(start + .seconds(second)) == .goOn)
        }
        #expect(connection.due(start + limits.headTime) == .refuse(.late))
    }

    @Test func `requests that came at once are answered one after the other`() {
        var connection = connection()
        _ = connection.received(head + head, now: start)
        connection.send(WebResponse(.ok, "one"), now: start)
        let step = connection.sent(connection.output.count, now: start)
        guard case .answer = step else {
            Issue.record("the second was forgotten: \(step)")
            return
        }
    }

    @Test func `a client that takes nothing is cut off, one that takes a little at a time is not`() {
        var slow = connection()
        _ = slow.received(head, now: start)
        slow.send(WebResponse(.ok, String(repeating: "x", count: 1000)), now: start)
        for second in stride(from: 5, to: 100, by: 5) {
            #expect(slow.due(start + .seconds(second)) == .goOn)
            #expect(slow.sent(1, now: start + .seconds(second)) == .goOn)
        }
        #expect(slow.due(start + .seconds(95) + limits.sendTime) == .close)
    }

    @Test func `a stream gets the latest event, not those that it missed`() {
        var stream = connection()
        _ = stream.received(head, now: start)
        stream.stream(WebResponse(.ok, type: "text/event-stream", body: []), now: start)
        #expect(stream.sent(stream.output.count, now: start) == .goOn)
        stream.send(event: [1], number: 1, now: start)
        stream.send(event: [2], number: 2, now: start)
        #expect(stream.output == [1])
        #expect(stream.sent(1, now: start) == .goOn)
        stream.send(event: [3], number: 3, now: start)
        #expect(stream.output == [3])
        #expect(stream.sent(1, now: start) == .goOn)
        stream.send(event: [3], number: 3, now: start)
        #expect(stream.output.isEmpty)
    }

    @Test func `a stream in which nothing happens shows that it is there, and one that is not read ends`() {
        var stream = connection()
        _ = stream.received(head, now: start)
        stream.stream(WebResponse(.ok, type: "text/event-stream", body: []), now: start)
        _ = stream.sent(stream.output.count, now: start)
        #expect(stream.due(start + limits.beat) == .goOn)
        #expect(stream.output == Array(":\n\n".utf8)[...])
        #expect(stream.due(start + limits.beat + limits.sendTime) == .close)
    }

    @Test func `an idle connection ends at last`() {
        var connection = connection()
        #expect(connection.due(start + limits.idleTime - .seconds(1)) == .goOn)
        #expect(connection.due(start + limits.idleTime) == .close)
    }

    @Test func `HEAD gets the length and no body`() {
        let text = String(
            decoding: WebResponse(.ok, "hello").bytes(isHead: true, keepsAlive: true), as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\n") && text.contains("Content-Length: 6\r\n"))
        let none = WebResponse(.noContent, type: "text/plain", body: []).bytes(
            isHead: false, keepsAlive: true)
        #expect(!String(decoding: none, as: UTF8.self).contains("Content-Length"))
    }
}
