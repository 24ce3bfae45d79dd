/// Why a sitemap was not read, or not to its end. What was read until then holds.
public enum SitemapFailure: Error, Sendable, Equatable {
    /// It is neither a sitemap nor a feed nor a list of URLs: an HTML page, most of the time.
    case notASitemap
    /// It is larger than the limit.
    case tooLarge(limit: Int)
    /// It has more entries than the limit.
    case tooManyEntries(limit: Int)
    /// The XML or the compression is broken; entries that a mistake lies within are left out, those after it are read where that is
    /// possible.
    case malformed(String)
    /// It is made to be expensive: it declares entities or attributes, or a tag has hundreds of attributes.
    case hostile
    /// There is no memory.
    case outOfMemory
}

extension SitemapFailure: CustomStringConvertible {
    /// A sentence for people, in lower case and without a period.
    public var description: String {
        switch self {
        case .notASitemap: "neither a sitemap nor a feed nor a list of URLs"
        case .tooLarge(let limit): "larger than \(limit) bytes"
        case .tooManyEntries(let limit): "more than \(limit) entries"
        case .malformed(let what): "broken: \(what)"
        case .hostile: "it declares entities or has hundreds of attributes in a tag"
        case .outOfMemory: "no memory"
        }
    }
}
