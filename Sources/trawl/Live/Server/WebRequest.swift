/// A request of HTTP/1.1, as it came.
struct WebRequest: Sendable, Equatable {
    var method = "GET"
    /// What is asked for, without the query; begins with a slash, and is not decoded.
    var path = "/"
    /// What stands behind the question mark; empty for none.
    var query = ""
    /// The header fields in their order, with their names in lower case.
    var fields: [Field] = []
    /// Whether the client asks to keep the connection.
    var keepsAlive = true

    struct Field: Sendable, Equatable {
        let name: String
        let value: String
    }

    /// The values of a field, one for each time that it comes.
    func values(of name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// How many bytes a head may have.
    static let limit = 16_384

    /// What the bytes that have come are.
    enum Reading: Equatable {
        /// The end of the head is still to come.
        case unfinished
        /// A request, whose head has so many bytes.
        case request(WebRequest, length: Int)
        /// No request, with the status that says so.
        case refused(WebResponse.Status)
    }

    /// Reads a request from the first bytes of a connection (RFC 9112, sections 2 to 5). A body is refused: nothing that is served takes one.
    static func read(_ bytes: [UInt8]) -> Reading {
        guard let end = endOfHead(bytes) else {
            return bytes.count > limit ? .refused(.tooLargeHead) : .unfinished
        }
        guard end <= limit else { return .refused(.tooLargeHead) }
        let head = String(decoding: bytes[..<(end - 4)], as: UTF8.self)
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)[...]
        guard let first = lines.popFirst(), var request = WebRequest(line: first) else {
            return .refused(.badRequest)
        }
        for line in lines {
            guard let field = Field(line) else { return .refused(.badRequest) }
            request.fields.append(field)
        }
        let connection = request.values(of: "connection").joined(separator: ",").lowercased()
        if connection.contains("close") { request.keepsAlive = false }
        guard request.values(of: "transfer-encoding").isEmpty,
            request.values(of: "content-length").allSatisfy({ $0 == "0" })
        else { return .refused(.badRequest) }
        return .request(request, length: end)
    }

    /// The number of bytes up to the empty line and with it.
    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        let end: [UInt8] = [13, 10, 13, 10]
        for place in 0...(min(bytes.count, limit + 4) - 4) where bytes[place] == 13 {
            if bytes[place..<(place + 4)].elementsEqual(end) { return place + 4 }
        }
        return nil
    }

    init() {}

    private init?(line: Substring) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[1].hasPrefix("/"),
            words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0"
        else { return nil }
        method = String(words[0])
        let parts = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? String(parts[1]) : ""
        keepsAlive = words[2] == "HTTP/1.1"
    }
}

extension WebRequest.Field {
    /// A line of a head; nil where it is none. A line that goes on with the one before is none either (RFC 9112, section 5.2).
    fileprivate init?(_ line: Substring) {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let name = line[..<colon]
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return nil }
        self.name = name.lowercased()
        var value = line[line.index(after: colon)...]
        while value.first == " " || value.first == "\t" { value.removeFirst() }
        while value.last == " " || value.last == "\t" { value.removeLast() }
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else { return nil }
        self.value = String(value)
    }
}
