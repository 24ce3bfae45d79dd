package import CrawlCore
package import HTMLScan

/// What the header of a response refers to: the fields `Link` (RFC 8288) and `Refresh`.
package enum HeaderReferences {
    /// The references of a header. Their URLs are absolute, as a page's `base` does not apply to them (RFC 8288, section 3.1);
    /// one that is no URL stays as it is written.
    ///
    /// - Parameters:
    ///   - link: the values of all fields `Link`. At most `LinkField.limit` links are read.
    ///   - refresh: the values of all fields `Refresh`. Browsers follow the first.
    ///   - page: the URL that answered. A link whose `anchor` names another page is none of this one.
    package static func read(link: [String], refresh: [String], page: WebURL) -> [PageReference] {
        var references: [PageReference] = []
        for value in link {
            for link in LinkField(value).links where references.count < LinkField.limit {
                guard isOf(page, link.anchor) else { continue }
                let rel = PageReference.words(ofRel: link.rel)
                references.append(
                    PageReference(
                        PageReference.kind(ofLink: rel), element: "", attribute: "Link", rel: rel,
                        text: String(link.language.prefix(200)),
                        url: absolute(link.target, page)))
            }
        }
        if let address = refresh.first.flatMap(Refresh.address) {
            references.append(
                PageReference(.hyperlink, element: "", attribute: "Refresh", url: absolute(address, page)))
        }
        return references
    }

    /// Whether a link is one of this page. Its `anchor` may name another (RFC 8288, section 3.2).
    private static func isOf(_ page: WebURL, _ anchor: String?) -> Bool {
        guard let anchor else { return true }
        return (try? WebURL(parsing: anchor, base: page))?.withoutFragment == page.withoutFragment
    }

    private static func absolute(_ url: String, _ page: WebURL) -> String {
        (try? WebURL(parsing: url, base: page))?.href ?? url
    }
}
