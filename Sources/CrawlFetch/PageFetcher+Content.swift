internal import CrawlCore
internal import Extract
internal import HTMLScan
internal import TrawlText

/// What a page holds beside its title.
extension PageFetcher {
    /// The content of the page that a scanner has finished, at the address that answered.
    func content(of scanner: PageScanner, _ extractor: FieldExtractor?, url: String) -> PageContent {
        let extracted = extractor?.extract(from: scanner)
        guard scanner.isHTML else {
            let reply = keepsReply ? scanner.withText(JSONReply.text) : nil
            return PageContent(canonicalURL: canonicalField(url), extracted: extracted, reply: reply)
        }
        let metadata = scanner.metadata
        return PageContent(
            canonicalURL: metadata.canonical.flatMap { absolute($0, scanner.baseHref, url) }
                ?? canonicalField(url),
            language: metadata.language, description: metadata.description, linkCount: metadata.linkCount,
            extracted: extracted)
    }

    /// Why a reply that is to be JSON is none; nil where it is, or need not be.
    ///
    /// It is to be where its type says so, or where a request has fields for JSON and none for pages; what has no byte is none
    /// in any case.
    func jsonFault(_ scanner: PageScanner, _ extractor: FieldExtractor?) -> JSONFault? {
        let readsJSON = extractor?.readsJSON ?? false
        guard contentLength > 0, keepsReply || readsJSON else { return nil }
        if !ContentType.isJSON(contentType) {
            guard policy.keepsReplies, readsJSON, extractor?.readsPages != true else { return nil }
        }
        return scanner.withText { text in
            if text.isEmpty { return JSONFault(position: 0, reason: "it is no text") }
            if text.count >= PageScanner.textLimit {
                return JSONFault(position: text.count, reason: "no more of a reply is read")
            }
            let depthLimit = readsJSON ? FieldExtractor.depthLimit : JSONFault.depthLimit
            guard let fault = JSONFault.find(in: text, depthLimit: depthLimit) else { return nil }
            // A server that sends a secret back as it is may break its own JSON, which is whole where the mask stands.
            guard !redaction.isEmpty else { return fault }
            var masked = redaction.redactedJSON(JSONReply.text(text))
            return masked.withUTF8 { JSONFault.find(in: UnsafeRawBufferPointer($0), depthLimit: depthLimit) }
        }
    }

    /// What a page leads to, by its header and, where it was scanned, by its markup.
    func discovery(
        of scanner: PageScanner?, _ sieve: LinkSieve, _ request: PageRequest, _ robots: RobotsDirectives
    ) -> PageDiscovery? {
        guard let page = request.page, let url = try? WebURL(parsing: request.url) else { return nil }
        if page.isNamed, request.chain != nil { sieve.insert(seed: url) }
        var links = scanner?.links ?? []
        if hasLinkFields { links = linksOfFields(url) + links }
        return sieve.sift(
            links, page: url, base: base(scanner?.baseHref, url), depth: page.depth,
            isNofollow: robots.contains(.nofollow))
    }

    /// What links of a page are resolved against (HTML Standard, section 2.4.3).
    private func base(_ href: String?, _ page: WebURL) -> WebURL {
        href.flatMap { try? WebURL(parsing: $0, base: page) } ?? page
    }

    /// An address as it is written on a page, made absolute (HTML Standard, section 2.4); nil where it is no URL.
    private func absolute(_ href: String, _ baseHref: String?, _ url: String) -> String? {
        guard let page = try? WebURL(parsing: url) else { return nil }
        return (try? WebURL(parsing: href, base: base(baseHref, page)))?.href
    }
}

extension RobotsDirectives {
    /// What a page says of itself.
    init(_ metadata: PageMetadata) {
        self = []
        for content in [metadata.robots, metadata.agentRobots] {
            if let content { formUnion(RobotsDirectives(metaContent: content.utf8.span)) }
        }
    }
}

extension PageOutcome.Verdict {
    /// Whether the page is not asked for again.
    var isSettled: Bool {
        switch self {
        case .done, .failed, .skipped: true
        case .retry, .postponed: false
        }
    }
}
