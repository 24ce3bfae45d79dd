internal import CrawlCore

/// What the job file's contract knows and this version cannot do yet. It is refused by name: a job that was
/// run without what it asks for would be worse than none. Whoever adds the behaviour removes the row.
enum UnsupportedKeys {
    /// One such key.
    struct Key: Sendable {
        /// The key with those around it.
        let path: String
    }

    static let table: [Key] = []

    /// Refuses a text with a reference in it, where none is resolved.
    static func refuseReferences(in text: String, _ cursor: Cursor) throws(JobFileError) {
        guard TextTemplate.hasReferences(text) else { return }
        throw cursor.failure(
            "${env:…}, ${file:…} and ${var:…} have no meaning here; they have in requests, urls and headers")
    }

    /// The last parts of the table's keys under a path.
    static func keys(of path: String) -> [String] {
        let prefix = path.isEmpty ? "" : "\(path)."
        return table.filter { $0.path.hasPrefix(prefix) }
            .map { String($0.path.dropFirst(prefix.count)) }
            .filter { !$0.contains(".") }
    }
}

extension UnsupportedKeys.Key {
    /// Refuses the key.
    func check(_ cursor: Cursor, at position: TextPosition) throws(JobFileError) {
        throw cursor.source.failure(
            at: position, keyPath: path, "\(path) is not supported by this version yet")
    }
}
