internal import ArgumentParser
internal import CrawlFetch
internal import TrawlStore
internal import Glibc
internal import Logging

/// `trawl db`
struct DatabaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the database.",
        subcommands: [Migrate.self, Check.self, Backup.self, Copy.self, Prune.self])

    /// `trawl db migrate`
    struct Migrate: ParsableCommand, OutputCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a database to this version's schema, or create one.",
            discussion: "Every command that writes does this by itself.")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            _ = try database.open(.readWrite)
            Logger(output).notice("\(database.file) has this version's schema")
        }
    }

    /// `trawl db check`
    struct Check: ParsableCommand, OutputCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Look for damage: the database's own checks, leases, and counters against the rows they count.",
            discussion: """
                Exits 3 where something is wrong. --repair repairs what follows from other rows: counters, indexes, and the \
                leases of processes that are gone. What is lost can only come from a backup.
                """)

        @Flag(help: "Repair what can be derived from other rows.")
        var repair = false

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let store = try database.open(repair ? .existing : .readOnly)
            let findings: [String]
            do throws(StoreError) {
                if repair {
                    for finding in try store.check() {
                        Logger(output).warning("was wrong: \(finding)")
                    }
                    try store.repair(LinuxProcessTable(), now: FetchEnvironment.system.wallClock())
                }
                findings = try store.check()
            } catch {
                throw CommandFailure(error)
            }
            for finding in findings { try Terminal.put(Terminal.sanitized(finding) + "\n") }
            guard findings.isEmpty else {
                throw CommandFailure(
                    .io, "\(database.file) has \(Wording.count(Int64(findings.count), "fault"))")
            }
            Logger(output).notice("\(database.file) is sound")
        }
    }
}
