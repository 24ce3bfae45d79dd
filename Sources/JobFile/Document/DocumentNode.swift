/// One value of a document with its place, aliases resolved.
struct DocumentNode: Sendable {
    enum Content: Sendable {
        case null
        case boolean(Bool)
        /// A number in JSON's notation, as it was written.
        case number(String)
        case text(String, isQuoted: Bool)
        case list([DocumentNode])
        case mapping([Entry])
    }

    /// One key of a mapping with its value.
    struct Entry: Sendable {
        let key: String
        let position: TextPosition
        var value: DocumentNode
    }

    var content: Content
    let position: TextPosition

    /// Sets a key of a mapping to a text; a key that is not there yet comes first.
    mutating func set(_ key: String, to text: String) {
        guard case .mapping(var entries) = content else { return }
        let value = Content.text(text, isQuoted: true)
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value.content = value
        } else {
            let node = DocumentNode(content: value, position: position)
            entries.insert(Entry(key: key, position: position, value: node), at: 0)
        }
        content = .mapping(entries)
    }

    /// Sets a key of a mapping within mappings to a text; the other keys of the path have to be there.
    mutating func set(_ path: ArraySlice<String>, to text: String) {
        guard let key = path.first else { return }
        guard path.count > 1 else { return set(key, to: text) }
        guard case .mapping(var entries) = content,
            let index = entries.firstIndex(where: { $0.key == key })
        else { return }
        entries[index].value.set(path.dropFirst(), to: text)
        content = .mapping(entries)
    }
}

extension DocumentNode {
    /// Sets a key to a list of texts, in the mapping that another key has.
    mutating func set(_ key: String, in mapping: String, to texts: [String]) {
        guard var node = self[mapping] else { return }
        let elements = texts.map {
            DocumentNode(content: .text($0, isQuoted: true), position: node.position)
        }
        node.set(key, to: DocumentNode(content: .list(elements), position: node.position))
        set(mapping, to: node)
    }

    /// Replaces the text that a key has in each mapping of the list that another key has.
    mutating func mapTexts(in list: String, at key: String, _ transform: (String) -> String) {
        guard case .list(var elements)? = self[list]?.content, let node = self[list] else { return }
        for index in elements.indices {
            guard case .text(let text, _)? = elements[index][key]?.content else { continue }
            elements[index].set(key, to: transform(text))
        }
        set(list, to: DocumentNode(content: .list(elements), position: node.position))
    }

    /// Replaces each text in the list that a key of a mapping has.
    mutating func mapTexts(in key: String, _ transform: (String) -> String) {
        guard case .mapping(var entries) = content, let index = entries.firstIndex(where: { $0.key == key }),
            case .list(var elements) = entries[index].value.content
        else { return }
        for element in elements.indices {
            guard case .text(let text, let isQuoted) = elements[element].content else { continue }
            elements[element].content = .text(transform(text), isQuoted: isQuoted)
        }
        entries[index].value.content = .list(elements)
        content = .mapping(entries)
    }
}

extension DocumentNode.Content {
    /// What a plain scalar means by JSON's rules, which are the core of YAML 1.2's (section 10.2): `yes`,
    /// `0x10`, `010` and `2024-01-05` are texts.
    init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL": self = .null
        case "true", "True", "TRUE": self = .boolean(true)
        case "false", "False", "FALSE": self = .boolean(false)
        default: self = Self.isNumber(text) ? .number(text) : .text(text, isQuoted: false)
        }
    }

    /// Whether a text is a number by RFC 8259, section 6.
    private static func isNumber(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        func skip(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest.removeFirst()
            return true
        }
        func skipDigits() -> Int {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
            rest.removeFirst(digits)
            return digits
        }
        _ = skip("-")
        if !skip("0") { guard skipDigits() > 0 else { return false } }
        if skip(".") { guard skipDigits() > 0 else { return false } }
        if skip("eE") {
            _ = skip("+-")
            guard skipDigits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
