internal import ArgumentParser
internal import CrawlFetch
internal import TrawlStore
internal import Glibc
internal import JobFile

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
        help: ArgumentHelp(
            "The earlier run: its number, or the last that had finished by then: 24h, yesterday, 2026-11-28.",
            discussion: "Default: the finished one before the later.", valueName: "n|time"))
    var from: RunMoment?

    @Option(
        help: ArgumentHelp(
            "The later run, named in the same way.", discussion: "Default: the latest that is finished.",
            valueName: "n|time"))
    var to: RunMoment?

    @Option(help: ArgumentHelp("How rows look: table, ndjson, csv or json.", valueName: "format"))
    var format = RowFormat.table

    @Flag(
        name: .customLong("raw-csv"),
        help: "In CSV, texts as they are: for programs. A spreadsheet may take one for a formula.")
    var isRaw = false

    @Flag(help: "Exit with 9 where anything changed.")
    var exitCode = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !isRaw || format == .csv else { throw ValidationError("--raw-csv goes with --format csv") }
    }

    func run() throws {
        let store = try database.open(.readOnly)
        let (older, newer) = try runs(of: store.existingJob(job), in: store)
        var writer = ChangeWriter(
            format, to: STDOUT_FILENO, palette: Palette(isOn: output.usesColor(on: STDOUT_FILENO)),
            isRaw: isRaw)
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
            Terminal.writeError(
                "\(Terminal.sanitized(job)): run \(older.number) to run \(newer.number): \(writer.summary)\n")
        }
        if exitCode, writer.hasChanges { throw ExitStatus.different }
    }

    private func runs(of job: JobRecord, in store: any CrawlDatabase) throws -> (
        older: RunRecord, newer: RunRecord
    ) {
        let finished: [RunRecord]
        do throws(StoreError) {
            finished = try store.read { try $0.runs(of: job.id) }.filter { $0.state == .finished }
        } catch {
            throw CommandFailure(error)
        }
        func run(_ moment: RunMoment, _ flag: String) throws -> RunRecord {
            if case .number(let number) = moment { return try store.existingRun(.number(number), of: job) }
            let then = moment.milliseconds(now: FetchEnvironment.system.wallClock()) ?? 0
            if let run = finished.first(where: { ($0.finishedAt ?? .max) <= then }) { return run }
            let first = finished.last.flatMap(\.finishedAt).map {
                "; the first that is kept finished at \(Wording.localInstant(milliseconds: $0, zone: NamedTimeZone()))"
            }
            throw CommandFailure(
                .usage,
                "no run of \(job.name) had finished by \(Wording.localInstant(milliseconds: then, zone: NamedTimeZone())) (\(flag))"
                    + (first ?? ""))
        }
        guard let newer = try to.map({ try run($0, "--to") }) ?? finished.first else {
            throw CommandFailure(.usage, "no run of \(job.name) is finished yet")
        }
        let before = finished.first { $0.number < newer.number }
        guard let older = try from.map({ try run($0, "--from") }) ?? before else {
            throw CommandFailure(
                .usage, "run \(newer.number) of \(job.name) is its first; there is none to compare it with")
        }
        guard older.number != newer.number else {
            throw CommandFailure(
                .usage, "both runs are run \(newer.number) of \(job.name); name two with --from and --to")
        }
        return (older, newer)
    }
}
