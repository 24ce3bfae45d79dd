internal import ArgumentParser
internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore

/// `trawl sitemap`
struct SitemapCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "sitemap",
        abstract: "Write a sitemap of the pages of a run.",
        discussion: """
            Pages of one host that were answered with 200, do not ask not to be indexed, and name no other URL as the canonical one. \
            Where they are more than 50,000, or 50 MB, the file is an index, and the sitemaps lie beside it: sitemap-1.xml and so on. \
            lastmod is what the site's own sitemap says, else Last-Modified.
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The file; one that ends in .gz is compressed.", valueName: "file"),
        completion: .file())
    var file: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Which run: its number, or latest.", valueName: "n|latest"))
    var selector = RunSelector.latest

    @Option(
        help: ArgumentHelp(
            "The host whose pages are listed: https://example.org.",
            discussion: "Default: that of the first page.",
            valueName: "url"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "The URL of the folder that the files will be in, which an index says.",
            discussion: "Default: the top of the host.", valueName: "url"))
    var base: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let run = try store.existingRun(selector, of: store.existingJob(job))
        guard file != database.file, file != "-" else {
            throw CommandFailure(.usage, "\(file) cannot hold a sitemap; name another file with -o")
        }
        let host = try host.map { try SitemapCommand.url($0, "--host").hostKey }
        let base = try base.map { try SitemapCommand.url($0.hasSuffix("/") ? $0 : $0 + "/", "--base") }
        var list = SitemapList(file: file, host: host, base: base)
        // An error of the database is a StoreError; one of writing the file is not.
        var writing: (any Error)?
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachResult(of: run.id, SitemapCommand.filter) { row in
                    do {
                        try list.add(row)
                    } catch {
                        writing = error
                        throw error
                    }
                }
            }
        } catch {
            throw writing ?? CommandFailure(error)
        }
        let report = try list.finish()
        if !output.quiet { Terminal.writeError("\(job): \(Terminal.sanitized(report))\n") }
    }

    /// The pages that belong into a sitemap.
    private static let filter: ResultFilter = {
        var filter = ResultFilter.all
        filter.condition = """
            state = 'done' AND kind IS NULL AND method = 'GET' AND content_status_code = 200 AND final_url = url
            AND coalesce(canonical_url, url) = url AND coalesce(robots, '') NOT LIKE '%noindex%'
            """
        return filter
    }()

    private static func url(_ text: String, _ flag: String) throws -> WebURL {
        guard let url = try? WebURL(parsing: text), url.isHTTP else {
            throw CommandFailure(.usage, "\(flag) takes a URL of http or https: https://example.org/")
        }
        return url
    }
}

/// A sitemap in the making. There is no file before the first page.
private struct SitemapList {
    let file: String
    var host: String?
    let base: WebURL?
    private var writer: SitemapWriter?
    private var otherHosts: Int64 = 0
    private var tooLong: Int64 = 0
    private let now = FetchEnvironment.system.wallClock()

    init(file: String, host: String?, base: WebURL?) {
        self.file = file
        self.host = host
        self.base = base
    }

    mutating func add(_ row: ResultRow) throws {
        guard let url = try? WebURL(parsing: row.url) else { return }
        let host = host ?? url.hostKey
        self.host = host
        guard url.hostKey == host else { return otherHosts += 1 }
        guard row.url.utf8.count <= SitemapWriter.lengthLimit else { return tooLong += 1 }
        if writer == nil { writer = try SitemapWriter(file, base: base ?? WebURL(parsing: host + "/")) }
        let lastModified = row.lastModifiedAt ?? changed(row)
        try writer?.add(row.url, lastModified: lastModified)
    }

    private func changed(_ row: ResultRow) -> Int64? {
        row.lastModified.flatMap { HTTPDate(parsing: $0, now: now)?.unixMilliseconds }
    }

    /// Writes what is left, and says what was written.
    mutating func finish() throws -> String {
        guard writer != nil else {
            let place = host.map { " of \($0)" } ?? ""
            throw CommandFailure(.usage, "the run has no page for a sitemap\(place); nothing was written")
        }
        try writer?.finish()
        let files = writer?.files ?? []
        var words = [
            "\(Wording.count(Int64(writer?.entries ?? 0), "URL")) of \(host ?? "") in \(file)"
                + (files.count > 1
                    ? " and \(Wording.count(Int64(files.count - 1), "sitemap")) beside it" : "")
        ]
        if otherHosts > 0 {
            words.append("\(Wording.count(otherHosts, "page")) of other hosts left out (--host)")
        }
        if tooLong > 0 { words.append("\(Wording.count(tooLong, "URL")) left out that are too long") }
        return words.joined(separator: "; ")
    }
}
