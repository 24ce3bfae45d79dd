internal import CrawlCore

/// Reads rows of CSV (RFC 4180) as JSON objects whose names the first row has.
///
/// A line ends with CR LF, LF or CR. A row that has more or fewer fields than the first is a fault, as nobody can know which of
/// them are missing.
final class CSVRows {
    private enum State {
        case start
        case plain
        case quoted
        /// Behind a quote within a quoted field.
        case quote
    }

    private let found: ItemReader.Found
    private let delimiter: UInt8
    private var state = State.start
    private var field: [UInt8] = []
    private var row: [[UInt8]] = []
    private var names: [[UInt8]]?
    private var keyColumn: Int?
    private var line = 1
    private var rowLine = 1
    private var rowSize = 0
    private var wasCR = false
    private(set) var fault: String?

    init(_ found: ItemReader.Found, delimiter: UInt8) {
        self.found = found
        self.delimiter = delimiter
    }

    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        for byte in bytes {
            guard take(byte) else { return false }
            rowSize += 1
            if rowSize > ItemReader.longestItem {
                return fail("the row of line \(rowLine) is longer than \(ItemReader.longestItem) bytes")
            }
        }
        return true
    }

    func finish() {
        guard fault == nil else { return }
        if case .quoted = state {
            _ = fail("line \(rowLine): a quote is not closed")
            return
        }
        // The last line needs no end.
        if !row.isEmpty || !field.isEmpty || isOpen { _ = endRow() }
        if fault == nil, names == nil { _ = fail("it has no row with names") }
    }

    private var isOpen: Bool { if case .start = state { false } else { true } }

    private func take(_ byte: UInt8) -> Bool {
        defer { wasCR = byte == UInt8(ascii: "\r") }
        if case .quoted = state {
            if byte == UInt8(ascii: "\"") {
                state = .quote
            } else {
                if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") && !wasCR {
                    line += byte == 10 ? 1 : 0
                }
                field.append(byte)
            }
            return true
        }
        switch byte {
        case delimiter:
            row.append(field)
            field = []
            state = .start
        case UInt8(ascii: "\n") where wasCR:
            return true
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
            guard endRow() else { return false }
            line += 1
            rowLine = line
        case UInt8(ascii: "\""):
            switch state {
            case .start: state = .quoted
            case .quote:
                field.append(byte)
                state = .quoted
            case .plain, .quoted: return fail("line \(line): a quote stands within a field without quotes")
            }
        default:
            if case .quote = state { return fail("line \(line): text follows the end of a quoted field") }
            state = .plain
            field.append(byte)
        }
        return true
    }

    private func endRow() -> Bool {
        let isBlank = row.isEmpty && field.isEmpty && !isOpen
        row.append(field)
        defer { (field, row, state, rowSize) = ([], [], .start, 0) }
        guard let names else { return isBlank ? true : begin(row) }
        // A blank line is a row only where there is one column.
        if isBlank, names.count > 1 { return true }
        guard row.count == names.count else {
            return fail("line \(rowLine) has \(row.count) fields, and the first row has \(names.count)")
        }
        var object: [UInt8] = [UInt8(ascii: "{")]
        for (index, name) in names.enumerated() {
            if index > 0 { object.append(UInt8(ascii: ",")) }
            object.append(contentsOf: name)
            object.append(UInt8(ascii: ":"))
            row[index].withUnsafeBytes { JSONText.append($0, .stored, to: &object) }
        }
        object.append(UInt8(ascii: "}"))
        found.count += 1
        if found.keepsLast { found.last = object }
        return found.take(object, keyColumn.map { String(decoding: row[$0], as: UTF8.self) })
    }

    private func begin(_ row: [[UInt8]]) -> Bool {
        var names: [[UInt8]] = []
        var known: Set<[UInt8]> = []
        for (index, name) in row.enumerated() {
            guard !name.isEmpty else { return fail("column \(index + 1) has no name") }
            let text = String(decoding: name, as: UTF8.self)
            guard known.insert(name).inserted else {
                return fail("two columns have the name \"\(text.prefix(80))\"")
            }
            var quoted: [UInt8] = []
            name.withUnsafeBytes { JSONText.append($0, .stored, to: &quoted) }
            names.append(quoted)
            if text == found.key { keyColumn = index }
        }
        if let key = found.key, keyColumn == nil {
            let texts = row.prefix(20).map { String(decoding: $0.prefix(40), as: UTF8.self) }
            return fail("no column has the name \"\(key)\"; there are \(texts.joined(separator: ", "))")
        }
        self.names = names
        return true
    }

    private func fail(_ reason: String) -> Bool {
        if fault == nil { fault = "CSV: \(reason)" }
        return false
    }
}
