internal import CrawlCore
internal import Curl
internal import HTMLScan

/// Links in the header of a response: the fields `Link` (RFC 8288) and `Refresh`.
extension PageFetcher {
    /// Whether the header has such fields.
    var hasLinkFields: Bool {
        guard let fields = transfer?.running.head.notableFields else { return false }
        return fields.contains(.link) || fields.contains(.refresh)
    }

    /// Adds to the outcome what the header says about a page whose body was not scanned.
    func readLinkFields(_ request: PageRequest, _ outcome: inout PageOutcome) {
        // A page that has not changed keeps the links that it had.
        guard outcome.response.statusCode != 304 else { return }
        if let sieve, outcome.verdict == .done {
            outcome.discovery = discovery(of: nil, sieve, request, outcome.response.robots)
        }
        guard outcome.verdict.isSettled, !policy.scannerOptions.isEmpty, outcome.response.content == nil,
            let canonical = canonicalField(request.url)
        else { return }
        outcome.response.content = PageContent(canonicalURL: canonical)
    }

    /// The links of the header, made absolute. A page's `base` element does not apply to them.
    func linksOfFields(_ page: WebURL) -> [PageLink] {
        guard let transfer else { return [] }
        var links: [PageLink] = []
        for value in transfer.headers("link") {
            for link in LinkField(value).links where !PageLink.Relations(rel: link.rel).isEmpty {
                guard links.count < LinkField.limit, isOf(page, link.anchor) else { continue }
                add(link.target, rel: link.rel, .linkField, page, &links)
            }
        }
        // Browsers follow the first of several fields.
        if let address = transfer.headers("refresh").first.flatMap(Refresh.address) {
            add(address, rel: "", .refreshField, page, &links)
        }
        return links
    }

    /// What the header refers to.
    func referencesOfHeader(_ page: WebURL) -> [CountedReference] {
        guard hasLinkFields, let transfer else { return [] }
        return HeaderReferences.read(
            link: transfer.headers("link"), refresh: transfer.headers("refresh"), page: page
        ).map { CountedReference(reference: $0, line: 0, count: 1) }
    }

    private func add(
        _ address: String, rel: String, _ origin: PageLink.Origin, _ page: WebURL, _ links: inout [PageLink]
    ) {
        guard let url = try? WebURL(parsing: address, base: page) else { return }
        links.append(PageLink(href: url.href, rel: rel, origin: origin))
    }

    /// Whether a link of the header is one of this page. Its `anchor` may name another page (RFC 8288, section 3.2).
    private func isOf(_ page: WebURL, _ anchor: String?) -> Bool {
        guard let anchor else { return true }
        return (try? WebURL(parsing: anchor, base: page))?.href == page.href
    }

    /// The page's canonical URL by its header (RFC 6596), made absolute; nil when the header has none.
    func canonicalField(_ url: String) -> String? {
        guard let transfer, transfer.running.head.notableFields.contains(.link),
            let page = try? WebURL(parsing: url)
        else { return nil }
        for value in transfer.headers("link") {
            for link in LinkField(value).links
            where PageLink.Relations(rel: link.rel).contains(.canonical) && isOf(page, link.anchor) {
                return (try? WebURL(parsing: link.target, base: page))?.href
            }
        }
        return nil
    }
}
