/// Keeps what a transfer sends and receives, byte by byte, until its next request starts.
///
/// It belongs to the thread of its transfer.
package final class ExchangeRecorder {
    /// The request's head as it was sent, up to and with the empty line. It may hold secrets.
    package private(set) var requestHead: [UInt8] = []
    /// The response's head as it came, up to and with the empty line. After an interim response it is the final one.
    package private(set) var responseHead: [UInt8] = []
    /// The response's body as it came: still in its content coding, but without the chunks of a transfer coding.
    package private(set) var body: [UInt8] = []
    /// Whether the body was longer than what is kept.
    package private(set) var isTruncated = false
    private let bodyLimit: Int

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    func reset() {
        requestHead.removeAll(keepingCapacity: true)
        responseHead.removeAll(keepingCapacity: true)
        // The memory of a large body is not kept for the next page.
        body = []
        isTruncated = false
    }

    /// Adds a part of a request's head. When a head has ended, the next part begins that of the same request on another
    /// connection.
    func sent(_ bytes: UnsafeRawBufferPointer) {
        if requestHead.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            requestHead.removeAll(keepingCapacity: true)
        }
        requestHead.append(contentsOf: bytes)
    }

    func received(line: UnsafeRawBufferPointer) {
        if line.starts(with: "HTTP/".utf8) { responseHead.removeAll(keepingCapacity: true) }
        responseHead.append(contentsOf: line)
    }

    func received(body bytes: UnsafeRawBufferPointer) {
        let room = bodyLimit - body.count
        body.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { isTruncated = true }
    }
}
