internal import ArgumentParser
internal import TrawlSQLite
internal import TrawlStore
internal import Glibc

/// `trawl diff`
struct DiffCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed between two runs of a job.",
        discussion: """
            Pages that are new or gone, and those of another status, title or content, with before and after: one row a page, which is \
            called by the first of these that applies. A page that the later run did not get to, because something that leads to it \
            could not be read, is unknown, which is no change. The same rows are the view `changes`: \
            sqlite3 trawl.db "SELECT change, url FROM changes WHERE job = 'docs'".

            With --exit-code the exit code is 9 where anything changed and 0 where nothing did, as of git diff.
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        help: ArgumentHelp("The earlier run. Default: the finished one before the later.", valueName: "n"))
    var from: Int?

    @Option(help: ArgumentHelp("The later run. Default: the latest that is finished.", valueName: "n"))
    var to: Int?

    @Option(help: ArgumentHelp("How rows look: table, ndjson, csv or json.", valueName: "format"))
    var format = RowFormat.table

    @Flag(help: "Exit with 9 where anything changed.")
    var exitCode = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let (older, newer) = try runs(of: store.existingJob(job), in: store)
        var writer = ChangeWriter(
            format, to: STDOUT_FILENO, palette: Palette(isOn: output.usesColor(on: STDOUT_FILENO)))
        // An error of the database is a StoreError; one of writing the rows is not.
        var writing: (any Error)?
        try writer.begin()
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachChange(from: older.id, to: newer.id) { change in
                    do {
                        try writer.write(change)
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
        if !output.quiet {
            Terminal.writeError("\(job): run \(older.number) to run \(newer.number): \(writer.summary)\n")
        }
        if exitCode, writer.hasChanges { throw ExitStatus.different }
    }

    private func runs(of job: JobRecord, in store: SQLiteStore) throws -> (older: RunRecord, newer: RunRecord)
    {
        func finished(before number: Int = .max) throws -> RunRecord? {
            do throws(StoreError) {
                return try store.read { try $0.finishedRun(of: job.id, before: number) }
            } catch {
                throw CommandFailure(error)
            }
        }
        let newer = try to.map { try store.existingRun(.number($0), of: job) } ?? finished()
        guard let newer else { throw CommandFailure(.usage, "no run of \(job.name) is finished yet") }
        let older =
            try from.map { try store.existingRun(.number($0), of: job) }
            ?? finished(before: newer.number)
        guard let older else {
            throw CommandFailure(
                .usage, "run \(newer.number) of \(job.name) is its first; there is none to compare it with")
        }
        guard older.number != newer.number else {
            throw CommandFailure(.usage, "--from and --to are the same run; name two")
        }
        return (older, newer)
    }
}
