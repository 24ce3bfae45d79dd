internal import TrawlStore

/// A summary for the page that a CI system shows of a job, such as GitHub's `$GITHUB_STEP_SUMMARY`. What is known to be broken is only
/// counted.
///
/// It is bounded, as GitHub takes 1 MiB of a step: at most ``targetLimit`` URLs and ``byteLimit`` bytes, and it says what is left out. URLs
/// and texts are code, in which nothing means anything.
struct CheckMarkdown: CheckWriter {
    private static let targetLimit = 200
    private static let byteLimit = 512 << 10
    /// How many columns of a URL or a text are shown.
    private static let width = 300

    private let job: String
    private let put: (String) throws -> Void
    private var groups = LinkFaultGroup.Collector()
    private var targets = 0
    private var leftOut: Int64 = 0
    private var bytes = 0

    init(job: String, put: @escaping (String) throws -> Void) {
        self.job = job
        self.put = put
    }

    func begin(_ tally: CheckTally) throws {
        try put(
            """
            ### Links of \(LinkText.markdownCode(job)): \(tally.broken.links == 0 ? "none is broken" : "\(Wording.count(tally.broken.links)) broken")

            | | links | URLs | reasons |
            |---|---:|---:|---|
            | broken | \(Wording.count(tally.broken.links)) | \(Wording.count(tally.broken.targets)) | \(CheckTally.text(tally.brokenReasons)) |
            | unsure | \(Wording.count(tally.unsure.links)) | \(Wording.count(tally.unsure.targets)) | \(CheckTally.text(tally.unsureReasons)) |
            | known | \(Wording.count(tally.known.links)) | \(Wording.count(tally.known.targets)) | |

            """)
    }

    mutating func write(_ fault: LinkFault) throws {
        guard !fault.isKnown, let group = groups.add(fault) else { return }
        try add(group)
    }

    mutating func end() throws {
        if let group = groups.end() { try add(group) }
        if leftOut > 0 {
            try put("\n\(Wording.count(leftOut, "more URL")) of broken or unsure links are not shown here.\n")
        }
    }

    private mutating func add(_ group: LinkFaultGroup) throws {
        let text = leftOut == 0 && targets < Self.targetLimit ? text(group) : ""
        guard !text.isEmpty, bytes + text.utf8.count <= Self.byteLimit else {
            leftOut += 1
            return
        }
        if targets == 0 { try put("\n") }
        targets += 1
        bytes += text.utf8.count
        try put(text)
    }

    private func text(_ group: LinkFaultGroup) -> String {
        guard let first = group.faults.first else { return "" }
        let target = first.target.isEmpty ? "(empty)" : code(first.target)
        var lines = ["- **\(first.isBroken ? "broken" : "unsure")** \(code(first.cause)) \(target)"]
        lines += group.faults.map { "  - " + line($0) }
        if group.rest > 0 { lines.append("  - and \(Wording.count(Int64(group.rest), "more link"))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ fault: LinkFault) -> String {
        if fault.link.element == "job" { return "given on the command line" }
        let line = fault.link.line > 0 ? " line \(fault.link.line)" : ""
        let text = fault.link.text.map { " " + code($0) } ?? ""
        return "\(code(fault.link.from))\(line) \(code(fault.place))\(text)"
    }

    private func code(_ text: String) -> String { LinkText.markdownCode(text, limit: Self.width) }
}
