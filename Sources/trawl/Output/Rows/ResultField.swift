internal import CrawlCore

/// A member of a result row; the raw value is its name, which the column of the view `results` has too.
enum ResultField: String, CaseIterable {
    case run
    case name
    case url
    case finalURL = "final_url"
    case state
    case statusCode = "status_code"
    case contentLength = "content_length"
    case sizeDownload = "size_download"
    case title
    case contentType = "content_type"
    case charset
    case canonicalURL = "canonical_url"
    case language = "lang"
    case description
    case robots
    case linkCount = "link_count"
    case extracted
    case numRedirects = "num_redirects"
    case attempts
    case errorKind = "error_kind"
    case error
    case skipReason = "skip_reason"
    case line
    case remoteIP = "remote_ip"
    case httpVersion = "http_version"
    case etag
    case lastModified = "last_modified"
    case timeNameLookup = "time_namelookup_ms"
    case timeConnect = "time_connect_ms"
    case timeStartTransfer = "time_starttransfer_ms"
    case timeTotal = "time_total_ms"
    case fetchedAt = "fetched_at"
    case depth
    case referrer
    case kind
    case notModified = "not_modified"
    case contentDigest = "content_digest"
    case batchID = "batch_id"
    case input

    /// What a row has unless other fields are asked for.
    static let standard = allCases.filter { field in
        switch field {
        case .run, .etag, .lastModified, .timeNameLookup, .timeConnect, .timeStartTransfer: false
        default: true
        }
    }

    /// The field's value in a row.
    func value(in row: ResultRow) -> FieldValue {
        switch self {
        case .run: .number(row.run.map(Int64.init))
        case .name: .text(row.name)
        case .url: .text(row.url)
        case .finalURL: .text(row.finalURL)
        case .state: .text(row.state.rawValue)
        case .statusCode: .number(row.statusCode.map(Int64.init))
        case .contentLength: .number(row.contentLength)
        case .sizeDownload: .number(row.sizeDownload)
        case .title: .text(row.title)
        case .contentType: .text(row.contentType)
        case .charset: .text(row.charset)
        case .canonicalURL: .text(row.canonicalURL)
        case .language: .text(row.language)
        case .description: .text(row.pageDescription)
        case .robots: .text(row.robots)
        case .linkCount: .number(row.linkCount.map(Int64.init))
        case .extracted: .json(row.extracted)
        case .numRedirects: .number(row.numRedirects.map(Int64.init))
        case .attempts: .number(Int64(row.attempts))
        case .errorKind: .text(row.errorKind)
        case .error: .text(row.error)
        case .skipReason: .text(row.skipReason)
        case .line: .number(row.line.map(Int64.init))
        case .remoteIP: .text(row.remoteIP)
        case .httpVersion: .text(row.httpVersion)
        case .etag: .text(row.etag)
        case .lastModified: .text(row.lastModified)
        case .timeNameLookup: .number(row.timeNameLookupMilliseconds)
        case .timeConnect: .number(row.timeConnectMilliseconds)
        case .timeStartTransfer: .number(row.timeStartTransferMilliseconds)
        case .timeTotal: .number(row.timeTotalMilliseconds)
        case .fetchedAt: .text(row.fetchedAt.map { Wording.instant(milliseconds: $0) })
        case .depth: .number(Int64(row.depth))
        case .referrer: .text(row.referrer)
        case .kind: .text(row.kind.rawValue)
        case .notModified: .flag(row.isNotModified)
        case .contentDigest: .text(row.contentDigest)
        case .batchID: .number(row.batchID)
        case .input: .json(row.input)
        }
    }
}
