internal import CrawlCore

/// Words, numbers and cells of a report as HTML.
enum ReportText {
    /// `2026-11-29 05:11:18`.
    static func instant(_ milliseconds: Int64) -> String {
        String(Wording.instant(milliseconds: milliseconds).prefix(19).replacing("T", with: " "))
    }

    /// What a change is called after its number.
    static func change(_ word: String) -> String {
        switch word {
        case "status": "with another status"
        case "title": "with another title"
        case "content": "with other content"
        case "unknown": "unknown, as this run did not get there"
        default: word
        }
    }

    static func cell(_ value: ReportValue, _ kind: ReportColumn.Kind) -> String {
        switch value {
        case .number(let number): return "<td class=\"\(kind.rawValue)\">\(text(number, kind))</td>"
        case .text(nil): return "<td></td>"
        case .text(let text?):
            switch kind {
            case .url: return "<td class=\"url\">\(url(text))</td>"
            case .word: return "<td class=\"word\">\(ForeignText.html(text))</td>"
            default: return "<td dir=\"auto\">\(ForeignText.html(text))</td>"
            }
        }
    }

    /// A number as people read it; empty for none.
    static func text(_ number: Int64?, _ kind: ReportColumn.Kind) -> String {
        switch kind {
        case .instant: number.map(instant) ?? ""
        case .status: number.map(String.init) ?? ""
        default: number.map { Wording.count($0) } ?? ""
        }
    }

    /// A URL, which may be followed where it is one of HTTP as the URL Standard writes it, and whole.
    static func url(_ text: String) -> String {
        let shown = ForeignText.html(text)
        guard let url = try? WebURL(parsing: text), url.isHTTP, url.href == text || url.hostKey == text else {
            return shown
        }
        return "<a href=\"\(shown)\" rel=\"noreferrer noopener\">\(shown)</a>"
    }
}
