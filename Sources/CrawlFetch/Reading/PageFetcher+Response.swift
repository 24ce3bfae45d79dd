internal import CrawlCore
internal import Curl
internal import HTMLScan
internal import Sitemap

/// What the last response of an attempt comes to.
extension PageFetcher {
    /// What is reported of a response, but for what its body says.
    func response(to request: PageRequest, _ transfer: Transfer) -> PageResponse {
        var response = PageResponse()
        response.statusCode = transfer.statusCode
        response.contentLength = progress.contentLength
        response.sizeDownload = transfer.sizeDownload
        response.timings.nameLookup = transfer.nameLookupMicroseconds
        response.timings.connect = transfer.connectMicroseconds
        response.timings.startTransfer = transfer.startTransferMicroseconds
        response.timings.total = transfer.totalMicroseconds
        if let chain = request.chain, let page = request.page {
            response.sizeDownload += chain.sizeDownload(for: page.id)
            response.timings.total += chain.microseconds(for: page.id)
            response.numRedirects = chain.hops(from: page.id).count
            response.finalURL = request.url == page.url ? nil : request.url
        }
        guard response.statusCode != nil else { return response }
        // A page's reader has asked curl already.
        response.contentType = page?.contentType ?? transfer.contentType
        response.remoteIP = transfer.remoteIP
        response.httpVersion = transfer.httpVersion
        response.etag = transfer.running.head.etag
        response.lastModified = transfer.running.head.lastModified
        if transfer.running.head.notableFields.contains(.robotsTag) {
            for value in transfer.headers("x-robots-tag") {
                response.robots.formUnion(
                    RobotsDirectives(fieldValue: value.utf8.span, productToken: policy.productToken))
            }
        }
        return response
    }

    /// The page that is read; nil when the body is no page's, or has not begun.
    private var page: PageReader? {
        if case .page(let reader) = progress.body { reader } else { nil }
    }

    /// Adds to the outcome what the body says, and what the header says about links.
    func readBody(_ request: PageRequest, _ outcome: inout PageOutcome) {
        switch progress.body {
        case .page(let reader) where reader.isScanned: read(reader, request, &outcome)
        case .page, .unseen:
            if hasLinkFields { readLinkFields(request, &outcome) }
            readHeaderFields(request, &outcome)
        case .sitemap(let reader): read(reader, request, &outcome)
        case .sheet(let sheet):
            sheet.finish()
            if let sieve, outcome.verdict == .done {
                outcome.discovery = discovery(of: sheet, sieve, request)
            }
        case .robots, .discarded, .passedOver, .token: break
        }
    }

    /// Adds to the outcome what a sitemap lists. A mistake in it is told in its row; what was read before it counts.
    private func read(_ sitemap: SitemapReader, _ request: PageRequest, _ outcome: inout PageOutcome) {
        guard let page = request.page, let url = try? WebURL(parsing: request.url),
            outcome.verdict == .done, let sieve
        else { return }
        sitemap.finish()
        let entries = sitemap.takeEntries()
        outcome.discovery = sieve.sift(entries, at: url, of: page, leftOut: sitemap.leftOut)
        var mistakes = sitemap.failure.map { [$0.description] } ?? []
        if let flaw = sitemap.flaw {
            let all = entries.count + sitemap.leftOut
            mistakes.append("\(sitemap.leftOut) of \(all) entries left out, the first \(flaw)")
        }
        guard !mistakes.isEmpty else { return }
        outcome.error = "sitemap: " + mistakes.joined(separator: "; ")
        if entries.isEmpty, sitemap.failure != nil || sitemap.hasMistakes {
            outcome.verdict = .failed(.badResponse)
        }
    }

    /// Adds to the outcome what a page says.
    private func read(_ reader: PageReader, _ request: PageRequest, _ outcome: inout PageOutcome) {
        let scanner = reader.scanner
        scanner.finish()
        outcome.response.title = scanner.title
        outcome.response.charset = scanner.charset
        guard !scanner.options.isEmpty else { return }
        outcome.response.robots.formUnion(RobotsDirectives(scanner.metadata))
        // Nobody reads the content of a page that will be requested again.
        if outcome.verdict.isSettled {
            let fields = fields(reader.extractor, from: scanner, url: request.url)
            outcome.response.content = content(of: reader, fields, url: request.url)
            outcome.note(fields)
        }
        if outcome.verdict == .done, let fault = jsonFault(reader) {
            outcome.verdict = .failed(.badResponse)
            outcome.error = "reply: \(fault)"
        }
        if let sieve, outcome.verdict == .done {
            outcome.discovery = discovery(of: scanner, sieve, request, outcome.response.robots)
        }
        if outcome.verdict == .done, outcome.error == nil, outcome.discovery?.links?.isCut == true {
            outcome.error = "links: the page refers to more than is kept"
        }
        // A tree is not kept while the fetcher waits for its next page.
        reader.endScan()
    }
}
