internal import TrawlStore

/// Links for people, grouped by the URL that they lead to. What is known to be broken is left out.
struct CheckTable: CheckWriter {
    private let palette: Palette
    private let put: (String) throws -> Void
    private var groups = LinkFaultGroup.Collector()

    init(palette: Palette, put: @escaping (String) throws -> Void) {
        self.palette = palette
        self.put = put
    }

    mutating func begin(_ tally: CheckTally) {}

    mutating func write(_ fault: LinkFault) throws {
        guard !fault.isKnown, let group = groups.add(fault) else { return }
        try put(text(group))
    }

    mutating func end() throws {
        if let group = groups.end() { try put(text(group)) }
    }

    private func text(_ group: LinkFaultGroup) -> String {
        guard let first = group.faults.first else { return "" }
        let verdict = first.isBroken ? palette.red("broken") : palette.yellow("unsure")
        let target = first.target.isEmpty ? "\"\"" : LinkText.shown(first.target)
        var lines = ["\(verdict)  \(first.cause)  \(palette.bold(target))\(since(first))"]
        lines += group.faults.map { "    " + line($0) }
        if group.rest > 0 { lines.append("    and \(Wording.count(Int64(group.rest), "more link"))") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Each line begins with a word of trawl's or a page's URL, so that no text of a page is at the beginning of one.
    private func line(_ fault: LinkFault) -> String {
        switch fault.link.element {
        case "job": return "given on the command line"
        case "sitemap": return "\(LinkText.shown(fault.link.from))  in the sitemap"
        default: break
        }
        let line = fault.link.line > 0 ? "  line \(fault.link.line)" : ""
        let text = fault.link.text.map { "  \"\(LinkText.shown($0, limit: 60))\"" } ?? ""
        return "\(LinkText.shown(fault.link.from))\(line)  \(palette.dim(fault.place))\(text)"
    }

    private func since(_ fault: LinkFault) -> String {
        fault.link.brokenSince.map { palette.dim("  since \(Wording.instant(milliseconds: $0).prefix(16))Z") }
            ?? ""
    }
}
