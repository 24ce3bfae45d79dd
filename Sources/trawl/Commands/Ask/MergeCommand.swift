internal import ArgumentParser
internal import CrawlCore
internal import Glibc
internal import TrawlStore

/// `trawl merge`
struct MergeCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Put the JSON replies of a request job together, in one object.",
        discussion: """
            Each reply stands under the name of its request, or its URL where it has none; where several have one \
            name, in a list. A request with `extract` gives what was extracted. `errors` has what went wrong, a reply \
            that is no JSON too, by the same names; a `null` is a reply of `null`, or one without a byte. Of a request with \
            `items` it is the list of them. What was asked for with `for_each` stands under the value of its item.
            """)

    @Argument(help: ArgumentHelp("The job's name.", valueName: "job"))
    var job: String

    @Option(
        name: .customLong("run"),
        help: ArgumentHelp("Which run: its number, or latest.", valueName: "n|latest"))
    var selector = RunSelector.latest

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let store = try database.open(.readOnly)
        let record = try store.existingRun(selector, of: store.existingJob(job))
        var merged = MergedReplies(of: record, named: job)
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachReply(of: record.id) { merged.add($0) }
                guard merged.hasLists else { return }
                try transaction.forEachItem(of: record.id) { merged.add($0) }
            }
        } catch {
            throw CommandFailure(error)
        }
        try Terminal.put(RowShield(STDOUT_FILENO).json(merged.object) + "\n")
    }
}
