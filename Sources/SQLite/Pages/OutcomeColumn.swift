internal import CrawlCore

/// The columns of `pages` that say what came of a page: the only list of them.
///
/// The statements that settle a page set them, a retry clears them all, and a later run reads them. Columns that say what the page
/// is, such as its URL, are not among them, and neither is its state. The raw value is the column's parameter in the statements that
/// settle a page; their first parameter is the page's id.
enum OutcomeColumn: Int32, CaseIterable {
    // What nearly every page has.
    case attempts = 2
    case batchID
    case statusCode
    case contentLength
    case sizeDownload
    case timeNameLookup
    case timeConnect
    case timeStartTransfer
    case timeTotal
    case fetchedAt
    case title
    case contentType
    case charset
    case etag
    case lastModified
    case remoteIP
    case httpVersion
    case contentDigest
    // What few pages have.
    case numRedirects
    case finalURL
    case errorKind
    case error
    case skipReason
    case robots
    case canonicalURL
    case lang
    case description
    case linkCount
    case extracted
    case notModified
    case contentStatusCode
    case bodyID

    /// The column's name.
    var name: String {
        switch self {
        case .attempts: "attempts"
        case .batchID: "batch_id"
        case .statusCode: "status_code"
        case .contentLength: "content_length"
        case .sizeDownload: "size_download"
        case .timeNameLookup: "time_namelookup_ms"
        case .timeConnect: "time_connect_ms"
        case .timeStartTransfer: "time_starttransfer_ms"
        case .timeTotal: "time_total_ms"
        case .fetchedAt: "fetched_at"
        case .title: "title"
        case .contentType: "content_type"
        case .charset: "charset"
        case .etag: "etag"
        case .lastModified: "last_modified"
        case .remoteIP: "remote_ip"
        case .httpVersion: "http_version"
        case .contentDigest: "content_digest"
        case .numRedirects: "num_redirects"
        case .finalURL: "final_url"
        case .errorKind: "error_kind"
        case .error: "error"
        case .skipReason: "skip_reason"
        case .robots: "robots"
        case .canonicalURL: "canonical_url"
        case .lang: "lang"
        case .description: "description"
        case .linkCount: "link_count"
        case .extracted: "extracted"
        case .notModified: "not_modified"
        case .contentStatusCode: "content_status_code"
        case .bodyID: "body_id"
        }
    }

    /// Whether nearly every page has it.
    private var isPlain: Bool { rawValue <= OutcomeColumn.contentDigest.rawValue }

    /// The parameter of the page's state in the statement that sets all columns.
    static let stateParameter = Int32(allCases.count) + 2

    /// Settles a page that is done and has values for the common columns only.
    ///
    /// The other columns are not set and stay NULL, as they are in a pending page. SQLite does not check their constraints then,
    /// which saves a third of the cost.
    static let settlePlainSQL = """
        UPDATE pages SET \(assignments(allCases.filter(\.isPlain))), state = 'done', num_redirects = 0
        WHERE id = ?1 AND (state = 'pending' OR state = 'sending')
        """

    /// Settles a page in any way.
    static let settleSQL = """
        UPDATE pages SET \(assignments(allCases)), state = ?\(stateParameter)
        WHERE id = ?1 AND (state = 'pending' OR state = 'sending')
        """

    /// The assignments that remove every trace of an outcome.
    static let clearances = allCases.map { column in
        switch column {
        case .attempts, .notModified: "\(column.name) = 0"
        default: "\(column.name) = NULL"
        }
    }.joined(separator: ", ")

    /// The names of all columns, to be selected behind one other column: a column's place in the row is then ``place``.
    static let names = allCases.map(\.name).joined(separator: ", ")

    /// The place in a row that has ``names`` after one other column, counted from 0.
    var place: Int32 { rawValue - 1 }

    private static func assignments(_ columns: [OutcomeColumn]) -> String {
        columns.map { "\($0.name) = ?\($0.rawValue)" }.joined(separator: ", ")
    }
}
