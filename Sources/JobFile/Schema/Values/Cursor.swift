internal import CrawlCore

/// One value of a document that a schema reads: the value, its place and its key path.
struct Cursor {
    let node: DocumentNode
    /// The key with those around it, `timeouts.read` or `urls[3]`; empty for the document.
    let path: String
    let source: JobSource

    /// An error about this value.
    func failure(_ message: String) -> JobFileError {
        source.failure(at: node.position, keyPath: path, message)
    }

    /// The value of a key.
    func child(_ entry: DocumentNode.Entry) -> Cursor {
        let path = path.isEmpty ? entry.key : "\(path).\(entry.key)"
        return Cursor(node: entry.value, path: path, source: source)
    }

    /// The first text below this value, or it itself, that holds another text.
    func first(holding part: String) -> Cursor? {
        switch node.content {
        case .null, .boolean, .number: return nil
        case .text(let text, _): return text.contains(part) ? self : nil
        case .list(let nodes):
            for (index, node) in nodes.enumerated() {
                let element = Cursor(node: node, path: "\(path)[\(index)]", source: source)
                if let found = element.first(holding: part) { return found }
            }
        case .mapping(let entries):
            for entry in entries {
                if let found = child(entry).first(holding: part) { return found }
            }
        }
        return nil
    }

    /// What the value is, for messages.
    var found: String {
        switch node.content {
        case .null: "nothing"
        case .boolean(let value): "\(value)"
        case .number(let digits): digits
        case .text(let text, _): "\"\(text)\""
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

// MARK: - Values of one kind

extension Cursor {
    /// The keys with their values.
    func entries() throws(JobFileError) -> [DocumentNode.Entry] {
        guard case .mapping(let entries) = node.content else {
            throw failure("\(found) is not a mapping; write keys and values under it")
        }
        return entries
    }

    /// The elements of a list.
    ///
    /// - Parameter example: what a list looks like here.
    func elements(example: String) throws(JobFileError) -> [Cursor] {
        guard case .list(let nodes) = node.content else {
            throw failure("\(found) is not a list; write one, for example \(example)")
        }
        return nodes.enumerated().map { index, node in
            Cursor(node: node, path: "\(path)[\(index)]", source: source)
        }
    }

    /// A text. A text that YAML reads as something else must be quoted, since `1.10` or `null` may be meant either
    /// way.
    func text() throws(JobFileError) -> String {
        switch node.content {
        case .text(let text, _):
            guard !TextTemplate.hasReferences(text) else {
                throw failure(
                    "${env:…}, ${file:…} and ${var:…} have no meaning here; they have in requests, urls and headers"
                )
            }
            return text
        case .boolean, .number:
            throw failure("\(found) is not a text; put it in quotes")
        case .null, .list, .mapping:
            throw failure("\(found) is not a text; write one")
        }
    }

    /// A text or a number, as it was written; nil for anything else.
    func word() throws(JobFileError) -> String? {
        switch node.content {
        case .number(let digits): return digits
        case .text: return try text()
        case .null, .boolean, .list, .mapping: return nil
        }
    }

    /// `true` or `false`.
    func boolean() throws(JobFileError) -> Bool {
        if case .text = node.content { _ = try text() }
        guard case .boolean(let value) = node.content else {
            throw failure("\(found) is neither true nor false; write one of them, without quotes")
        }
        return value
    }

    /// A whole number within a range.
    func integer(in range: ClosedRange<Int>) throws(JobFileError) -> Int {
        if case .text = node.content { _ = try text() }
        guard case .number(let digits) = node.content, let value = Int(digits), range.contains(value) else {
            var hint = ""
            if case .text(let text, isQuoted: true) = node.content, Int(text) != nil {
                hint = ", without quotes"
            }
            throw failure(
                "\(found) is not a whole number from \(range.lowerBound) to \(range.upperBound); write one\(hint)"
            )
        }
        return value
    }

    /// One of a few words.
    func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(JobFileError) -> Choice {
        if let choice = try word().flatMap(Choice.init(rawValue:)) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let last = words.last ?? ""
        throw failure(
            "\(found) is not known here; write \(words.dropLast().joined(separator: ", ")) or \(last)")
    }

    /// A duration such as `500ms`, `10s`, `1.5h` or `0`.
    func duration() throws(JobFileError) -> Duration {
        let word = try word() ?? ""
        do throws(DurationTextError) {
            return try Duration(jobFileText: word)
        } catch {
            throw failure("\(found) \(error.message)")
        }
    }
}
