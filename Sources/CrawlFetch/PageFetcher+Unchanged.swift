internal import CrawlCore
internal import Curl
internal import HTMLScan
internal import TrawlText

/// Pages that the run before has, and that are asked for only where they have changed (RFC 9110, section 13.1).
extension PageFetcher {
    /// What a page is that its server says has not changed: what it was, as of now.
    func unchanged(_ previous: PreviousPage, by response: PageResponse) -> PageResponse {
        var unchanged = previous.response
        unchanged.isNotModified = true
        unchanged.statusCode = response.statusCode
        unchanged.sizeDownload = response.sizeDownload
        unchanged.timings = response.timings
        unchanged.remoteIP = response.remoteIP
        unchanged.httpVersion = response.httpVersion
        // A 304 carries them where they would differ (RFC 9110, section 15.4.5).
        unchanged.etag = response.etag ?? unchanged.etag
        unchanged.lastModified = response.lastModified ?? unchanged.lastModified
        unchanged.robots.formUnion(response.robots)
        return unchanged
    }
}

extension PreviousPage {
    /// The fields that ask for the page only if it is not what it was.
    var validators: [JobSpec.HeaderField] {
        var fields: [JobSpec.HeaderField] = []
        if let etag = response.etag { fields.append(JobSpec.HeaderField(name: "If-None-Match", value: etag)) }
        if let lastModified = response.lastModified {
            fields.append(JobSpec.HeaderField(name: "If-Modified-Since", value: lastModified))
        }
        return fields
    }
}

extension JobSpec.KeptBodies {
    /// Whether bodies of a type are kept.
    func keeps(_ contentType: String?) -> Bool {
        switch self {
        case .none: false
        case .text: ContentType.isText(contentType)
        case .all: true
        }
    }
}
