internal import CrawlCore

/// A table of result rows whose widths are fixed before the first row is known: rows are shown as they come, however many there are.
///
/// On a terminal a row is one line of it: columns of long texts share what the others leave, and what is too long is cut. Elsewhere
/// every value is there in full.
struct RowTable {
    private let columns: [Column]
    private let widths: [Int]
    /// Columns of the terminal that may be written to; nil where it is none.
    private let room: Int?
    private let palette: Palette

    /// - Parameters:
    ///   - fields: the fields that are shown; nil for what people look for first.
    ///   - withRuns: whether the run of each row is shown before that.
    ///   - terminal: the terminal's columns; nil where it is none.
    init(_ fields: [ResultField]?, withRuns: Bool, terminal: Int?, palette: Palette) {
        let usual = terminal.map { $0 < Column.narrow } == true ? Column.few : Column.standard
        let columns = (withRuns ? [Column(.run)] : []) + (fields?.map { Column($0) } ?? usual)
        self.columns = columns
        self.palette = palette
        // The last column of a terminal stays free: some wrap when it is written.
        room = terminal.map { max($0 - 1, 1) }
        widths = RowTable.widths(of: columns, room: room)
    }

    private static func widths(of columns: [Column], room: Int?) -> [Int] {
        guard let room else { return columns.map(\.width) }
        let others = columns.reduce(2 * (columns.count - 1)) { $0 + ($1.isLong ? 0 : $1.width) }
        // A URL of which too little is seen says nothing, so it gets three parts where other texts get two.
        var parts = columns.reduce(0) { $0 + $1.parts }
        var left = max(room - others, 5 * parts)
        return columns.map { column in
            guard column.isLong else { return column.width }
            let share = left * column.parts / parts
            (left, parts) = (left - share, parts - column.parts)
            return share
        }
    }

    /// The line above the first row.
    var header: String { palette.bold(line { column in column.heading }) + "\n" }

    func text(_ row: ResultRow) -> String {
        line(paint: { palette.paint($0, as: row, $1) }) { Terminal.sanitized($0.text(row)) } + "\n"
    }

    private func line(
        paint: (String, Column) -> String = { text, _ in text }, _ value: (Column) -> String
    ) -> String {
        var line = ""
        var left = room ?? .max
        for (index, column) in columns.enumerated() {
            let isLast = index == columns.count - 1
            var cell = value(column)
            if room != nil {
                let width = min(widths[index], left)
                cell =
                    column.isURL
                    ? Self.shortened(cell, columns: width) : DisplayWidth.cut(cell, columns: width)
            }
            let space = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.columns(cell)))
            let padded = column.isNumber ? space + cell : isLast ? cell : cell + space
            line += paint(padded, column)
            left -= DisplayWidth.columns(padded) + 2
            guard !isLast, left > 0 else { break }
            line += "  "
        }
        return line
    }
}

extension RowTable {
    /// A URL that fits: if it is too long without its scheme, and then without its middle.
    private static func shortened(_ url: String, columns: Int) -> String {
        guard DisplayWidth.columns(url) > columns else { return url }
        guard let scheme = url.firstRange(of: "://") else {
            return DisplayWidth.middle(url, columns: columns)
        }
        // The end tells more: the hosts of a table are often the same.
        return DisplayWidth.middle(String(url[scheme.upperBound...]), columns: columns, parts: 3)
    }
}

/// A column of a table of results.
private struct Column {
    let heading: String
    /// How wide it is where there is room; a long text may be wider.
    let width: Int
    var isNumber = false
    /// Whether its texts may be long.
    var isLong = false
    /// Whether its texts are URLs, whose ends tell as much as their beginnings.
    var isURL = false
    /// Its share of the columns that are left for long texts.
    var parts: Int { isLong ? (isURL ? 3 : 2) : 0 }
    /// Whether it shows by its colour how the page came out.
    var showsState = false
    let text: @Sendable (ResultRow) -> String

    init(_ heading: String, width: Int, _ text: @escaping @Sendable (ResultRow) -> String) {
        self.heading = heading
        self.width = width
        self.text = text
    }

    init(_ field: ResultField) {
        let name = field.rawValue
        switch field {
        case .url, .finalURL, .canonicalURL, .referrer:
            self.init(name, width: 40) { field.value(in: $0).text }
            (isLong, isURL) = (true, true)
        case .title, .description, .error, .extracted, .input, .name:
            self.init(name, width: 30) { field.value(in: $0).text }
            isLong = true
        case .contentDigest:
            self.init(name, width: 32) { field.value(in: $0).text }
        case .fetchedAt, .contentType, .etag, .lastModified:
            self.init(name, width: 24) { field.value(in: $0).text }
        default:
            self.init(name, width: max(name.count, 8)) { field.value(in: $0).text }
            if case .number = field.value(in: ResultRow(url: "", state: .pending)) { isNumber = true }
        }
        showsState = field == .state || field == .statusCode
    }

    /// What people look for first.
    static let standard: [Column] = {
        var status = Column("status", width: 6) { row in
            switch row.state {
            case .done: row.statusCode.map(String.init) ?? ""
            case .failed: row.statusCode.map(String.init) ?? "failed"
            case .skipped: "skip"
            case .pending, .sending: "-"
            }
        }
        status.showsState = true
        var bytes = Column("bytes", width: 9) { $0.contentLength.map(Wording.count) ?? "" }
        bytes.isNumber = true
        var time = Column("time", width: 7) { row in
            row.timeTotalMilliseconds.map { Wording.time(milliseconds: $0) } ?? ""
        }
        time.isNumber = true
        var words = Column("title / error", width: 0) { $0.words }
        words.isLong = true
        return [status, bytes, time, Column(.url), words]
    }()

    /// The same without numbers, for terminals that have fewer columns than ``narrow``.
    static let few = standard.filter { !$0.isNumber }
    static let narrow = 60
}

extension ResultRow {
    /// The title, or why there is none, and what a list or a job says of the page.
    fileprivate var words: String {
        var words = title ?? error ?? ""
        if state != .done {
            words = [errorKind ?? skipReason, error].compactMap { $0 }.joined(separator: ": ")
        }
        if state == .failed, let referrer { words += " (linked from \(referrer))" }
        return ([words] + [input, extracted].compactMap { $0 }).joined(separator: "  ")
    }
}

extension Palette {
    fileprivate func paint(_ text: String, as row: ResultRow, _ column: Column) -> String {
        if column.isURL { return dim(text) }
        guard column.showsState else { return text }
        switch row.state {
        case .done: return green(text)
        case .failed: return red(text)
        case .skipped: return yellow(text)
        case .pending, .sending: return text
        }
    }
}
