extension LoopbackServer {
    /// What a request is answered with: an HTTP response and how badly it is delivered, or a script of ``Step``s.
    ///
    /// A plain value sends itself at once, rightly framed, and keeps the connection alive. Misbehaviour is added to
    /// it: `.html(title: "A").delayed(by: .seconds(1)).cut(after: 10, then: .reset)`.
    package struct Response: Sendable {
        /// How the end of the body is told (RFC 9112 section 6).
        package enum Framing: Sendable, Equatable {
            /// By `Content-Length`: the length of the body, or what is claimed to be.
            case contentLength(claimed: Int? = nil)
            /// By the chunked coding, every piece a chunk of its own.
            case chunked
            /// By nothing: by the end of the connection, or by what ``Response/headers`` say.
            case unframed
        }

        /// What becomes of the connection after the response.
        package enum Ending: Sendable, Equatable {
            /// It awaits the next request.
            case keepAlive
            /// It is closed in order (FIN).
            case close
            /// It is broken (RST).
            case reset
            /// Nothing more is ever sent on it; the response does not end.
            case stall
        }

        /// The status code. The default is 200.
        package var status: Int
        /// The reason phrase. The default is `OK` for 200 and none for others, which RFC 9112 section 4 allows.
        package var reason: String
        /// Header fields in the order to send them, besides those that ``framing`` and ``ending`` make.
        package var headers: [(name: String, value: String)]
        /// The body.
        package var body: [UInt8]
        /// How the end of the body is told. The default is its `Content-Length`.
        package var framing = Framing.contentLength()
        /// How long the first byte takes. The default is zero.
        package var delay = Duration.zero
        /// How many bytes of the body go into one piece. The default is nil: all of them.
        package var pieceSize: Int?
        /// The pause before every piece of the body but the first. The default is zero.
        package var interval = Duration.zero
        /// How many bytes of the body are really sent. The default is nil: all of them.
        package var cut: Int?
        /// What becomes of the connection. The default is that it is kept alive.
        package var ending = Ending.keepAlive
        /// Whether `Connection: close` says so where ``ending`` is a close. The default is true.
        package var announcesClose = true
        /// What holds the first byte back, besides ``delay``. The default is nil: nothing.
        package var latch: Latch?
        /// What is played instead of all that.
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

        /// Whatever the steps say, byte for byte; the connection is kept alive unless they end it.
        package static func script(_ steps: [Step]) -> Response {
            var response = Response()
            response.script = steps
            return response
        }

        /// The response as a script, ready to be played, cut up, or kept and sent many times at no cost.
        ///
        /// - Parameter method: what was asked for; `HEAD` gets no body. The default is `GET`.
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
                // 1xx, 204 and 304 have no body to give the length of (RFC 9110 section 8.6).
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

        /// The body as it is sent, in pieces that a pause may come between.
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

        /// One chunk (RFC 9112 section 7.1); the empty one is the last.
        private static func chunk(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
            Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + "\r\n".utf8
        }
    }
}
