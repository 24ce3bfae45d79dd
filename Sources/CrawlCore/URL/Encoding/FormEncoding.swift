/// `application/x-www-form-urlencoded` (URL Standard, section 5.2), and what is like it.
package enum FormEncoding {
    /// The fields of a form, or of a query. References to secrets stay as they are, to be encoded once they are resolved.
    package static func encoded(_ fields: [RequestTemplate.Parameter]) -> String {
        fields.map { "\(encoded(keepingReferences: $0.name))=\(encoded(keepingReferences: $0.value))" }
            .joined(separator: "&")
    }

    private static func encoded(keepingReferences text: String) -> String {
        guard TextTemplate.hasReferences(text), let template = try? TextTemplate(text) else {
            return encoded(text)
        }
        // The braces of a reference are not to be encoded, but all around them is.
        var rest = text[...]
        var result = ""
        for reference in template.references {
            guard let range = rest.firstRange(of: reference.description) else { continue }
            result += encoded(rest[..<range.lowerBound]) + reference.description
            rest = rest[range.upperBound...]
        }
        return result + encoded(rest)
    }

    /// A name or value: a blank becomes a plus sign.
    package static func encoded(_ text: some StringProtocol) -> String {
        escaped(text, blank: UInt8(ascii: "+"))
    }

    /// A text that can stand anywhere in a URL: all but letters, digits and `-._~` is escaped (RFC 3986, section 2.3).
    package static func component(_ text: some StringProtocol) -> String {
        escaped(text, blank: nil)
    }

    private static func escaped(_ text: some StringProtocol, blank: UInt8?) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                result.append(byte)
            case UInt8(ascii: "~") where blank == nil, UInt8(ascii: "*") where blank != nil:
                result.append(byte)
            case UInt8(ascii: " ") where blank != nil:
                result.append(blank ?? byte)
            default:
                result.append(UInt8(ascii: "%"))
                result.append(hex[Int(byte >> 4)])
                result.append(hex[Int(byte & 15)])
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static let hex = Array("0123456789ABCDEF".utf8)
}
