internal import CrawlCore
internal import Curl
internal import HTMLScan

/// What the header of a response says of where its page leads: the fields `Link` (RFC 8288) and `Refresh`.
extension PageFetcher {
    /// Whether the header may say where the page leads.
    var hasLinkFields: Bool {
        transfer.map { !$0.running.head.notableFields.isDisjoint(with: [.link, .refresh]) } ?? false
    }

    /// Takes what the header alone says of a page, whose body was not scanned.
    func readLinkFields(_ request: PageRequest, _ outcome: inout PageOutcome) {
        // What has not changed leads where it led.
        guard outcome.response.statusCode != 304 else { return }
        if let sieve, outcome.verdict == .done {
            outcome.discovery = discovery(of: nil, sieve, request, outcome.response.robots)
        }
        guard outcome.verdict.isSettled, !policy.scannerOptions.isEmpty, outcome.response.content == nil,
            let canonical = canonicalField(request.url)
        else { return }
        outcome.response.content = PageContent(canonicalURL: canonical)
    }

    /// The links of the header, absolute: what a page's `base` says is not for them.
    func linksOfFields(_ page: WebURL) -> [PageLink] {
        guard let transfer else { return [] }
        var links: [PageLink] = []
        for value in transfer.headers("link") {
            for link in LinkField(value).links where !PageLink.Relations(rel: link.rel).isEmpty {
                guard links.count < LinkField.limit, isOf(page, link.anchor) else { continue }
                add(link.target, rel: link.rel, .linkField, page, &links)
            }
        }
        // Of several fields browsers go by the first.
        if let address = transfer.headers("refresh").first.flatMap(Refresh.address) {
            add(address, rel: "", .refreshField, page, &links)
        }
        return links
    }

    private func add(
        _ address: String, rel: String, _ origin: PageLink.Origin, _ page: WebURL, _ links: inout [PageLink]
    ) {
        guard let url = try? WebURL(parsing: address, base: page) else { return }
        links.append(PageLink(href: url.href, rel: rel, origin: origin))
    }

    /// Whether a link of the header is one of the page: it may be of another that its `anchor` names (RFC 8288, section 3.2).
    private func isOf(_ page: WebURL, _ anchor: String?) -> Bool {
        guard let anchor else { return true }
        return (try? WebURL(parsing: anchor, base: page))?.href == page.href
    }

    /// What the header says is the page's own address (RFC 6596), absolute.
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
