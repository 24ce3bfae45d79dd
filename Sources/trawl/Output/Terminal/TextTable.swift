/// A table of text. Each column is as wide as its widest cell; columns of numbers are aligned to the right.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: [String]) {
        self.header = header
    }

    mutating func add(_ row: [String]) {
        rows.append(row.map(Terminal.sanitized))
    }

    /// The table as lines. Where these do not fit, each row becomes a paragraph with a line for each of its cells.
    ///
    /// - Parameter columns: of the terminal that the lines are to fit; nil for a table in any case.
    func text(_ palette: Palette, columns: Int?) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { DisplayWidth.columns($0[column]) }.max() ?? 0 }
        let width = widths.reduce(0, +) + 2 * (widths.count - 1)
        // The last column stays free: some terminals wrap when it is written.
        if let columns, width >= columns, !rows.isEmpty { return paragraphs(palette) }
        let numeric = header.indices.map { column in
            rows.contains { !$0[column].isEmpty }
                && rows.allSatisfy { $0[column].allSatisfy { $0.isNumber || ",".contains($0) } }
        }
        return all.enumerated().map { index, row in
            let cells = header.indices.map { column in
                padded(row[column], to: widths[column], isNumber: numeric[column])
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return index == 0 ? palette.bold(line) : line
        }.joined(separator: "\n") + "\n"
    }

    /// Each row by itself: its first cell, then its other ones behind the names of their columns. Empty cells are left out.
    private func paragraphs(_ palette: Palette) -> String {
        let width = header.map(DisplayWidth.columns).max() ?? 0
        return rows.map { row in
            let others = header.indices.dropFirst().filter { !row[$0].isEmpty }
            let lines = others.map { "  \(padded(header[$0], to: width))  \(row[$0])\n" }
            return palette.bold("\(header[0]) \(row[0])") + "\n" + lines.joined()
        }.joined(separator: "\n")
    }

    private func padded(_ text: String, to width: Int, isNumber: Bool = false) -> String {
        let space = String(repeating: " ", count: width - DisplayWidth.columns(text))
        return isNumber ? space + text : text + space
    }
}
