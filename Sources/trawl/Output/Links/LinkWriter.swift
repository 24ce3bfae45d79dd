internal import CrawlCore
internal import TrawlStore

/// Writes links in one of the formats that have a row a link.
struct LinkWriter {
    private let format: RowFormat
    private let descriptor: Int32
    private let palette: Palette
    private let isRaw: Bool
    private let shield: RowShield
    private var count = 0

    /// - Parameters:
    ///   - descriptor: where rows go; it is not closed.
    ///   - palette: for tables.
    ///   - isRaw: whether CSV has texts as they are.
    init(_ format: RowFormat, to descriptor: Int32, palette: Palette, isRaw: Bool = false) {
        self.isRaw = isRaw
        shield = RowShield(descriptor)
        self.format = format
        self.descriptor = descriptor
        self.palette = palette
    }

    /// Writes what comes before the first row.
    func begin() throws {
        switch format {
        case .csv: try put(LinkWriter.fields.map(\.name).joined(separator: ",") + "\r\n")
        case .json: try put("[")
        case .table, .ndjson: break
        }
    }

    mutating func write(_ link: LinkRow) throws {
        switch format {
        case .table: try put(table(link))
        case .ndjson: try put(json(link) + "\n")
        case .csv:
            let row = LinkWriter.fields.map { $0.value(link).csv(isRaw: isRaw) }.joined(separator: ",")
            try put(shield.csv(row) + "\r\n")
        case .json: try put((count == 0 ? "\n" : ",\n") + json(link))
        }
        count += 1
    }

    /// Writes what comes after the last row.
    func end() throws {
        if format == .json { try put(count == 0 ? "]\n" : "\n]\n") }
    }

    private func put(_ text: String) throws {
        try Terminal.put(text, to: descriptor)
    }

    // MARK: - Formats

    private struct Field: Sendable {
        let name: String
        let value: @Sendable (LinkRow) -> FieldValue
    }

    /// The members of a row, in order, by the names of the view's columns.
    private static let fields = [
        Field(name: "from_url") { .text($0.from) },
        Field(name: "to_url") { .text($0.to) },
        Field(name: "element") { .text($0.element) },
        Field(name: "attribute") { .text($0.attribute) },
        Field(name: "rel") { .text($0.rel) },
        Field(name: "text") { .text($0.text) },
        Field(name: "fragment") { .text($0.fragment) },
        Field(name: "line") { .number(Int64($0.line)) },
        Field(name: "count") { .number(Int64($0.count)) },
        Field(name: "verdict") { .text($0.verdict) },
        Field(name: "reason") { .text($0.reason) },
        Field(name: "status_code") { .number($0.statusCode.map(Int64.init)) },
        Field(name: "error_kind") { .text($0.errorKind) },
        Field(name: "broken_since") { .text($0.brokenSince.map { Wording.instant(milliseconds: $0) }) },
        Field(name: "is_external") { .flag($0.isExternal == true) },
    ]

    private func json(_ link: LinkRow) -> String {
        var line = JSONLine()
        for field in LinkWriter.fields { line.add(field.name, field.value(link)) }
        return shield.json(line.line)
    }

    /// Where the link leads and what is known of that, and below it which page has it where.
    private func table(_ link: LinkRow) -> String {
        let verdict = link.verdict ?? "-"
        let word = verdict + String(repeating: " ", count: max(0, 13 - verdict.count))
        let target = link.to + (link.fragment.map { "#\($0)" } ?? "")
        return """
            \(paint(word, link.verdict))\(Terminal.sanitized(([target] + link.findings).joined(separator: "  ")))
                         \(palette.dim(Terminal.sanitized(link.place)))

            """
    }

    private func paint(_ text: String, _ verdict: String?) -> String {
        switch verdict.flatMap(LinkVerdict.init(rawValue:)) {
        case .ok: palette.green(text)
        case .broken: palette.red(text)
        case .redirected, .unsure: palette.yellow(text)
        case .notChecked, nil: palette.dim(text)
        }
    }
}

extension LinkRow {
    /// What is known of where it leads: `gone`, `status 404`.
    fileprivate var findings: [String] {
        [reason, statusCode.map { "status \($0)" }].compactMap { $0 }
    }

    /// Where it is, for people: the page with the line, the element, the text.
    var place: String {
        var words = [line > 0 ? "\(from):\(line)" : from, "\(element) \(attribute)"]
        if let rel { words.append("rel \"\(rel)\"") }
        if let text { words.append("\"\(text)\"") }
        if count > 1 { words.append("× \(count)") }
        return words.joined(separator: "  ")
    }
}
