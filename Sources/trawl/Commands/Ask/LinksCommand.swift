internal import ArgumentParser
internal import CrawlCore
internal import Extract
internal import Glibc
internal import TrawlStore

/// `trawl links`
struct LinksCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "links",
        abstract: "Show or export the links of a job's latest run.",
        discussion: """
            One row for each page and each thing that the page says of a URL. The job must keep its links (links: keep, or check: true). \
            The same rows are the views `links` and `broken_links`: \
            sqlite3 trawl.db "SELECT from_url, line FROM links WHERE job = 'docs' AND to_url = 'https://example.org/old'".

            graphml, dot and gexf are graphs for Gephi, networkx and Graphviz: a node a URL, and an edge from a page to each URL that \
            it links to, whose weight is how many times it does. mailto: and the like are left out.
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Flag(help: "Only links that are broken.")
    var broken = false

    @Option(help: ArgumentHelp("Only links to this URL, whatever their fragments.", valueName: "url"))
    var to: String?

    @Option(help: ArgumentHelp("Only links of this page.", valueName: "url"))
    var from: String?

    @Flag(help: "Only links to hosts that the job's own list does not name.")
    var external = false

    @Option(help: ArgumentHelp("Only links whose rel matches this regular expression.", valueName: "re"))
    var rel: String?

    @Option(
        help: ArgumentHelp(
            "How they look: table, ndjson, csv, json, graphml, dot or gexf.", valueName: "format"))
    var format = LinkFormat.table

    @Flag(
        name: .customLong("raw-csv"),
        help: "In CSV, texts as they are: for programs. A spreadsheet may take one for a formula.")
    var isRaw = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to this file; - is stdout.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !isRaw || format == .csv else { throw ValidationError("--raw-csv goes with --format csv") }
    }

    func run() throws {
        let store = try database.open(.readOnly)
        let run = try store.existingRun(.latest, of: store.existingJob(job))
        guard try JobSpec(stored: run.spec, job: job).keepsLinks else {
            throw CommandFailure(
                .usage, "\(job) keeps no links; give the job links: keep, or check: true, and run it again")
        }
        let selection = try LinkSelection(query, rel: rel)
        let file = try OutputFile(file, database: database)
        // An error of the database is a StoreError; one of writing the links is not.
        var writing: (any Error)?
        do throws(StoreError) {
            try store.read { transaction in
                do {
                    try write(selection, from: transaction, to: file)
                } catch {
                    if error is CommandFailure || error is ExitStatus { writing = error }
                    throw error
                }
            }
        } catch {
            throw writing ?? CommandFailure(error)
        }
        try file.close()
    }

    private var query: LinkQuery {
        var query = LinkQuery(job: job)
        query.isBroken = broken
        query.isExternal = external
        query.to = to.map(LinksCommand.normalized)
        query.from = from.map(LinksCommand.normalized)
        return query
    }

    /// The URL as it is stored. What is no URL may be what a page gives for one.
    private static func normalized(_ text: String) -> String {
        (try? WebURL(parsing: text)).map { $0.isHTTP ? $0.withoutCredentialsAndFragment : $0.href } ?? text
    }

    private func write(_ selection: LinkSelection, from reader: any StoreReader, to file: OutputFile) throws {
        let palette = Palette(isOn: file.isStandardOutput && output.usesColor(on: STDOUT_FILENO))
        switch format.kind {
        case .rows(let format):
            var writer = LinkWriter(format, to: file.descriptor, palette: palette, isRaw: isRaw)
            try writer.begin()
            try selection.forEach(in: reader) { try writer.write($0) }
            try writer.end()
        case .graph(let format):
            var writer = LinkGraphWriter(format, to: file.descriptor)
            let selection = selection.ofGraph
            try writer.begin()
            try selection.forEach(in: reader) { try writer.addNodes(of: $0) }
            try writer.beginEdges()
            try selection.forEach(in: reader) { try writer.addEdge(of: $0) }
            try writer.end()
        }
    }
}

/// Which links are wanted.
private struct LinkSelection {
    private var query: LinkQuery
    private var isOfGraph = false
    /// What `rel` must match; nil for anything.
    private let rel: URLFilter?

    /// - Throws: `CommandFailure` where the expression is none.
    init(_ query: LinkQuery, rel: String?) throws {
        self.query = query
        do throws(URLFilterError) {
            // The filter takes any text.
            self.rel = try rel.map { pattern throws(URLFilterError) in
                try URLFilter(include: [pattern], exclude: [])
            }
        } catch {
            throw CommandFailure(.usage, "--rel \(error.pattern): \(error.description)")
        }
    }

    /// The same for a graph: those of a page one after the other, and none of those that lead to no URL of a page.
    var ofGraph: LinkSelection {
        var selection = self
        selection.query.order = .page
        selection.isOfGraph = true
        return selection
    }

    func forEach(in reader: any StoreReader, _ body: (LinkRow) throws -> Void) throws {
        try reader.forEachLink(query) { link in
            if let rel, !(link.rel.map(rel.admits) ?? false) { return true }
            if isOfGraph, !link.leadsToURLOfHTTP { return true }
            try body(link)
            return true
        }
    }
}

extension LinkRow {
    fileprivate var leadsToURLOfHTTP: Bool {
        reason != LinkReason.malformed.rawValue && (to.hasPrefix("http://") || to.hasPrefix("https://"))
    }
}

enum LinkFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case ndjson
    case csv
    case json
    case graphml
    case dot
    case gexf

    fileprivate enum Kind {
        case rows(RowFormat)
        case graph(GraphFormat)
    }

    fileprivate var kind: Kind {
        switch self {
        case .table: .rows(.table)
        case .ndjson: .rows(.ndjson)
        case .csv: .rows(.csv)
        case .json: .rows(.json)
        case .graphml: .graph(.graphml)
        case .dot: .graph(.dot)
        case .gexf: .graph(.gexf)
        }
    }
}
