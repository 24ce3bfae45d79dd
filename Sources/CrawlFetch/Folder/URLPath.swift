internal import CrawlCore

/// The path of a URL as names of folders and files.
struct URLPath {
    /// The names, each percent-decoded. Slashes that follow each other count as one, as in paths of files.
    let names: [[UInt8]]
    /// Whether it ends with a slash.
    let endsWithSlash: Bool

    /// - Parameter path: as a URL has it, escaped.
    init(_ path: String) {
        endsWithSlash = path.utf8.last == UInt8(ascii: "/")
        names = path.utf8.split(separator: UInt8(ascii: "/")).map { [UInt8](percentDecoding: Array($0).span) }
    }

    /// Whether a file can have the name. A slash that was written as `%2F` separates nothing, and no name has one.
    static func canBeFileName(_ name: [UInt8]) -> Bool {
        !name.contains(UInt8(ascii: "/")) && !name.contains(0) && name != [UInt8(ascii: ".")]
            && name != [UInt8(ascii: "."), UInt8(ascii: ".")]
    }

    /// A name as a part of a URL's path. The URL parser escapes the rest: only what it would take for something else is escaped here.
    static func escaping(_ name: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(name.count)
        for byte in name {
            switch byte {
            case ...UInt8(ascii: " "), 0x7F..., UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"),
                UInt8(ascii: "\\"):
                text.append(UInt8(ascii: "%"))
                text.append(hexDigits[Int(byte >> 4)])
                text.append(hexDigits[Int(byte & 0xF)])
            default: text.append(byte)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789ABCDEF".utf8)
}
