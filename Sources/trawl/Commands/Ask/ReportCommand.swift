internal import ArgumentParser
internal import Glibc
internal import TrawlStore

/// `trawl report`
struct ReportCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write what came of a run as a page to look at.",
        discussion: """
            One HTML file with pictures, tables and what to mend first, which needs no network and no other file. JSON has the same \
            for programs, and Markdown for the summary of a CI system: \
            trawl report docs --format md >> "$GITHUB_STEP_SUMMARY".
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Which run: its number, or latest.", valueName: "n|latest"))
    var selector: RunSelector = .latest

    @Option(help: ArgumentHelp("What is written: html, json or md.", valueName: "format"))
    var format = ReportFormat.html

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to this file; - is stdout.", valueName: "file"),
        completion: .file())
    var file: String?

    @Flag(help: "Leave the queries and fragments of URLs out.")
    var anonymous = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let record = try store.existingJob(job)
        let run = try store.existingRun(selector, of: record)
        if format == .html, file == nil, Terminal.isTerminal(STDOUT_FILENO) {
            throw CommandFailure(
                .usage, "a page is for a browser; name a file for it: -o \(record.name).html")
        }
        let file = try ReportFile(file, besides: database.file)
        let builder = ReportBuilder(job: record, run: run, texts: ReportTexts(isAnonymous: anonymous))
        let document: RunReportDocument
        do throws(StoreError) {
            document = try store.read { try builder.document(from: $0) }
        } catch {
            throw CommandFailure(error)
        }
        try file.begin()
        switch format {
        case .html:
            var writer = ReportHTML(document) { try file.put($0) }
            try writer.write()
        case .json: try ReportJSON(document) { try file.put($0) }.write()
        case .md: try file.put(ReportMarkdown.text(document))
        }
    }
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case html
    case json
    case md

    /// The word of an argument; `markdown`, as in `trawl check`, is Markdown too.
    init?(argument: String) {
        self.init(rawValue: argument == "markdown" ? "md" : argument)
    }
}
