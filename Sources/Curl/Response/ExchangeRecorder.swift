/// Keeps what a transfer sends and receives, byte by byte, until the next one starts.
///
/// It belongs to the thread of its transfer.
package final class ExchangeRecorder {
    /// The request's head as it was sent, to the empty line. Secrets are in it.
    package private(set) var requestHead: [UInt8] = []
    /// The response's head as it came, to the empty line; of several, as after a 100, the last.
    package private(set) var responseHead: [UInt8] = []
    /// The response's body as it came: in its content coding, the chunks of a transfer coding undone.
    package private(set) var body: [UInt8] = []
    /// Whether there was more of the body than is kept.
    package private(set) var isTruncated = false
    private let bodyLimit: Int

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    func reset() {
        requestHead.removeAll(keepingCapacity: true)
        responseHead.removeAll(keepingCapacity: true)
        // A large one is not kept for the next page.
        body = []
        isTruncated = false
    }

    /// A part of a request's head. Behind the end of one begins another: that of the same request on another connection.
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
