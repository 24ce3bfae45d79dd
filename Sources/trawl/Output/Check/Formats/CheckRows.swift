internal import TrawlStore

/// Links for programs, one a line, as NDJSON or CSV. What is known to be broken is marked.
struct CheckRows: CheckWriter {
    private let isCSV: Bool
    private let put: (String) throws -> Void

    init(isCSV: Bool, put: @escaping (String) throws -> Void) {
        self.isCSV = isCSV
        self.put = put
    }

    /// The members of a row, in order. The words of trawl's own come first, so that no line begins with a text of a page.
    static let fields = [
        "verdict", "reason", "status_code", "error_kind", "to_url", "fragment", "from_url", "element",
        "attribute",
        "rel", "text", "line", "count", "broken_since", "known", "fails",
    ]

    func begin(_ tally: CheckTally) throws {
        if isCSV { try put(Self.fields.joined(separator: ",") + "\r\n") }
    }

    func write(_ fault: LinkFault) throws {
        let values = values(fault)
        if isCSV { return try put(values.map(Self.csv).joined(separator: ",") + "\r\n") }
        var line = JSONLine()
        for (field, value) in zip(Self.fields, values) { line.add(field, value) }
        try put(line.terminalLine + "\n")
    }

    func end() {}

    private func values(_ fault: LinkFault) -> [FieldValue] {
        let link = fault.link
        return [
            .text(link.verdict), .text(link.reason), .number(link.statusCode.map(Int64.init)),
            .text(link.errorKind),
            .text(link.to), .text(link.fragment), .text(link.from.isEmpty ? nil : link.from),
            .text(link.element),
            .text(link.attribute), .text(link.rel), .text(link.text), .number(Int64(link.line)),
            .number(Int64(link.count)), .text(link.brokenSince.map { Wording.instant(milliseconds: $0) }),
            .flag(fault.isKnown), .flag(fault.fails),
        ]
    }

    private static func csv(_ value: FieldValue) -> String {
        if case .text(let text?) = value { return ForeignText.csv(LinkText.shown(text)) }
        return value.csv
    }
}
