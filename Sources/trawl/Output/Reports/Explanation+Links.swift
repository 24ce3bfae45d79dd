internal import CrawlCore
internal import TrawlStore

/// Who links to a URL, and how a crawl gets there.
extension Explanation {
    /// How many links are shown.
    private static let shownLinks = 10

    /// Says which pages of a run link to a URL, where the run keeps links.
    mutating func explainLinks(to url: String, of job: JobSpec, _ run: RunRecord?, in reader: any StoreReader)
        throws
    {
        guard let run, job.keepsLinks else { return }
        let (links, pages) = try reader.linkCount(to: url, in: run.id)
        guard links > 0 else { return add("links", "no page of run \(run.number) links here") }
        var rows: [LinkRow] = []
        var query = LinkQuery(job: job.name)
        query.to = url
        try reader.forEachLink(query) { link in
            rows.append(link)
            return rows.count < Self.shownLinks
        }
        let count = "\(Wording.count(Int64(pages), "page")), \(Wording.count(Int64(links), "link"))"
        let isCut = links > rows.reduce(0) { $0 + $1.count }
        add("links", "linked from \(count)\(isCut ? "; the first \(rows.count):" : ":")")
        for row in rows { add("", row.place) }
    }

    /// Says over which pages a crawl comes to a page.
    mutating func explainWay(to page: PageRecord?, in reader: any StoreReader) throws {
        guard let id = page?.row.page else { return }
        let way = try reader.way(to: id)
        if way.count > 1 { add("way", way.joined(separator: " → ")) }
    }
}
