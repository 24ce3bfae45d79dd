/// Why a sitemap was not read, or not to its end. What was read until then holds.
package enum SitemapFailure: Error, Sendable, Equatable {
    /// It is neither a sitemap nor a feed nor a list of URLs: an HTML page, most of the time.
    case notASitemap
    /// It is larger than the limit.
    case tooLarge(limit: Int)
    /// It has more entries than the limit.
    case tooManyEntries(limit: Int)
    /// It ends before its outermost element does, after so many bytes, decompressed.
    case cutOff(length: Int)
    /// The compression is broken.
    case malformed(String)
    /// There is no memory.
    case outOfMemory
}

extension SitemapFailure: CustomStringConvertible {
    /// A sentence for people, in lower case and without a period.
    package var description: String {
        switch self {
        case .notASitemap: "neither a sitemap nor a feed nor a list of URLs"
        case .tooLarge(let limit): "larger than \(limit) bytes; the rest was not read"
        case .tooManyEntries(let limit): "more than \(limit) entries; the rest was not read"
        case .cutOff(let length): "it is cut off at byte \(length)"
        case .malformed(let what): "broken: \(what)"
        case .outOfMemory: "no memory"
        }
    }
}
