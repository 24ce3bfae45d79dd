package import CrawlCore
internal import GRDB
package import TrawlStore

/// What a run takes over from those before.
extension StoreTransaction {
    /// The finished runs of a run's job before it; nil where it is the first.
    package func formerRuns(of run: RunID) throws -> FormerRuns? {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT former.id, former.job_id, former.spec = runs.spec AS is_alike FROM runs
                JOIN runs AS former ON former.job_id = runs.job_id AND former.number < runs.number
                WHERE runs.id = ? AND former.state = 'finished'
                ORDER BY former.number DESC
                """,
            arguments: [run.rawValue])
        guard let latest = rows.first else { return nil }
        let job: Int64 = latest["job_id"]
        return FormerRuns(
            job: JobID(rawValue: job), latest: RunID(rawValue: latest["id"]),
            alike: Set(rows.filter { $0["is_alike"] }.map { RunID(rawValue: $0["id"]) }),
            hasUnread: try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM unread_pages WHERE job_id = ?)",
                arguments: [job]) ?? false)
    }

    /// The same request in the last run that read it, if the page was whole and came with validators, such as an ETag.
    ///
    /// One look into the index of requests for a page that the latest run has read, and one into that of `unread_pages` for another.
    func previousPage(_ url: String, key: Int64, of former: FormerRuns) throws -> PreviousPage? {
        let find = try RawStatement(
            database,
            "\(Self.previousSQL) WHERE id = (SELECT page_id FROM page_keys WHERE run_id = ? AND url_key = ?)")
        find.bind(1, former.latest.rawValue)
        find.bind(2, key)
        if let read = try find.firstRow({ PreviousPage.Reading($0, url, former) }),
            case .read(let page) = read
        {
            return page
        }
        guard former.hasUnread else { return nil }
        let remember = try RawStatement(
            database,
            "SELECT read_id FROM unread_pages WHERE job_id = ? AND url_key = ? ORDER BY run_id DESC LIMIT 1")
        remember.bind(1, former.job.rawValue)
        remember.bind(2, key)
        guard let id = try remember.firstRow({ $0.optionalInteger(0) }) ?? nil else { return nil }
        let last = try RawStatement(database, "\(Self.previousSQL) WHERE id = ?")
        last.bind(1, id)
        guard let read = try last.firstRow({ PreviousPage.Reading($0, url, former) }),
            case .read(let page) = read
        else { return nil }
        return page
    }

    private static let previousSQL = "SELECT id, \(OutcomeColumn.names), url, state, run_id FROM pages"

    /// The pages that a page's links led to, as its run kept them; empty where it kept none.
    func keptLinks(of page: PageID) throws -> [Int64] {
        let statement = try RawStatement(database, "SELECT targets FROM page_links WHERE page_id = ?")
        statement.bind(1, page.rawValue)
        return PageIDList.ids(in: try statement.firstRow { $0.bytes(0) ?? [] } ?? [])
    }
}

extension PreviousPage {
    /// What a row of a run before says, in the columns of `previousSQL`.
    fileprivate enum Reading {
        /// It did not read the page.
        case unread
        /// It did; nil where a run cannot ask by it whether anything changed.
        case read(PreviousPage?)

        init(_ row: RawRow, _ url: String, _ former: FormerRuns) {
            let afterNames = Int32(OutcomeColumn.allCases.count) + 1
            let status = row.optionalInteger(OutcomeColumn.statusCode.place) ?? 200
            // A job may accept a status that says that the page cannot be given at present.
            guard row.text(afterNames) == url, row.text(afterNames + 1) == "done", status < 500,
                ![408, 425, 429].contains(status)
            else {
                self = .unread
                return
            }
            let hasValidator =
                !row.isNull(OutcomeColumn.etag.place) || !row.isNull(OutcomeColumn.lastModified.place)
            // The validators of a page that redirected belong to another URL.
            let isRedirected = !row.isNull(OutcomeColumn.finalURL.place)
            let isAlike = former.alike.contains(RunID(rawValue: row.integer(afterNames + 2)))
            self = .read(hasValidator && !isRedirected && isAlike ? PreviousPage(row) : nil)
        }
    }

    fileprivate convenience init(_ row: RawRow) {
        func at(_ column: OutcomeColumn) -> Int32 { column.place }
        var response = PageResponse()
        response.etag = row.text(at(.etag))
        response.lastModified = row.text(at(.lastModified))
        response.title = row.text(at(.title))
        response.contentType = row.text(at(.contentType))
        response.charset = row.text(at(.charset))
        response.contentLength = row.integer(at(.contentLength))
        response.contentDigest = row.bytes(at(.contentDigest)).flatMap(ContentDigest.init(bytes:))
        response.robots = RobotsDirectives(words: row.text(at(.robots)))
        let content: [OutcomeColumn] = [.canonicalURL, .lang, .description, .linkCount, .extracted]
        if !content.allSatisfy({ row.isNull(at($0)) }) {
            response.content = PageContent(
                canonicalURL: row.text(at(.canonicalURL)), language: row.text(at(.lang)),
                description: row.text(at(.description)),
                linkCount: row.optionalInteger(at(.linkCount)).map(Int.init),
                extracted: row.text(at(.extracted)))
        }
        self.init(id: PageID(rawValue: row.integer(0)), response: response)
    }
}
