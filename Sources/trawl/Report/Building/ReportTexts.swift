internal import CrawlCore

/// How strangers' texts come into a report: cut, and without queries where it is to be anonymous.
struct ReportTexts {
    /// Whether queries and fragments of URLs are left out.
    let isAnonymous: Bool

    /// How many characters of a URL and of another text are kept.
    static let urlLimit = 500
    static let textLimit = 300

    /// A URL, or what a page gives as one.
    func url(_ url: String?) -> String? {
        url.map { url in
            let kept = isAnonymous ? url.prefix { $0 != "?" && $0 != "#" } : url[...]
            return ForeignText.cut(kept.count == url.count ? url : String(kept), to: Self.urlLimit)
        }
    }

    /// Any other text.
    func text(_ text: String?) -> String? {
        text.map { text in
            // What is far beyond the limit is not looked at.
            let short = ForeignText.cut(text, to: Self.textLimit)
            return isAnonymous ? Self.withoutQueries(short) : short
        }
    }

    /// A text in which each URL, and each path with a query, ends before its query: from a question mark that stands between two
    /// characters of one word up to the end of that word.
    static func withoutQueries(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) else {
            return text
        }
        var kept: [UInt8] = []
        var isQuery = false
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            if endsWord(byte) {
                isQuery = false
            } else if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") {
                let isWithin = kept.last.map { !endsWord($0) } ?? false
                if isWithin, index + 1 < bytes.count, !endsWord(bytes[index + 1]) { isQuery = true }
            }
            if !isQuery { kept.append(byte) }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// Whether a byte is no part of a URL, which has these as escapes. A comma or a bracket may be one of a query.
    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"): true
        default: false
        }
    }
}
