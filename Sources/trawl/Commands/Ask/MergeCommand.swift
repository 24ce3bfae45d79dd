internal import ArgumentParser
internal import CrawlCore
internal import TrawlStore

/// `trawl merge`
struct MergeCommand: ParsableCommand, OutputCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Put the JSON replies of a request job together, in one object.",
        discussion: """
            Each reply stands under the name of its request, or its URL where it has none; where several have one \
            name, in a list. A request with `extract` gives what was extracted. `errors` has what went wrong, a reply \
            that is no JSON too, by the same names; a `null` is a reply of `null`, or one without a byte.
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
        var replies = JSONCollection()
        var errors = JSONCollection()
        do throws(StoreError) {
            try store.read { transaction in
                try transaction.forEachReply(of: record.id) { row in
                    let name = row.name ?? row.url
                    if row.state == .done, let json = row.extracted ?? row.reply ?? row.emptyReply {
                        replies.add(name, json)
                    } else {
                        errors.add(name, MergeCommand.error(row))
                    }
                }
            }
        } catch {
            throw CommandFailure(error)
        }
        replies.add("errors", errors.object)
        try Terminal.put(replies.object + "\n")
    }

    private static func error(_ row: ReplyRow) -> String {
        var error = JSONLine()
        error.add("state", row.state.rawValue)
        error.add("status_code", row.statusCode)
        error.add("error_kind", row.errorKind)
        error.add("error", row.error ?? row.absence)
        return error.line
    }
}

extension ReplyRow {
    /// `null` in place of an empty reply, such as a 204; nil if the reply was not empty.
    fileprivate var emptyReply: String? { (contentLength ?? 0) == 0 ? "null" : nil }

    /// Why a page that is done has no JSON reply.
    fileprivate var absence: String? {
        guard state == .done else { return nil }
        return "the reply is not JSON: \(contentLength ?? 0) bytes of \(contentType ?? "no type")"
    }
}

/// JSON values by name, in the order in which each name came first.
private struct JSONCollection {
    private var names: [String] = []
    private var values: [String: [String]] = [:]

    mutating func add(_ name: String, _ json: String) {
        if values[name] == nil { names.append(name) }
        values[name, default: []].append(json)
    }

    var object: String {
        var object = JSONLine()
        for name in names {
            let values = values[name] ?? []
            object.add(name, json: values.count == 1 ? values[0] : "[" + values.joined(separator: ",") + "]")
        }
        return object.line
    }
}
