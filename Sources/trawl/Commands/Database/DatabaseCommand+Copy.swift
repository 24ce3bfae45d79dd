internal import ArgumentParser
internal import TrawlDatabase
internal import TrawlStore
internal import Glibc
internal import Logging

extension DatabaseCommand {
    /// `trawl db copy`
    struct Copy: ParsableCommand, OutputCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a database to another place: from a file to a server, back, or to another file.",
            discussion: """
                Both are files, or URLs of PostgreSQL databases. The target is one that is not there yet, or is empty. It is \
                whole at the end; if anything ends the copy early, it is empty, or not there. A run that was under way goes \
                on in the copy as after a kill. So end its runners first, and leave the old database alone from then on.
                """)

        @Argument(help: ArgumentHelp("The database that is copied.", valueName: "from"), completion: .file())
        var source: String

        @Argument(help: ArgumentHelp("The database that is made.", valueName: "to"), completion: .file())
        var target: String

        @OptionGroup var output: OutputOptions

        func run() throws {
            let (source, target) = (DatabaseName(source), DatabaseName(target))
            let isLive = !output.quiet && output.logFormat == .text && Terminal.takesEscapes(STDERR_FILENO)
            defer { if isLive { Terminal.writeError("\r\u{1b}[K") } }
            var counts: [String: Int] = [:]
            do throws(StoreError) {
                try source.copy(to: target) { table, rows in
                    counts[table] = rows
                    guard isLive else { return }
                    Terminal.writeError("\r\(table): \(Wording.count(Int64(rows), "row"))\u{1b}[K")
                }
            } catch {
                throw CommandFailure(error)
            }
            let (jobs, pages) = (Int64(counts["jobs"] ?? 0), Int64(counts["pages"] ?? 0))
            Logger(output).notice(
                "\(target): \(Wording.count(jobs, "job")) with \(Wording.count(pages, "page")) copied")
        }
    }
}
