internal import CrawlCore
internal import Extract

/// Reads the rows of a table in a file as JSON objects, one at a time: CSV (RFC 4180) whose first row has the names; with tabs between
/// fields where the file is called `.tsv`, and one JSON value a line where it is called `.ndjson` or `.jsonl`.
///
/// The calls block: use it on a thread that may.
package final class ItemFile {
    private var input: URLListInput
    private let label: String
    private let reader: ItemReader
    private let rows: Rows
    private var buffer = [UInt8](repeating: 0, count: 1 << 17)
    private var isAtEnd = false
    private var isAtStart = true
    private var number = 0

    /// What was read and not yet given out, the last row first.
    private final class Rows {
        var waiting: [String] = []
    }

    /// Opens a table.
    ///
    /// - Parameter column: the name of a column that it has to have; nil for none.
    /// - Throws: ``URLListError`` where it cannot be opened.
    package init(path: String, column: String? = nil) throws(URLListError) {
        label = path
        do {
            input = URLListInput(try InputDescriptor(opening: path))
        } catch {
            throw URLListError(label: path, reason: error.reason, key: "requests")
        }
        let rows = Rows()
        self.rows = rows
        let isLines = path.hasSuffix(".ndjson") || path.hasSuffix(".jsonl")
        let delimiter = path.hasSuffix(".tsv") ? UInt8(ascii: "\t") : UInt8(ascii: ",")
        reader = ItemReader(
            isLines
                ? ItemSelection(.ndjson)
                : ItemSelection(.csv(delimiter: delimiter, charset: nil), key: column),
            paths: [], keepsLast: false
        ) { value, _ in
            rows.waiting.append(String(decoding: value, as: UTF8.self))
            return true
        }
    }

    /// The next row, and its number from 1; nil at the end.
    ///
    /// - Throws: ``URLListError`` where reading fails, or a row is none.
    package func next() throws(URLListError) -> (value: String, number: Int)? {
        while rows.waiting.isEmpty {
            if isAtEnd { return nil }
            try read()
        }
        number += 1
        return (rows.waiting.removeLast(), number)
    }

    private func read() throws(URLListError) {
        let count: Int
        do {
            count = try input.read(into: &buffer, from: 0)
        } catch {
            throw URLListError(label: label, reason: error.reason, key: "requests")
        }
        if count == 0 {
            isAtEnd = true
            reader.finish()
        } else {
            var bytes = buffer[..<count]
            // The byte order mark of UTF-8 is no part of the first name.
            if isAtStart, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
            isAtStart = false
            _ = bytes.withUnsafeBytes { reader.feed($0) }
        }
        if let fault = reader.fault { throw URLListError(label: label, reason: fault, key: "requests") }
        rows.waiting.reverse()
    }
}
