internal import CrawlCore
internal import TrawlStore

/// A link that is broken or unsure, and what the command line makes of it.
struct LinkFault {
    let link: LinkRow
    /// Whether the list of known breakages has it.
    let isKnown: Bool
    /// Whether it makes the check fail.
    let fails: Bool

    var isBroken: Bool { link.verdict == LinkVerdict.broken.rawValue }

    /// The URL with its fragment.
    var target: String { link.target }

    /// Why: `404 gone`, `dns`, `no_fragment`. A status of success or of a redirect says nothing, and is left out.
    var cause: String {
        let status = link.statusCode.flatMap { $0 < 400 ? nil : String($0) }
        return [status, link.reason].compactMap { $0 }.joined(separator: " ")
    }

    /// The element and the attribute as a page has them: `<a href>`.
    var place: String {
        switch link.element {
        case "job": "given"
        case "sitemap": "<loc>"
        case "header": "\(link.attribute) field"
        case "css": link.attribute == "import" ? "@import" : "CSS \(link.attribute)"
        default: "<\(link.element) \(link.attribute)>"
        }
    }
}

extension LinkRow {
    /// The URL with its fragment.
    var target: String { fragment.map { "\(to)#\($0)" } ?? to }
}
