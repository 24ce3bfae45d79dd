/// An answer of HTTP/1.1.
struct WebResponse: Sendable, Equatable {
    enum Status: Int, Sendable {
        case ok = 200
        case noContent = 204
        case movedPermanently = 301
        case notModified = 304
        case badRequest = 400
        case unauthorized = 401
        case notFound = 404
        case badMethod = 405
        case late = 408
        case misdirected = 421
        case tooLargeHead = 431
        case failed = 500
        case unavailable = 503

        /// What RFC 9110, section 15, and RFC 6585 call it.
        var phrase: String {
            switch self {
            case .ok: "OK"
            case .noContent: "No Content"
            case .movedPermanently: "Moved Permanently"
            case .notModified: "Not Modified"
            case .badRequest: "Bad Request"
            case .unauthorized: "Unauthorized"
            case .notFound: "Not Found"
            case .badMethod: "Method Not Allowed"
            case .late: "Request Timeout"
            case .misdirected: "Misdirected Request"
            case .tooLargeHead: "Request Header Fields Too Large"
            case .failed: "Internal Server Error"
            case .unavailable: "Service Unavailable"
            }
        }
    }

    var status: Status
    /// The header fields but for `Content-Length` and `Connection`.
    var fields: [(name: String, value: String)] = []
    var body: [UInt8] = []

    /// - Parameter type: the media type of the body.
    init(_ status: Status, type: String, body: [UInt8]) {
        self.status = status
        self.body = body
        fields = [("Content-Type", type)]
    }

    /// A sentence for people.
    init(_ status: Status, _ text: String) {
        self.init(status, type: "text/plain; charset=utf-8", body: Array((text + "\n").utf8))
    }

    /// The same answer with another field.
    func with(_ name: String, _ value: String) -> WebResponse {
        var response = self
        response.fields.removeAll { $0.name == name }
        response.fields.append((name, value))
        return response
    }

    /// The answer as it goes over the wire.
    ///
    /// - Parameters:
    ///   - isHead: whether HEAD was asked for, which has no body.
    ///   - keepsAlive: whether the connection goes on.
    func bytes(isHead: Bool, keepsAlive: Bool) -> [UInt8] {
        let hasBody = status != .noContent && status != .notModified
        var bytes = head(keepsAlive: keepsAlive, length: hasBody ? body.count : nil)
        if !isHead { bytes += body }
        return bytes
    }

    /// - Parameter length: of the body; nil for one that ends with the connection, or for none.
    func head(keepsAlive: Bool, length: Int?) -> [UInt8] {
        var head = "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n"
        for field in fields { head += "\(field.name): \(field.value)\r\n" }
        if let length { head += "Content-Length: \(length)\r\n" }
        return Array((head + "Connection: \(keepsAlive ? "keep-alive" : "close")\r\n\r\n").utf8)
    }

    static func == (one: WebResponse, other: WebResponse) -> Bool {
        one.status == other.status && one.body == other.body
            && one.fields.elementsEqual(other.fields) { $0.name == $1.name && $0.value == $1.value }
    }
}
