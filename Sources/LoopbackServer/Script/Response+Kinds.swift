/// The usual kinds of responses.
extension LoopbackServer.Response {
    /// An HTML page in UTF-8.
    ///
    /// - Parameters:
    ///   - title: the content of `<title>`, which is not escaped.
    ///   - links: the URLs that it links to, which are not escaped. The default is none.
    ///   - body: more HTML for the page's body. The default is nothing.
    package static func html(title: String, links: [String] = [], body: String = "") -> Self {
        let anchors = links.map { "<a href=\"\($0)\">\($0)</a>\n" }.joined()
        return .text(
            """
            <!DOCTYPE html><html><head><meta charset="utf-8"><title>\(title)</title></head>
            <body>\(anchors)\(body)</body></html>
            """, type: "text/html; charset=utf-8")
    }

    /// Text in UTF-8.
    ///
    /// - Parameters:
    ///   - text: the body.
    ///   - type: the `Content-Type`. The default is plain text in UTF-8.
    package static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Self {
        .bytes(Array(text.utf8), type: type)
    }

    /// A body of bytes.
    ///
    /// - Parameters:
    ///   - bytes: the body.
    ///   - type: the `Content-Type`; nil for none. The default is `application/octet-stream`.
    package static func bytes(_ bytes: [UInt8], type: String? = "application/octet-stream") -> Self {
        Self(headers: type.map { [("Content-Type", $0)] } ?? [], body: bytes)
    }

    /// A redirect without a body.
    ///
    /// - Parameters:
    ///   - location: the value of `Location`, which is not escaped.
    ///   - status: the status code. The default is 302.
    package static func redirect(to location: String, status: Int = 302) -> Self {
        Self(status: status, headers: [("Location", location)])
    }

    /// A status without a body.
    ///
    /// - Parameters:
    ///   - status: the status code.
    ///   - retryAfter: the value of `Retry-After`, sent in whole seconds, rounded up. The default is none.
    package static func status(_ status: Int, retryAfter: Duration? = nil) -> Self {
        var response = Self(status: status)
        if let retryAfter {
            let (seconds, rest) = retryAfter.components
            response.headers.append(("Retry-After", String(seconds + (rest > 0 ? 1 : 0))))
        }
        return response
    }

    /// Any bytes instead of HTTP.
    ///
    /// - Parameters:
    ///   - bytes: what is sent.
    ///   - ending: what becomes of the connection. The default is that it is closed.
    package static func raw(_ bytes: [UInt8], then ending: Ending = .close) -> Self {
        switch ending {
        case .keepAlive: .script([.send(bytes)])
        case .close: .script([.send(bytes), .close])
        case .reset: .script([.send(bytes), .reset])
        case .stall: .script([.send(bytes), .stall])
        }
    }

    /// Text in UTF-8 instead of HTTP.
    ///
    /// - Parameters:
    ///   - text: what is sent.
    ///   - ending: what becomes of the connection. The default is that it is closed.
    package static func raw(_ text: String, then ending: Ending = .close) -> Self {
        raw(Array(text.utf8), then: ending)
    }

    /// The connection is closed properly (FIN) without a byte.
    package static var closed: Self { .script([.close]) }

    /// The connection is broken (RST) without a byte.
    package static var reset: Self { .script([.reset]) }

    /// Nothing is ever sent.
    package static var stalled: Self { .script([.stall]) }
}
