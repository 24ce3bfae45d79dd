internal import CrawlCore
internal import HTMLScan

/// Takes the elements that a path leads to out of an XML document while it comes, each as JSON, and the first value of other paths.
///
/// Of an element's attributes `@name` is made, of its children members by their names as they are written, lists where a name comes
/// again. Text is that of an element without either, else `#text`.
final class XMLItems: XMLStreamReceiver {
    private let found: ItemReader.Found
    private let paths: [(path: XMLItemPath, name: String?)]
    private let key: XMLItemPath?
    private var stream: XMLStream?
    /// For each open element, and the document, which steps of each path may come next within it: bits.
    private var states: [[UInt32]]
    /// The elements of the item that is open.
    private var open: [Node] = []
    /// How much of the item has come, in bytes.
    private var size = 0
    /// The texts that are wanted and open, by the depth of their element.
    private var texts: [(path: Int, depth: Int, text: [UInt8])] = []
    private(set) var values: [String: String] = [:]

    /// An element of an item.
    final class Node {
        let name: XMLName
        let attributes: [(name: XMLName, value: String)]
        var children: [Node] = []
        var text: [UInt8] = []

        init(_ name: XMLName, _ attributes: [(name: XMLName, value: String)]) {
            self.name = name
            self.attributes = attributes
        }
    }

    /// - Parameters:
    ///   - items: the path to the items; nil for none.
    ///   - values: paths of single values, with the texts that they are known by.
    ///   - key: the path to an item's key within the item; nil for none, and for one in its JSON.
    ///   - encoding: what the reply's header calls its encoding.
    init(
        _ found: ItemReader.Found, items: XMLItemPath?, values: [(XMLItemPath, String)], key: XMLItemPath?,
        encoding: String?
    ) {
        self.found = found
        self.key = key
        paths = (items.map { [($0, nil)] } ?? []) + values.map { ($0.0, $0.1) }
        states = [paths.map { _ in 1 }]
        stream = XMLStream(encoding: encoding, self)
    }

    var fault: String? { stream?.fault.map { "XML: \($0)" } }

    func feed(_ bytes: UnsafeRawBufferPointer) -> Bool { stream?.feed(bytes) ?? false }

    func finish() { stream?.finish() }

    // MARK: What comes

    func begin(_ name: XMLName, _ attributes: [(name: XMLName, value: String)]) {
        guard states.count <= Self.mostLevels else {
            stream?.stop("elements are nested deeper than \(Self.mostLevels)")
            return
        }
        let before = states[states.count - 1]
        var after = [UInt32](repeating: 0, count: paths.count)
        var isItem = false
        for index in paths.indices {
            let (path, text) = paths[index]
            for (number, step) in path.steps.enumerated() where before[index] & 1 << UInt32(number) != 0 {
                if step.isDeep { after[index] |= 1 << UInt32(number) }
                guard step.matches(name, attributes) else { continue }
                after[index] |= 1 << UInt32(number + 1)
                guard number + 1 == path.steps.count else { continue }
                if text == nil { isItem = true } else { meet(index, attributes) }
            }
        }
        states.append(after)
        size += name.local.utf8.count + attributes.reduce(0) { $0 + $1.value.utf8.count + 16 } + 64
        if !open.isEmpty {
            let node = Node(name, attributes)
            open[open.count - 1].children.append(node)
            open.append(node)
        } else if isItem {
            size = 0
            open = [Node(name, attributes)]
        }
        checkSize()
    }

    /// How deep elements may lie in one another, as with values of JSON.
    private static let mostLevels = 512

    /// Notes an element that a path of a value leads to; the first one counts.
    private func meet(_ index: Int, _ attributes: [(name: XMLName, value: String)]) {
        let (path, name) = paths[index]
        guard let name, values[name] == nil, !texts.contains(where: { $0.path == index }) else { return }
        if let wanted = path.attribute {
            values[name] = attributes.first { $0.name.text == wanted }?.value
        } else {
            texts.append((index, states.count, []))
        }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        if let node = open.last {
            node.text.append(contentsOf: bytes)
            size += bytes.count
            checkSize()
        }
        for index in texts.indices where texts[index].text.count < ItemReader.longestValue {
            texts[index].text.append(contentsOf: bytes)
        }
    }

    func end() {
        guard states.count > 1 else { return }
        states.removeLast()
        while let last = texts.last, last.depth >= states.count {
            texts.removeLast()
            if let name = paths[last.path].name { values[name] = Self.trimmed(last.text) }
        }
        guard let node = open.popLast(), open.isEmpty else { return }
        var json: [UInt8] = []
        Self.append(node, to: &json)
        guard json.count <= ItemReader.longestItem else { return tooLong() }
        guard add(json, node) else { return stream?.stop("") ?? () }
    }

    private func add(_ json: [UInt8], _ node: Node) -> Bool {
        guard let key else { return found.add(json) }
        found.count += 1
        if found.keepsLast { found.last = json }
        return found.take(json, Self.value(of: key, in: node, 0))
    }

    /// An element of a few bytes takes far more of them in memory, so each counts for some.
    private func checkSize() {
        if !open.isEmpty, size > ItemReader.longestItem { tooLong() }
    }

    private func tooLong() {
        stream?.stop("an item is longer than \(ItemReader.longestItem) bytes")
    }

    // MARK: As JSON

    private static func append(_ node: Node, to json: inout [UInt8]) {
        guard !node.attributes.isEmpty || !node.children.isEmpty else {
            append(trimmed(node.text), to: &json)
            return
        }
        json.append(UInt8(ascii: "{"))
        var isFirst = true
        func member(_ name: String) {
            if !isFirst { json.append(UInt8(ascii: ",")) }
            isFirst = false
            append(name, to: &json)
            json.append(UInt8(ascii: ":"))
        }
        for attribute in node.attributes {
            member("@\(attribute.name.text)")
            append(attribute.value, to: &json)
        }
        var places: [String: Int] = [:]
        var groups: [(name: String, nodes: [Node])] = []
        for child in node.children {
            let name = child.name.text
            if let place = places[name] {
                groups[place].nodes.append(child)
            } else {
                places[name] = groups.count
                groups.append((name, [child]))
            }
        }
        for group in groups {
            member(group.name)
            if group.nodes.count == 1 {
                append(group.nodes[0], to: &json)
                continue
            }
            json.append(UInt8(ascii: "["))
            for (index, child) in group.nodes.enumerated() {
                if index > 0 { json.append(UInt8(ascii: ",")) }
                append(child, to: &json)
            }
            json.append(UInt8(ascii: "]"))
        }
        let text = trimmed(node.text)
        if !text.isEmpty {
            member("#text")
            append(text, to: &json)
        }
        json.append(UInt8(ascii: "}"))
    }

    private static func append(_ text: String, to json: inout [UInt8]) {
        JSONText.append(text, .stored, to: &json)
    }

    private static func trimmed(_ text: [UInt8]) -> String {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = text.firstIndex(where: { !isSpace($0) }),
            let last = text.lastIndex(where: { !isSpace($0) })
        else { return "" }
        return String(decoding: text[first...last], as: UTF8.self)
    }

    /// The first value that a path leads to within an element.
    private static func value(of path: XMLItemPath, in node: Node, _ number: Int) -> String? {
        guard number < path.steps.count else {
            guard let wanted = path.attribute else { return trimmed(node.text) }
            return node.attributes.first { $0.name.text == wanted }?.value
        }
        let step = path.steps[number]
        for child in node.children {
            if step.matches(child.name, child.attributes), let value = value(of: path, in: child, number + 1)
            {
                return value
            }
            if step.isDeep, let value = value(of: path, in: child, number) { return value }
        }
        return nil
    }
}
