internal import ArgumentParser
internal import CrawlCore
internal import TrawlDatabase
internal import TrawlStore
internal import Glibc
internal import Logging

extension DatabaseCommand {
    /// `trawl db backup`
    struct Backup: ParsableCommand, OutputCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the database as it is at this moment, also while a crawl writes to it.",
            discussion: """
                The copy gets its name once it is whole, in the place of a file of that name. A run that was under way goes \
                on from it as after a kill: trawl run --db FILE.
                """)

        @Argument(help: ArgumentHelp("The copy.", valueName: "file"), completion: .file())
        var target: String

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            guard let store = try database.open(.readOnly) as? any FileDatabase else {
                throw CommandFailure(
                    .usage,
                    "\(database.file) is on a server, whose own program copies it: pg_dump -Fc -n \(database.name.schema ?? "") "
                        + "-f \(target); into a file of trawl it is copied by: trawl db copy \(database.file) \(target)"
                )
            }
            guard realpath(of: target) != realpath(of: database.file) else {
                throw CommandFailure(.usage, "\(target) is the database itself; name another file")
            }
            let isLive = !output.quiet && output.logFormat == .text && Terminal.takesEscapes(STDERR_FILENO)
            var size: Int64 = 0
            do throws(StoreError) {
                try store.backUp(to: target) { copied, total in
                    size = total
                    guard isLive else { return }
                    Terminal.writeError("\r\(Wording.bytes(copied)) of \(Wording.bytes(total))\u{1b}[K")
                }
            } catch {
                if isLive { Terminal.writeError("\r\u{1b}[K") }
                throw CommandFailure(error)
            }
            if isLive { Terminal.writeError("\r\u{1b}[K") }
            Logger(output).notice("\(target): \(Wording.bytes(size))")
        }

        /// The file that a path leads to, symbolic links resolved; nil where there is none.
        private func realpath(of path: String) -> String? {
            guard let resolved = Glibc.realpath(path, nil) else { return nil }
            defer { free(resolved) }
            return String(cString: resolved)
        }
    }

    /// `trawl db prune`
    struct Prune: ParsableCommand, OutputCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete old runs in small steps, and give their space back to the file system.",
            discussion: """
                Without a JOB: the runs of every job. The job's keep_runs, or --keep, says how many stay. Bodies that no page \
                has any more are deleted too.
                """)

        @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
        var job: String?

        @Option(help: ArgumentHelp("How many finished runs of a job stay.", valueName: "n"))
        var keep: Int?

        @Flag(help: "Rewrite the whole file without free space. Meanwhile nobody else can write.")
        var vacuum = false

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if let keep, keep < 1 {
                throw ValidationError("--keep takes a number from 1, since the latest run always stays")
            }
        }

        func run() throws {
            let store = try database.open(.existing)
            let logger = Logger(output)
            do {
                let jobs = try job.map { [try store.existingJob($0)] } ?? store.read { try $0.jobs() }
                var unreadable = false
                for job in jobs {
                    let count: Int?
                    do {
                        count = try keep ?? keptRuns(of: job)
                    } catch let failure as CommandFailure where self.job == nil {
                        // Go on with the other jobs.
                        logger.error("\(failure.message)")
                        unreadable = true
                        continue
                    }
                    guard let count else { continue }
                    let report = try store.prune(job.id, keeping: count)
                    guard report.runs > 0 else { continue }
                    logger.notice(
                        "\(job.name): \(Wording.count(Int64(report.runs), "run")) with \(Wording.count(Int64(report.pages), "page")) deleted"
                    )
                }
                try store.pruneBodies()
                let file = store as? any FileDatabase
                if vacuum, let file { try file.vacuum() } else { try store.giveBackSpace() }
                if vacuum, file == nil {
                    logger.notice("--vacuum is for files; on a server, the database's owner has VACUUM FULL")
                }
                if let file, try !file.checkpoint() {
                    logger.notice(
                        "another program is reading the database; the file shrinks once that has ended")
                }
                if unreadable { throw ExitStatus.usage }
            } catch let error as StoreError {
                throw CommandFailure(error)
            }
        }

        /// The job's `keep_runs`; nil where all runs stay.
        private func keptRuns(of job: JobRecord) throws -> Int? {
            let count = try JobSpec(stored: job.spec, job: job.name).keepRuns
            return count > 0 ? count : nil
        }
    }
}
