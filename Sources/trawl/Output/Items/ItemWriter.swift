internal import TrawlStore

/// Writes the items of replies in one of the formats, row by row.
struct ItemWriter {
    private let format: RowFormat
    private let descriptor: Int32
    private let hasMark: Bool
    private let shield: RowShield
    private var rows = 0
    /// What is not written yet. Items are many and short.
    private var pending = ""

    private static let bufferSize = 64 << 10

    /// - Parameters:
    ///   - descriptor: where rows go; it is not closed.
    ///   - hasMark: whether CSV begins with a byte order mark. The default is false.
    init(_ format: RowFormat, to descriptor: Int32, hasMark: Bool = false) {
        self.format = format
        self.descriptor = descriptor
        self.hasMark = hasMark
        shield = RowShield(descriptor)
    }

    /// Writes what comes before the first row.
    mutating func begin() throws {
        switch format {
        case .csv: try put((hasMark ? "\u{feff}" : "") + "name,page,position,key,value\r\n")
        case .json: try put("[")
        case .ndjson, .table: break
        }
    }

    mutating func write(_ item: ItemRow) throws {
        switch format {
        case .ndjson, .table: try put(json(item) + "\n")
        case .csv: try put(csv(item))
        case .json: try put((rows == 0 ? "\n" : ",\n") + json(item))
        }
        rows += 1
    }

    /// Writes what comes after the last row.
    mutating func end() throws {
        if format == .json { try put(rows == 0 ? "]\n" : "\n]\n") }
        try flush()
    }

    /// Hands over what was written so far.
    mutating func flush() throws {
        guard !pending.isEmpty else { return }
        let text = pending
        pending = ""
        try Terminal.put(text, to: descriptor)
    }

    private mutating func put(_ text: String) throws {
        pending += text
        if pending.utf8.count >= Self.bufferSize { try flush() }
    }

    private func json(_ item: ItemRow) -> String {
        var line = JSONLine()
        line.add("name", item.name)
        line.add("page", item.page)
        line.add("position", item.position)
        line.add("key", item.key)
        // An item may have line breaks between its values, and a row has none.
        line.add(
            "value",
            json: item.value.utf8.contains { $0 == 10 || $0 == 13 } ? onOneLine(item.value) : item.value)
        return shield.json(line.line)
    }

    /// JSON without the line breaks that stand between values; in a string they are escaped.
    private func onOneLine(_ json: String) -> String {
        var bytes = Array(json.utf8)
        bytes.removeAll { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func csv(_ item: ItemRow) -> String {
        let values: [FieldValue] = [
            .text(item.name), .number(Int64(item.page)), .number(Int64(item.position)), .text(item.key),
            .json(item.value),
        ]
        return shield.csv(values.map(\.csv).joined(separator: ",")) + "\r\n"
    }
}
