/// Why an entry of a sitemap was left out, and where.
package struct SitemapFlaw: Sendable, Equatable, CustomStringConvertible {
    /// What is wrong with an entry.
    package enum Reason: Sendable, Equatable {
        /// It names no page. A `url` and a `sitemap` have to (sitemaps.org); of feeds this is no mistake.
        case noLocation
        /// The element that names its page has no end, or other elements within.
        case openLocation
        /// The name of its page is longer than 8 KiB.
        case longLocation
        /// The name of its page has a reference to an entity that the document declares; those are not expanded.
        case entity
        /// A line of a list is no URL.
        case notURL
    }

    /// What is wrong.
    package let reason: Reason
    /// Where it is: how many bytes of the body come before, once it is decompressed.
    package let offset: Int

    /// Something wrong at a place.
    package init(reason: Reason, offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// A sentence for people, in lower case and without a period.
    package var description: String {
        let what =
            switch reason {
            case .noLocation: "names no page"
            case .openLocation: "the element that names its page is not closed, or has others within"
            case .longLocation: "the name of its page is longer than 8 KiB"
            case .entity: "the name of its page has an entity that the document declares"
            case .notURL: "the line is no URL"
            }
        return "at byte \(offset): \(what)"
    }
}
