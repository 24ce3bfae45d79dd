internal import CrawlCore

/// URLs as Signature Version 4 has them.
enum AWSURL {
    /// A URL that is written in the one way that is signed: in the query all but letters, digits and `-._~` is percent-encoded, and the
    /// parameters are sorted by name and value. In Amazon S3 the path is encoded in the same way.
    static func canonical(_ url: WebURL, isS3: Bool) -> WebURL {
        var text = url.hostKey + (isS3 ? strict(url.path, keeping: "/", plus: "%2B") : url.path)
        if let query = url.query, !query.isEmpty { text += "?" + sorted(query) }
        return (try? WebURL(parsing: text)) ?? url
    }

    /// The path as it is signed. In Amazon S3 that is the path as it is sent. Elsewhere it has no empty segments, and is encoded once
    /// more.
    static func signedPath(_ path: String, isS3: Bool) -> String {
        let path = path.isEmpty ? "/" : path
        guard !isS3 else { return path }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = segments.popLast() } else { segments.append(segment) }
        }
        let isFolder = path.hasSuffix("/") && !segments.isEmpty
        let joined = "/" + segments.joined(separator: "/") + (isFolder ? "/" : "")
        return joined.split(separator: "/", omittingEmptySubsequences: false)
            .map { FormEncoding.component($0) }.joined(separator: "/")
    }

    private static func sorted(_ query: String) -> String {
        let pairs = query.split(separator: "&").map { pair -> (name: [UInt8], value: [UInt8]) in
            let equals = pair.firstIndex(of: "=") ?? pair.endIndex
            // A plus sign of a query is a blank.
            let name = strict(String(pair[..<equals]), keeping: "", plus: "%20")
            let value = strict(String(pair[equals...].dropFirst()), keeping: "", plus: "%20")
            return (Array(name.utf8), Array(value.utf8))
        }
        return pairs.sorted { one, other in
            one.name == other.name
                ? one.value.lexicographicallyPrecedes(other.value)
                : one.name.lexicographicallyPrecedes(other.name)
        }.map { "\(String(decoding: $0.name, as: UTF8.self))=\(String(decoding: $0.value, as: UTF8.self))" }
            .joined(separator: "&")
    }

    /// A part of a URL, encoded as strictly as signatures want it; what is encoded already stays so.
    private static func strict(_ text: String, keeping kept: String, plus: String) -> String {
        let bytes = Array(text.utf8)
        var decoded: [UInt8] = []
        var result = ""
        func flush() {
            result += FormEncoding.component(String(decoding: decoded, as: UTF8.self))
            decoded = []
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Self.digit(bytes[index + 1]), let low = Self.digit(bytes[index + 2])
            {
                let value = high << 4 | low
                flush()
                // The bytes need not be UTF-8.
                result += isUnreserved(value) ? String(Unicode.Scalar(value)) : "%" + hex(value)
                index += 3
                continue
            }
            if kept.utf8.contains(byte) {
                flush()
                result += String(Unicode.Scalar(byte))
            } else if byte == UInt8(ascii: "+") {
                flush()
                result += plus
            } else {
                decoded.append(byte)
            }
            index += 1
        }
        flush()
        return result
    }

    private static func hex(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
