internal import ArgumentParser

/// Flags of `trawl check` for what is written, and when the check has failed.
struct CheckReportOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "How the links that are broken or unsure look: table, ndjson, csv, junit or markdown.",
            valueName: "format"))
    var format = CheckFormat.table

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("Write them to this file; - is stdout.", valueName: "file"),
        completion: .file())
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Which links make the check fail: broken, unsure, reasons such as gone or no_fragment, or none.",
            valueName: "word,…"))
    var failOn = FailureRule.broken

    @Option(
        help: ArgumentHelp(
            "A file of links that are known to be broken and do not fail the check: the page and the URL that it leads to, or the URL alone, one a line.",
            valueName: "file"),
        completion: .file())
    var baseline: String?

    @Option(
        help: ArgumentHelp(
            "Write all links that would fail the check to such a file; none of them does.", valueName: "file"),
        completion: .file())
    var writeBaseline: String?

    func validate() throws {
        if writeBaseline == "-" { throw ValidationError("--write-baseline takes the path of a file") }
    }
}
