public import CrawlCore
internal import GRDB

/// What a run takes over from the one before.
extension StoreTransaction {
    /// The run whose pages a run may ask about by what they were: the job's latest finished one of the same spec.
    ///
    /// Of another spec other things were asked, or followed, or taken out of the pages.
    public func previousRun(of run: RunID) throws -> RunID? {
        try Int64.fetchOne(
            database,
            sql: """
                SELECT former.id FROM runs
                JOIN runs AS former ON former.job_id = runs.job_id AND former.number < runs.number
                WHERE runs.id = ? AND former.state = 'finished' AND former.spec = runs.spec
                    AND former.number = (
                        SELECT max(number) FROM runs AS latest
                        WHERE latest.job_id = runs.job_id AND latest.number < runs.number AND latest.state = 'finished')
                """,
            arguments: [run.rawValue]
        ).map(RunID.init(rawValue:))
    }

    /// The same request in another run, where it came to a whole page whose server says how to ask for changes.
    func previousPage(_ url: String, key: Int64, of run: RunID) throws -> PreviousPage? {
        let statement = try RawStatement(
            database,
            """
            SELECT id, url, etag, last_modified, title, content_type, charset, content_length, content_digest, robots,
                final_url, canonical_url, lang, description, link_count, extracted
            FROM pages
            WHERE run_id = ?1 AND url_key = ?2 AND state = 'done' AND (etag IS NOT NULL OR last_modified IS NOT NULL)
            """)
        statement.bind(1, run.rawValue)
        statement.bind(2, key)
        var previous: PreviousPage?
        try statement.forEachRow { row in
            // A page that redirected would be asked with what another URL's server said.
            guard row.text(1) == url, row.isNull(10) else { return false }
            var response = PageResponse()
            response.etag = row.text(2)
            response.lastModified = row.text(3)
            response.title = row.text(4)
            response.contentType = row.text(5)
            response.charset = row.text(6)
            response.contentLength = row.integer(7)
            response.contentDigest = row.bytes(8).flatMap(ContentDigest.init(bytes:))
            response.robots = RobotsDirectives(words: row.text(9))
            if !(11...15).allSatisfy(row.isNull) {
                response.content = PageContent(
                    canonicalURL: row.text(11), language: row.text(12), description: row.text(13),
                    linkCount: row.isNull(14) ? nil : Int(row.integer(14)), extracted: row.text(15))
            }
            previous = PreviousPage(id: PageID(rawValue: row.integer(0)), response: response)
            return false
        }
        return previous
    }

    /// The pages that a page's links led to, as its run kept them; empty where it kept none.
    func keptLinks(of page: PageID) throws -> [Int64] {
        let statement = try RawStatement(database, "SELECT targets FROM page_links WHERE page_id = ?")
        statement.bind(1, page.rawValue)
        var ids: [Int64] = []
        try statement.forEachRow { row in
            ids = PageIDList.ids(in: row.bytes(0) ?? [])
            return false
        }
        return ids
    }
}

extension ContentDigest {
    /// The digest that 16 bytes stand for; nil of any other number.
    init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        func half(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: half(bytes[..<8]), low: half(bytes[8...]))
    }
}
