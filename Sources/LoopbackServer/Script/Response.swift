extension LoopbackServer {
    /// The answer to a request: an HTTP response and the way it is delivered, or a script of ``Step``s.
    ///
    /// By default it is sent at once, with the right length, and the connection is kept alive. Misbehaviour is added to it:
    /// `.html(title: "A").delayed(by: .seconds(1)).cut(after: 10, then: .reset)`.
    package struct Response: Sendable {
        /// How the client knows where the body ends (RFC 9112 section 6).
        package enum Framing: Sendable, Equatable {
            /// By `Content-Length`, which is the body's length, or the one that is claimed.
            case contentLength(claimed: Int? = nil)
            /// By the chunked coding, with a chunk for each piece.
            case chunked
            /// By nothing but the end of the connection, or by fields in ``Response/headers``.
            case unframed
        }

        /// What becomes of the connection after the response.
        package enum Ending: Sendable, Equatable {
            /// It waits for the next request.
            case keepAlive
            /// It is closed properly (FIN).
            case close
            /// It is broken (RST).
            case reset
            /// Nothing more is ever sent on it, and the response does not end.
            case stall
        }

        /// The status code. The default is 200.
        package var status: Int
        /// The reason phrase. The default is `OK` for 200 and none for others, which RFC 9112 section 4 allows.
        package var reason: String
        /// The header fields in their order, without those that ``framing`` and ``ending`` add.
        package var headers: [(name: String, value: String)]
        /// The body.
        package var body: [UInt8]
        /// How the client knows where the body ends. The default is by a right `Content-Length`.
        package var framing = Framing.contentLength()
        /// How long the first byte is delayed. The default is zero.
        package var delay = Duration.zero
        /// How many bytes of the body go into one piece. The default is nil: all of them.
        package var pieceSize: Int?
        /// The pause before every piece of the body but the first. The default is zero.
        package var interval = Duration.zero
        /// How many bytes of the body are actually sent. The default is nil: all of them.
        package var cut: Int?
        /// What becomes of the connection. The default is that it is kept alive.
        package var ending = Ending.keepAlive
        /// Whether a field `Connection: close` announces that the connection will be closed. The default is true.
        package var announcesClose = true
        /// Holds the first byte back until it is open, in addition to ``delay``. The default is nil: nothing does.
        package var latch: Latch?
        /// The steps that are done instead of all that; nil for none.
        private var script: [Step]?

        /// A response with a body of bytes.
        ///
        /// - Parameters:
        ///   - status: the status code. The default is 200.
        ///   - headers: the header fields. The default is none.
        ///   - body: the body. The default is empty.
        package init(status: Int = 200, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
            reason = status == 200 ? "OK" : ""
        }

        /// A response that does the given steps and nothing else. The connection is kept alive unless they end it.
        package static func script(_ steps: [Step]) -> Response {
            var response = Response()
            response.script = steps
            return response
        }

        /// The response as steps. They can be changed, or kept and used many times at no cost.
        ///
        /// - Parameter method: the request's method; `HEAD` gets no body. The default is `GET`.
        package func steps(method: String = "GET") -> [Step] {
            if let script { return script }
            var steps: [Step] = []
            if let latch { steps.append(.hold(latch)) }
            if delay > .zero { steps.append(.wait(delay)) }

            var bytes = head
            if method != "HEAD" {
                for (index, piece) in pieces.enumerated() {
                    if index > 0 && interval > .zero {
                        steps += [.send(bytes), .wait(interval)]
                        bytes = []
                    }
                    bytes += piece
                }
            }
            steps.append(.send(bytes))

            switch ending {
            case .keepAlive: break
            case .close: steps.append(.close)
            case .reset: steps.append(.reset)
            case .stall: steps.append(.stall)
            }
            return steps
        }

        /// The status line and the fields, with the empty line that ends them.
        private var head: [UInt8] {
            var text = "HTTP/1.1 \(status) \(reason)\r\n"
            for field in headers { text += "\(field.name): \(field.value)\r\n" }
            switch framing {
            case .contentLength(let claimed):
                // 1xx, 204 and 304 have no body whose length could be told (RFC 9110 section 8.6).
                let isBodiless = status < 200 || status == 204 || status == 304
                if let length = claimed ?? (isBodiless && body.isEmpty ? nil : body.count) {
                    text += "Content-Length: \(length)\r\n"
                }
            case .chunked:
                text += "Transfer-Encoding: chunked\r\n"
            case .unframed:
                break
            }
            if ending == .close && announcesClose { text += "Connection: close\r\n" }
            return Array((text + "\r\n").utf8)
        }

        /// The body as it is sent, in pieces with possible pauses in between.
        private var pieces: [[UInt8]] {
            let sent = body.prefix(cut ?? body.count)
            var pieces: [[UInt8]] = []
            var start = sent.startIndex
            while start < sent.endIndex {
                let end = min(start + max(pieceSize ?? sent.count, 1), sent.endIndex)
                pieces.append(framing == .chunked ? Self.chunk(sent[start..<end]) : Array(sent[start..<end]))
                start = end
            }
            if framing == .chunked && cut == nil { pieces.append(Self.chunk([])) }
            return pieces
        }

        /// One chunk (RFC 9112 section 7.1). An empty chunk is the last one.
        private static func chunk(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + "\r\n".utf8
        }
    }
}
