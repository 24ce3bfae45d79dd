internal import ArgumentParser
internal import CrawlCore
internal import TrawlStore
internal import Glibc

/// `trawl results`
struct ResultsCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Show or export the pages of a run.",
        discussion: """
            In the order they were found, a row on one line. A table is as wide as the terminal; other formats, and a table \
            that goes elsewhere, have every value in full. Flags that choose rows all apply together: \
            trawl results docs --status 4xx,5xx --where "depth > 1 AND title LIKE '%draft%'".

            The same rows are the view `results`: \
            sqlite3 trawl.db "SELECT url, title FROM results WHERE job = 'docs' AND status_code = 404". \
            Bodies that a job keeps are in `bodies`: \
            sqlite3 trawl.db "SELECT url, sqlar_uncompress(data, size) FROM results JOIN bodies ON bodies.id = body_id".
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Which run: its number, or latest.", valueName: "n|latest"))
    var selector: RunSelector?

    @Flag(help: "The rows of all runs, the earliest first, each with its run.")
    var allRuns = false

    @OptionGroup var rows: RowOptions

    @Flag(
        help: "With the bodies that the job keeps (keep_body), text as UTF-8, in ndjson, json and csv.")
    var body = false

    @Option(help: ArgumentHelp("How rows look: table, ndjson, csv or json.", valueName: "format"))
    var format = RowFormat.table

    @Flag(help: "Begin CSV with a byte order mark, by which spreadsheets know UTF-8.")
    var bom = false

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to this file; - is stdout.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !(allRuns && selector != nil) else {
            throw ValidationError("--run and --all-runs exclude each other")
        }
        guard !bom || format == .csv else { throw ValidationError("--bom goes with --format csv") }
        guard !body || format != .table else {
            throw ValidationError("a table does not show bodies; give --format ndjson, json or csv")
        }
    }

    func run() throws {
        let store = try database.open(.readOnly)
        let runs = try runs(in: store)
        if let condition = rows.condition { try check(condition, in: store) }
        let file = try OutputFile(file, database: database)
        var writer = RowWriter(
            format, to: file.descriptor,
            palette: Palette(isOn: file.isStandardOutput && output.usesColor(on: STDOUT_FILENO)),
            layout: RowLayout(
                fields: rows.fields?.fields, withRuns: allRuns, withBodies: body, hasMark: bom))
        try writer.begin()
        var left = rows.limit ?? .max
        for run in runs where left > 0 { left -= try write(run, limit: left, to: &writer, from: store) }
        try writer.end()
        try file.close()
    }

    /// The runs whose rows are shown, the earliest first.
    private func runs(in store: any CrawlDatabase) throws -> [RunRecord] {
        let job = try store.existingJob(job)
        let run = try store.existingRun(selector ?? .latest, of: job)
        guard allRuns else { return [run] }
        do throws(StoreError) {
            return try store.read { try $0.runs(of: job.id) }.reversed()
        } catch {
            throw CommandFailure(error)
        }
    }

    private func check(_ condition: String, in store: any CrawlDatabase) throws {
        do throws(StoreError) {
            try store.read { try $0.check(condition: condition) }
        } catch {
            throw CommandFailure(error)
        }
    }

    /// - Returns: how many rows there were.
    private func write(
        _ run: RunRecord, limit: Int, to writer: inout RowWriter, from store: any CrawlDatabase
    ) throws -> Int {
        var count = 0
        // An error of the database is a StoreError; one of writing the rows is not.
        var writing: (any Error)?
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachResult(of: run.id, rows.filter, limit: limit, withBodies: body) {
                    row in
                    var row = row
                    row.run = run.number
                    do {
                        try writer.write(row)
                    } catch {
                        writing = error
                        throw error
                    }
                    count += 1
                }
            }
        } catch {
            throw writing ?? CommandFailure(error)
        }
        return count
    }
}
