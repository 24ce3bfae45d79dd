internal import Yams

/// From a document's text to one tree of values with their places.
struct YAMLComposer {
    /// The deepest nesting. A job file needs four levels, a JSON body some more.
    static let maxDepth = 64
    /// What is said of anything deeper.
    static let nestingMessage = "nested more than \(maxDepth) levels deep; write it flatter"
    /// The most values that aliases may stand for altogether.
    static let maxAliasedNodes = 1_000_000
    /// How many bytes of text count as one more value; with the limit above, 64 MB altogether.
    private static let bytesPerNode = 64

    private let source: JobSource
    private var text: YAMLText
    private var anchors: [String: Anchored] = [:]
    private var aliasedNodes = 0

    /// What an anchor names, measured once.
    private struct Anchored {
        let node: DocumentNode
        let size: Int
        let depth: Int
    }

    init(text: String, source: JobSource) {
        self.source = source
        self.text = YAMLText(text)
    }

    /// Parses the text.
    ///
    /// - Throws: ``JobFileError`` where it is not one YAML mapping.
    mutating func compose() throws(JobFileError) -> DocumentNode {
        let parsed = try parse()
        guard let root = parsed.root else {
            throw source.failure(
                at: .start, "the file is empty; write at least urls: [\"https://example.org/\"]")
        }
        // An anchor's name is held weakly by its node and strongly by the parser.
        let node = try withExtendedLifetime(parsed.parser) { () throws(JobFileError) in
            try convert(root, path: "").node
        }
        guard case .mapping = node.content else {
            throw source.failure(
                at: node.position, "a job file is a mapping of keys to values, such as urls: [...]")
        }
        return node
    }

    /// Parses until no key is given twice that is not marked, eight times at most.
    private mutating func parse() throws(JobFileError) -> (parser: Parser, root: Node?) {
        var attempt = 0
        while true {
            do {
                // Scalars are typed by the schema, not by Yams's regular expressions.
                let parser = try Parser(yaml: text.text, resolver: .basic, encoding: .utf8)
                return (parser, try parser.singleRoot())
            } catch YamlError.duplicatedKeysInMapping(_, let context) where attempt < 8 {
                text.markDuplicate(at: TextPosition(context.mark))
                attempt += 1
            } catch {
                throw YAMLSyntaxError.describe(error, in: text, source: source)
            }
        }
    }
}

// MARK: - Conversion

extension YAMLComposer {
    /// Converts one value, whose path is only needed for messages.
    private mutating func convert(_ node: Node, path: String, depth: Int = 0) throws(JobFileError) -> Anchored
    {
        let position = node.mark.map(TextPosition.init) ?? .start
        guard depth < Self.maxDepth else {
            throw source.failure(
                at: position, Self.nestingMessage)
        }
        let result: Anchored
        switch node {
        case .scalar(let scalar):
            result = try convert(scalar, at: position, depth: depth)
        case .sequence(let sequence):
            try refuseTag(sequence.tag, at: position)
            result = try convert(sequence, at: position, path: path, depth: depth)
        case .mapping(let mapping):
            try refuseTag(mapping.tag, at: position)
            result = try convert(mapping, at: position, path: path, depth: depth)
        case .alias:
            // Yams makes such nodes only where it writes YAML.
            throw source.failure(at: position, "an alias cannot be read here; write the value out")
        }
        if let anchor = node.anchor { anchors[anchor.rawValue] = result }
        return result
    }

    private mutating func convert(
        _ scalar: Node.Scalar, at position: TextPosition, depth: Int
    ) throws(JobFileError) -> Anchored {
        let isPlain = scalar.style == .plain && scalar.tag.rawValue.isEmpty
        if isPlain, scalar.string.unicodeScalars.first == YAMLText.aliasMark {
            return try resolve(alias: scalar.string, at: position, depth: depth)
        }
        if !isPlain { try refuseTag(scalar.tag, at: position) }
        let string = YAMLText.unmark(scalar.string)
        let content = isPlain ? DocumentNode.Content(plain: string) : .text(string, isQuoted: true)
        // A long text counts for more, or a few aliases of one could fill the memory.
        let size = 1 + string.utf8.count / Self.bytesPerNode
        return Anchored(node: DocumentNode(content: content, position: position), size: size, depth: 1)
    }

    private mutating func resolve(
        alias: String, at position: TextPosition, depth: Int
    ) throws(JobFileError) -> Anchored {
        let name = String(alias.unicodeScalars.dropFirst())
        guard let anchored = anchors[name] else {
            let text = YAMLText.unmark(alias)
            throw source.failure(
                at: position,
                "\"\(text)\" is an alias, and no anchor &\(text.dropFirst()) stands before it; put a text in quotes"
            )
        }
        aliasedNodes += anchored.size
        guard aliasedNodes <= Self.maxAliasedNodes else {
            throw source.failure(
                at: position,
                "the aliases up to here stand for more than \(Self.maxAliasedNodes) values; write fewer of them"
            )
        }
        guard depth + anchored.depth <= Self.maxDepth else {
            throw source.failure(
                at: position, Self.nestingMessage)
        }
        return anchored
    }

    private mutating func convert(
        _ sequence: Node.Sequence, at position: TextPosition, path: String, depth: Int
    ) throws(JobFileError) -> Anchored {
        var elements: [DocumentNode] = []
        elements.reserveCapacity(sequence.count)
        var size = 1
        var height = 0
        for element in sequence {
            let child = try convert(element, path: path, depth: depth + 1)
            elements.append(child.node)
            size += child.size
            height = max(height, child.depth)
        }
        let node = DocumentNode(content: .list(elements), position: position)
        return Anchored(node: node, size: size, depth: height + 1)
    }

    private mutating func convert(
        _ mapping: Node.Mapping, at position: TextPosition, path: String, depth: Int
    ) throws(JobFileError) -> Anchored {
        var entries: [DocumentNode.Entry] = []
        var lines: [String: Int] = [:]
        var merge: (index: Int, node: DocumentNode)?
        var size = 1
        var height = 0
        for (keyNode, valueNode) in mapping {
            let keyPosition = keyNode.mark.map(TextPosition.init) ?? position
            let key = try self.key(keyNode, at: keyPosition)
            let keyPath = path.isEmpty ? key : "\(path).\(key)"
            if let line = lines.updateValue(keyPosition.line, forKey: key) {
                throw source.failure(
                    at: keyPosition, keyPath: keyPath,
                    "the key is given twice, first in line \(line); remove one of them")
            }
            let child = try convert(valueNode, path: keyPath, depth: depth + 1)
            if key == "<<", keyNode.scalar?.style == .plain {
                merge = (entries.count, child.node)
            } else {
                entries.append(DocumentNode.Entry(key: key, position: keyPosition, value: child.node))
            }
            size += child.size
            height = max(height, child.depth)
        }
        if let merge { try insert(merge.node, into: &entries, at: merge.index) }
        let node = DocumentNode(content: .mapping(entries), position: position)
        return Anchored(node: node, size: size, depth: height + 1)
    }

    /// Puts the keys of a merge, `<<: *defaults` or `<<: [*these, *those]`, where it stands. The mapping's own
    /// keys win, then those of the earlier mapping (yaml.org/type/merge.html).
    private func insert(
        _ merge: DocumentNode, into entries: inout [DocumentNode.Entry], at index: Int
    ) throws(JobFileError) {
        var mappings = [merge]
        if case .list(let elements) = merge.content { mappings = elements }
        var known = Set(entries.lazy.map(\.key))
        var merged: [DocumentNode.Entry] = []
        for mapping in mappings {
            guard case .mapping(let others) = mapping.content else {
                throw source.failure(at: mapping.position, "<< takes a mapping, or a list of them")
            }
            for entry in others where known.insert(entry.key).inserted { merged.append(entry) }
        }
        entries.insert(contentsOf: merged, at: index)
    }

    /// The text of a mapping's key, whatever it would mean as a value.
    private func key(_ node: Node, at position: TextPosition) throws(JobFileError) -> String {
        guard case .scalar(let scalar) = node,
            scalar.style != .plain || scalar.string.unicodeScalars.first != YAMLText.aliasMark
        else { throw source.failure(at: position, "a key is a text; this is a list, a mapping or an alias") }
        try refuseTag(scalar.tag, at: position)
        return YAMLText.unmark(scalar.string)
    }

    /// Accepts no tag, `!` and `!!str` on texts; any other would be silently ignored.
    private func refuseTag(_ tag: Tag, at position: TextPosition) throws(JobFileError) {
        switch tag.rawValue {
        case "", "!", Tag.Name.str.rawValue, Tag.Name.seq.rawValue, Tag.Name.map.rawValue: return
        default: throw source.failure(at: position, "the tag \(tag.rawValue) means nothing here; remove it")
        }
    }
}
