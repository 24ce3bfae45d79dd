package import CrawlCore

/// Reads a reply's items, and single values of it, while its body comes in pieces of UTF-8.
package final class ItemReader {
    /// Takes an item: its JSON text, and its key where it has one. False ends the reading.
    package typealias Taker = (_ value: [UInt8], _ key: String?) -> Bool

    /// The longest item, in bytes: 8 MiB.
    package static let longestItem = 8 << 20
    /// The longest value beside the items, in bytes: 64 KiB.
    static let longestValue = 64 << 10

    private enum Body {
        case json(JSONStream)
        case lines(NDJSONLines)
        case table(CSVRows)
        case events(EventStream)
        case xml(XMLItems)
    }

    private let body: Body
    private let found: Found

    /// What was found, which the parts of the reader share.
    final class Found {
        var values: [String: ReplyValue] = [:]
        var count = 0
        /// The last item; kept only where values of it are wanted.
        var last: [UInt8] = []
        let keepsLast: Bool
        let key: String?
        let take: Taker

        init(key: String?, keepsLast: Bool, _ take: @escaping Taker) {
            self.key = key
            self.keepsLast = keepsLast
            self.take = take
        }

        /// Takes an item that is JSON.
        func add(_ value: [UInt8]) -> Bool {
            count += 1
            if keepsLast { last = value }
            return take(value, key.flatMap { ItemReader.value(at: $0, in: value)?.keyText })
        }
    }

    /// A reader for one body.
    ///
    /// - Parameters:
    ///   - selection: the items; nil for none.
    ///   - paths: of single values in a body that is JSON.
    ///   - xpaths: of single values in a body that is XML.
    ///   - keepsLast: whether values of the last item are wanted.
    ///   - encoding: what the header calls the encoding of a body that is XML; of others it comes as UTF-8.
    ///   - take: gets the items in their order.
    package init(
        _ selection: ItemSelection?, paths: [String], xpaths: [String] = [], keepsLast: Bool,
        encoding: String? = nil, take: @escaping Taker
    ) {
        let isXPath = selection?.isXML == true && selection?.key?.hasPrefix("$") == false
        let found = Found(key: isXPath ? nil : selection?.key, keepsLast: keepsLast, take)
        self.found = found
        switch selection?.format {
        case .ndjson: body = .lines(NDJSONLines(found))
        case .csv(let delimiter, _): body = .table(CSVRows(found, delimiter: delimiter))
        case .events(let until): body = .events(EventStream(found, until: until))
        case .json(let path): body = .json(Self.stream(items: path, paths, found))
        case .xml(let path, let namespaces):
            func compiled(_ text: String) -> XMLItemPath? {
                try? XMLItemPath(text, namespaces: namespaces.map { ($0.name, $0.value) })
            }
            body = .xml(
                XMLItems(
                    found, items: compiled(path),
                    values: xpaths.compactMap { text in compiled(text).map { ($0, text) } },
                    key: isXPath ? selection?.key.flatMap(compiled) : nil, encoding: encoding))
        case nil: body = .json(Self.stream(items: nil, paths, found))
        }
    }

    private static func stream(items: String?, _ paths: [String], _ found: Found) -> JSONStream {
        var wants: [JSONStream.Want] = []
        if let items, let path = try? JSONPath(items) {
            wants.append(.init(steps: path.steps, choice: .each, limit: longestItem))
        }
        let first = wants.count
        for text in paths {
            guard let path = try? JSONPath(text) else { continue }
            let isLast = path.steps.contains(.index(-1))
            wants.append(.init(steps: path.steps, choice: isLast ? .last : .first, limit: longestValue))
        }
        return JSONStream(wants) { want, bytes in
            if want < first { return found.add(bytes) }
            found.values[paths[want - first]] = bytes.isEmpty ? nil : ReplyValue(bytes)
            return true
        }
    }

    /// Takes the next bytes; false where no more are wanted.
    package func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        switch body {
        case .json(let stream): stream.feed(bytes)
        case .lines(let lines): lines.feed(bytes)
        case .table(let rows): rows.feed(bytes)
        case .events(let events): events.feed(bytes)
        case .xml(let items): items.feed(bytes)
        }
    }

    /// Takes the end of the body.
    package func finish() {
        switch body {
        case .json(let stream): stream.finish()
        case .lines(let lines): lines.finish()
        case .table(let rows): rows.finish()
        case .events: break
        case .xml(let items): items.finish()
        }
    }

    /// Why the body cannot be read; nil where it can.
    package var fault: String? {
        switch body {
        case .json(let stream): stream.fault?.description
        case .lines(let lines): lines.fault
        case .table(let rows): rows.fault
        case .events(let events): events.fault
        case .xml(let items): items.fault
        }
    }

    /// Whether the body said by itself that it is over, although more could come.
    package var isOver: Bool {
        if case .events(let events) = body { events.isOver } else { false }
    }

    /// Whether nothing was where the items should be, not even null.
    package var missesItems: Bool {
        guard case .json(let stream) = body, stream.wants.first?.choice == .each else { return false }
        return found.count == 0 && !stream.wasReached(0)
    }

    /// How many items there were.
    package var count: Int { found.count }

    /// The value that a path leads to; nil where there is none.
    package func value(at path: String) -> ReplyValue? { found.values[path] }

    /// The value that a path of XPath leads to; nil where there is none.
    package func value(atXPath path: String) -> ReplyValue? {
        guard case .xml(let items) = body else { return nil }
        return items.values[path].map { ReplyValue(text: $0) }
    }

    /// What is wrong with a path of XPath that is followed while a body comes; nil where it can be.
    package static func fault(inXPath text: String, namespaces: [RequestTemplate.Parameter]) -> String? {
        do throws(XMLItemPath.Mistake) {
            _ = try XMLItemPath(text, namespaces: namespaces.map { ($0.name, $0.value) })
            return nil
        } catch {
            return error.description
        }
    }

    /// The value that a path leads to in the last item.
    package func valueOfLastItem(at path: String) -> ReplyValue? {
        found.count == 0 ? nil : Self.value(at: path, in: found.last)
    }

    /// The first value that a path leads to in a JSON text.
    package static func value(at path: String, in text: [UInt8]) -> ReplyValue? {
        guard let path = try? JSONPath(path) else { return nil }
        var value: ReplyValue?
        text.withUnsafeBytes { bytes in
            JSONReader(bytes)?.find(path) { found in
                value = ReplyValue(Array(found))
                return false
            }
        }
        return value
    }

    /// A path of names and indexes as the steps to a place that is written to; nil where it is none.
    package static func place(_ text: String) -> [JSONStep]? {
        guard let path = try? JSONPath(text), !path.steps.isEmpty else { return nil }
        var steps: [JSONStep] = []
        for step in path.steps {
            switch step {
            case .name(let name): steps.append(.name(String(decoding: name, as: UTF8.self)))
            case .index(let index) where index >= 0: steps.append(.index(index))
            case .index, .all, .descendants: return nil
            }
        }
        return steps
    }

    /// What is wrong with a path that is followed while a body comes; nil where it can be.
    package static func fault(inPath text: String, isOfItems: Bool) -> String? {
        do throws(JSONPath.Mistake) {
            let path = try JSONPath(text)
            if path.steps.contains(.descendants) { return "\"..\" is not followed while a reply comes" }
            let last = path.steps.contains { if case .index(let index) = $0 { index < 0 } else { false } }
            if last,
                isOfItems
                    || path.steps.contains(where: { if case .index(..<(-1)) = $0 { true } else { false } })
            {
                return "of indexes from the end only [-1] is followed, and not in items"
            }
            return nil
        } catch {
            return error.description
        }
    }
}

extension ReplyValue {
    /// A value by its text in JSON.
    init(_ bytes: [UInt8]) {
        let json = bytes.withUnsafeBytes { JSONReply.text($0) }
        switch bytes.first {
        case UInt8(ascii: "{"):
            var members: [RequestTemplate.Parameter] = []
            if case .object(let all)? = JSONTree(json) {
                members = all.compactMap { member in
                    guard case .scalar(let value) = member.value else { return nil }
                    guard let name = ReplyValue(Array(member.name.utf8)).text,
                        let text = ReplyValue(Array(value.utf8)).text
                    else { return nil }
                    return RequestTemplate.Parameter(name: name, value: text)
                }
            }
            self.init(json: json, text: nil, members: members)
        case UInt8(ascii: "["): self.init(json: json, text: nil)
        case UInt8(ascii: "\""):
            let text = bytes.withUnsafeBytes { String(JSONString.unescaped($0[1..<($0.count - 1)])) }
            self.init(json: json, text: text.replacing("\0", with: "\u{FFFD}"))
        default: self.init(json: json, text: json == "null" ? nil : json)
        }
    }

    /// The value as the key of an item; nil for null.
    var keyText: String? { text ?? (json == "null" ? nil : json) }
}
