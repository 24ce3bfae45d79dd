internal import ArgumentParser
internal import TrawlSQLite
internal import TrawlStore
internal import Glibc

/// `trawl results`
struct ResultsCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Show or export the pages of a run.",
        discussion: """
            In the order they were found. The same rows are the view `results`: \
            sqlite3 trawl.db "SELECT url, title FROM results WHERE job = 'docs' AND status_code = 404". \
            Bodies that a job keeps are in `bodies`: \
            sqlite3 trawl.db "SELECT url, sqlar_uncompress(data, size) FROM results JOIN bodies ON bodies.id = body_id".
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Which run: its number, or latest.", valueName: "n|latest"))
    var selector = RunSelector.latest

    @Flag(help: "Only pages that failed.")
    var failed = false

    @Flag(help: "With the bodies that the job keeps (keep_body), in ndjson, json and csv.")
    var body = false

    @Option(help: ArgumentHelp("How rows look: table, ndjson, csv or json.", valueName: "format"))
    var format = RowFormat.table

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write to this file; - is stdout.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard !body || format != .table else {
            throw CommandFailure(.usage, "a table does not show bodies; give --format ndjson, json or csv")
        }
        let store = try database.open(.readOnly)
        let record = try store.existingRun(selector, of: store.existingJob(job))
        let file = file == "-" ? nil : file
        let descriptor = try file.map { try create($0) } ?? STDOUT_FILENO
        var writer = RowWriter(
            format, to: descriptor,
            palette: Palette(isOn: file == nil && output.usesColor(on: STDOUT_FILENO)), withBodies: body)
        // An error of the database is a StoreError; one of writing the rows is not.
        var writing: (any Error)?
        try writer.begin()
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachResult(of: record.id, failed ? .failed : .all, withBodies: body) {
                    row in
                    do {
                        try writer.write(row)
                    } catch {
                        writing = error
                        throw error
                    }
                }
            }
        } catch {
            throw writing ?? CommandFailure(error)
        }
        try writer.end()
        if let file, close(descriptor) != 0 { throw writeFailure(file) }
    }

    private func create(_ file: String) throws -> Int32 {
        guard !isSame(file, database.file) else {
            throw CommandFailure(.usage, "\(file) is the database itself; name another file with -o")
        }
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw writeFailure(file) }
        return descriptor
    }

    private func isSame(_ one: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        guard stat(one, &first) == 0, stat(other, &second) == 0 else { return false }
        return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)
    }

    private func writeFailure(_ file: String) -> CommandFailure {
        CommandFailure(.io, "\(file) cannot be written: \(String(cString: strerror(errno)))")
    }
}
