internal import CrawlCore

/// A table as compact JSON, which the page reads when somebody filters, sorts or turns a page.
///
/// Columns stand one after the other. Texts are front-coded: how many characters each shares with the one before it, and the rest. Where
/// few are different, they are listed once, sorted, and each row has a place in that list. Numbers are as they are. All texts are
/// harmless to show (``ForeignText``), and no `<` is left.
struct PackedTable {
    private var bytes: [UInt8] = []

    static func bytes(_ table: ReportTable) -> [UInt8] {
        var packed = PackedTable()
        packed.append("{\"rows\":\(table.rows),\"columns\":[")
        for (index, column) in table.columns.enumerated() {
            if index > 0 { packed.append(",") }
            packed.append("{\"name\":\"\(column.name)\",")
            switch column.cells {
            case .numbers(let numbers): packed.add(numbers)
            case .texts(let texts): packed.add(texts.map { $0.map(ForeignText.visible) })
            }
            packed.append("}")
        }
        packed.append("]}")
        return ForeignText.jsonInHTML(packed.bytes)
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func add(_ numbers: [Int64?]) {
        append("\"numbers\":[")
        for (index, number) in numbers.enumerated() {
            if index > 0 { append(",") }
            append(number.map(String.init) ?? "null")
        }
        append("]")
    }

    private mutating func add(_ texts: [String?]) {
        let different = Set(texts.compactMap { $0 })
        guard different.count * 2 <= texts.count else { return addFrontCoded(texts) }
        let words = different.sorted()
        let places = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })
        addFrontCoded(words)
        append(",\"places\":[")
        for (index, text) in texts.enumerated() {
            if index > 0 { append(",") }
            append(text.flatMap { places[$0] }.map(String.init) ?? "-1")
        }
        append("]")
    }

    private mutating func addFrontCoded(_ texts: [String?]) {
        var shared: [Int] = []
        shared.reserveCapacity(texts.count)
        var previous: [UInt8] = []
        append("\"rests\":[")
        for (index, text) in texts.enumerated() {
            if index > 0 { append(",") }
            guard let text else {
                append("null")
                shared.append(0)
                continue
            }
            let current = Array(text.utf8)
            // Only ASCII is shared, in which characters, bytes and the page's UTF-16 units are the same.
            var count = 0
            while count < min(current.count, previous.count), current[count] == previous[count],
                current[count] < 0x80
            {
                count += 1
            }
            shared.append(count)
            current[count...].withUnsafeBytes { JSONText.append($0, .printed, to: &bytes) }
            previous = current
        }
        append("],\"shared\":[")
        append(shared.map(String.init).joined(separator: ","))
        append("]")
    }
}
