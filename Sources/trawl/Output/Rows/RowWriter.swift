internal import CrawlCore
internal import Glibc

/// What of each row is written, beside its format.
struct RowLayout {
    /// The fields, in this order; nil for the usual ones.
    var fields: [ResultField]?
    /// Whether the run of each row is its first member.
    var withRuns = false
    /// Whether the body of each page is its row's last member. Tables have none.
    var withBodies = false
    /// Whether CSV begins with a byte order mark, without which Excel does not read UTF-8.
    var hasMark = false
    /// Whether CSV has texts as they are, also those that a spreadsheet would take for formulas.
    var isRaw = false
}

/// Writes result rows in one of the formats, row by row.
struct RowWriter {
    private let format: RowFormat
    private let descriptor: Int32
    private let layout: RowLayout
    private let fields: [ResultField]
    private let table: RowTable
    private let shield: RowShield
    private var rows = 0

    /// - Parameters:
    ///   - descriptor: where rows go; it is not closed. A table is as wide as the terminal behind it, and no row does anything to that.
    ///   - palette: for tables.
    init(_ format: RowFormat, to descriptor: Int32, palette: Palette, layout: RowLayout = RowLayout()) {
        self.format = format
        self.descriptor = descriptor
        self.layout = layout
        shield = RowShield(descriptor)
        fields = (layout.withRuns ? [.run] : []) + (layout.fields ?? ResultField.standard)
        table = RowTable(
            layout.fields, withRuns: layout.withRuns, terminal: Terminal.columns(descriptor), palette: palette
        )
    }

    /// Writes what comes before the first row.
    func begin() throws {
        switch format {
        case .table: try put(table.header)
        case .csv:
            let names = fields.map(\.rawValue) + (layout.withBodies ? ["body"] : [])
            try put((layout.hasMark ? "\u{feff}" : "") + names.joined(separator: ",") + "\r\n")
        case .json: try put("[")
        case .ndjson: break
        }
    }

    mutating func write(_ row: ResultRow) throws {
        switch format {
        case .table: try put(table.text(row))
        case .ndjson: try put(json(row) + "\n")
        case .csv: try put(csv(row))
        case .json: try put((rows == 0 ? "\n" : ",\n") + json(row))
        }
        rows += 1
    }

    /// Writes what comes after the last row.
    func end() throws {
        if format == .json { try put(rows == 0 ? "]\n" : "\n]\n") }
    }

    private func put(_ text: String) throws {
        try Terminal.put(text, to: descriptor)
    }

    private func json(_ row: ResultRow) -> String {
        var line = JSONLine()
        for field in fields { line.add(field.rawValue, field.value(in: row)) }
        if layout.withBodies { line.addBody(of: row) }
        return shield.json(line.line)
    }

    private func csv(_ row: ResultRow) -> String {
        var values = fields.map { $0.value(in: row).csv(isRaw: layout.isRaw) }
        if layout.withBodies { values.append(ForeignText.csv(row.bodyText ?? "", isRaw: layout.isRaw)) }
        return shield.csv(values.joined(separator: ",")) + "\r\n"
    }
}
