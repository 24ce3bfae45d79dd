internal import ArgumentParser
internal import CrawlStore
internal import Glibc

/// `trawl results`
struct ResultsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Show or export the pages of a run.",
        discussion: """
            In the order they were found. The same rows are the view `results`: \
            sqlite3 trawl.db "SELECT url, title FROM results WHERE job = 'docs' AND status_code = 404".
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Which run: its number, or latest.", valueName: "n|latest"))
    var selector = RunSelector.latest

    @Flag(help: "Only pages that failed.")
    var failed = false

    @Option(help: ArgumentHelp("How rows look: table, ndjson, csv or json.", valueName: "format"))
    var format = RowFormat.table

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to this file.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let record = try store.existingRun(selector, of: store.existingJob(job))
        let descriptor = try openOutput()
        var writer = RowWriter(
            format, to: descriptor, palette: Palette(isOn: file == nil && output.usesColor(on: STDOUT_FILENO))
        )
        do {
            try writer.begin()
            try store.read { transaction in
                try transaction.forEachResult(of: record.id, failed ? .failed : .all) { try writer.write($0) }
            }
            try writer.end()
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
        guard file == nil || close(descriptor) == 0 else { throw writeFailure() }
    }

    private func openOutput() throws -> Int32 {
        guard let file else { return STDOUT_FILENO }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw writeFailure() }
        return descriptor
    }

    private func writeFailure() -> CommandFailure {
        CommandFailure(.io, "\(file ?? "stdout") cannot be written: \(String(cString: strerror(errno)))")
    }
}
