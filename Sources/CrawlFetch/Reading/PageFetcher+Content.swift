internal import CrawlCore
internal import Extract
internal import HTMLScan
internal import TrawlText

/// What a page says beside its title.
extension PageFetcher {
    /// The content of a page that has been read.
    ///
    /// - Parameters:
    ///   - fields: what was taken from it.
    ///   - url: the URL that answered.
    func content(of reader: PageReader, _ fields: ExtractedFields?, url: String) -> PageContent {
        let scanner = reader.scanner
        guard scanner.isHTML else {
            let reply = reader.keepsReply ? scanner.withText(JSONReply.text) : nil
            return PageContent(canonicalURL: canonicalField(url), extracted: fields?.json, reply: reply)
        }
        let metadata = scanner.metadata
        return PageContent(
            canonicalURL: metadata.canonical.flatMap { absolute($0, scanner.baseHref, url) }
                ?? canonicalField(url),
            language: metadata.language, description: metadata.description, linkCount: metadata.linkCount,
            extracted: fields?.json)
    }

    /// Why a reply that must be JSON is none; nil when it is JSON, or need not be.
    ///
    /// A reply must be JSON when its type says so, or when the request has fields for JSON and none for pages. An empty
    /// reply need not be.
    func jsonFault(_ reader: PageReader) -> JSONFault? {
        let readsJSON = reader.extractor?.readsJSON ?? false
        guard progress.contentLength > 0, reader.keepsReply || readsJSON else { return nil }
        if !ContentType.isJSON(reader.contentType) {
            guard policy.keepsReplies, readsJSON, reader.extractor?.readsPages != true else { return nil }
        }
        return reader.scanner.withText { text in
            if text.isEmpty { return JSONFault(position: 0, reason: "it is no text") }
            if text.count >= PageScanner.textLimit {
                return JSONFault(position: text.count, reason: "no more of a reply is read")
            }
            let depthLimit = readsJSON ? FieldExtractor.depthLimit : JSONFault.depthLimit
            guard let fault = JSONFault.find(in: text, depthLimit: depthLimit) else { return nil }
            // A secret that the server repeats without escaping it can break the JSON. Masked it is whole again.
            guard !redaction.isEmpty else { return fault }
            var masked = redaction.redactedJSON(JSONReply.text(text))
            return masked.withUTF8 { JSONFault.find(in: UnsafeRawBufferPointer($0), depthLimit: depthLimit) }
        }
    }

    /// What a page leads to, by its header and, if it was scanned, by its markup.
    func discovery(
        of scanner: PageScanner?, _ sieve: LinkSieve, _ request: PageRequest, _ robots: RobotsDirectives
    ) -> PageDiscovery? {
        guard let page = request.page, let url = try? WebURL(parsing: request.url) else { return nil }
        if page.kind == .check {
            return PageDiscovery(urls: [], links: PageLinks([], places: places(scanner)))
        }
        if page.isNamed, request.chain != nil { sieve.insert(seed: url) }
        var links = scanner?.links ?? []
        if hasLinkFields { links = linksOfFields(url) + links }
        let base = WebURL.base(scanner?.baseHref, of: url)
        let followed = sieve.sift(
            links, page: url, base: base, depth: page.depth, isNofollow: robots.contains(.nofollow))
        guard sieve.keepsLinks else { return followed }
        let references = scanner?.references
        return sieve.keep(
            LinkReader.Source(
                page: url, base: base, depth: page.depth,
                found: referencesOfHeader(url) + (references?.references ?? []),
                isCut: references?.isCutShort == true, places: places(scanner)), followed: followed)
    }

    /// The places of a page that fragments may name; nil where it is no HTML, or nobody asks.
    private func places(_ scanner: PageScanner?) -> FragmentPlaces? {
        guard policy.readsPlaces, let scanner, scanner.isHTML, let ids = scanner.references?.ids else {
            return nil
        }
        return FragmentPlaces(
            hashes: ids.hashes, isCut: ids.isCutShort || progress.extent != .whole)
    }

    /// What a stylesheet of the site leads to.
    func discovery(of sheet: StyleSheetScanner, _ sieve: LinkSieve, _ request: PageRequest) -> PageDiscovery?
    {
        guard let page = request.page, let url = try? WebURL(parsing: request.url) else { return nil }
        return sieve.keep(
            LinkReader.Source(
                page: url, base: url, depth: page.depth, found: sheet.references.references,
                isCut: sheet.references.isCutShort, places: nil), followed: nil)
    }

    /// An address as it is written on a page, made absolute (HTML Standard, section 2.4); nil when it is no URL.
    private func absolute(_ href: String, _ baseHref: String?, _ url: String) -> String? {
        guard let page = try? WebURL(parsing: url) else { return nil }
        return (try? WebURL(parsing: href, base: WebURL.base(baseHref, of: page)))?.href
    }
}

extension RobotsDirectives {
    /// What a page's `meta` elements say.
    init(_ metadata: PageMetadata) {
        self.init(rawValue: 0)
        if let content = metadata.robots { formUnion(RobotsDirectives(metaContent: content.utf8.span)) }
        if let content = metadata.agentRobots { formUnion(RobotsDirectives(metaContent: content.utf8.span)) }
    }
}

extension PageOutcome.Verdict {
    /// Whether the page will not be requested again.
    var isSettled: Bool {
        switch self {
        case .done, .failed, .skipped: true
        case .retry, .postponed: false
        }
    }
}
