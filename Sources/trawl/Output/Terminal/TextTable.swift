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

    func text(_ palette: Palette) -> String {
        let all = [header] + rows
        let widths = header.indices.map { column in all.map { DisplayWidth.columns($0[column]) }.max() ?? 0 }
        let numeric = header.indices.map { column in
            rows.contains { !$0[column].isEmpty }
                && rows.allSatisfy { $0[column].allSatisfy { $0.isNumber || ",".contains($0) } }
        }
        return all.enumerated().map { index, row in
            let cells = header.indices.map { column -> String in
                let space = String(repeating: " ", count: widths[column] - DisplayWidth.columns(row[column]))
                return numeric[column] ? space + row[column] : row[column] + space
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return index == 0 ? palette.bold(line) : line
        }.joined(separator: "\n") + "\n"
    }
}
