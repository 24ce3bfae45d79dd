internal import CrawlCore
internal import Curl

/// Pages that an earlier run has, and that are requested on the condition that they have changed (RFC 9110, section 13.1).
extension PageFetcher {
    /// What an earlier run found at the URL that is requested; nil when the request is made without a condition.
    func conditions(of request: PageRequest) -> PreviousPage? {
        // A page with a request of its own may get another reply each time, so it is requested without a condition.
        guard let page = request.page, !policy.keepsReplies, page.message == nil else { return nil }
        // The earlier response is that of the page's own URL, and not that of a redirect's target.
        if let chain = request.chain, request.url != page.url || chain.requests(for: page.id) > 0 {
            return nil
        }
        return page.previous
    }

    /// The response that is reported for a page that has not changed: that of the earlier run, with what is new in this one.
    func unchanged(_ previous: PreviousPage, by response: PageResponse) -> PageResponse {
        var unchanged = previous.response
        unchanged.isNotModified = true
        unchanged.statusCode = response.statusCode
        unchanged.sizeDownload = response.sizeDownload
        unchanged.timings = response.timings
        unchanged.remoteIP = response.remoteIP
        unchanged.httpVersion = response.httpVersion
        // A 304 has these fields when they differ (RFC 9110, section 15.4.5).
        unchanged.etag = response.etag ?? unchanged.etag
        unchanged.lastModified = response.lastModified ?? unchanged.lastModified
        unchanged.robots.formUnion(response.robots)
        return unchanged
    }
}

extension PreviousPage {
    /// The header fields that ask for the page only if it has changed.
    var validators: [JobSpec.HeaderField] {
        var fields: [JobSpec.HeaderField] = []
        if let etag = response.etag { fields.append(JobSpec.HeaderField(name: "If-None-Match", value: etag)) }
        if let lastModified = response.lastModified {
            fields.append(JobSpec.HeaderField(name: "If-Modified-Since", value: lastModified))
        }
        return fields
    }
}
