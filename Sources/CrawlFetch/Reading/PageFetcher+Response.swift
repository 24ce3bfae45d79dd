internal import CrawlCore
internal import Curl
internal import HTMLScan
internal import Sitemap

/// What the last response of an attempt comes to.
extension PageFetcher {
    func response(to request: PageRequest, _ transfer: Transfer) -> PageResponse {
        var response = PageResponse()
        response.statusCode = transfer.statusCode
        response.contentLength = contentLength
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
        // Without a body nobody has asked for it yet.
        response.contentType = phase == .unseen ? transfer.contentType : contentType
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

    /// Takes what a sitemap lists. What is wrong with it is said in its row, and what was read holds.
    func readSitemap(_ request: PageRequest, _ outcome: inout PageOutcome) {
        guard let sitemap, let page = request.page, let url = try? WebURL(parsing: request.url) else {
            return
        }
        self.sitemap = nil
        guard outcome.verdict == .done, let sieve else { return }
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

    /// Takes what the page's scanner has found.
    func read(_ request: PageRequest, _ outcome: inout PageOutcome) {
        scanner.finish()
        outcome.response.title = scanner.title
        outcome.response.charset = scanner.charset
        guard !scanner.options.isEmpty else { return }
        outcome.response.robots.formUnion(RobotsDirectives(scanner.metadata))
        // Of a page that is asked for again nobody reads it.
        if outcome.verdict.isSettled {
            outcome.response.content = content(of: scanner, extractor, url: request.url)
        }
        if outcome.verdict == .done, let fault = jsonFault(scanner, extractor) {
            outcome.verdict = .failed(.badResponse)
            outcome.error = "reply: \(fault)"
        }
        if let sieve, outcome.verdict == .done {
            outcome.discovery = discovery(of: scanner, sieve, request, outcome.response.robots)
        }
        // A tree is not kept while the fetcher waits for its next page.
        scanner.reset(contentType: contentType)
    }
}
