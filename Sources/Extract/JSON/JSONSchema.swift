internal import CrawlCore

/// A part of JSON Schema (2020-12), by which values are checked.
///
/// Keywords that check something and are not here are refused, so that nothing goes unchecked in silence: those that are here are
/// `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `minProperties`, `maxProperties`, `items`,
/// `minItems`, `maxItems`, `minLength`, `maxLength`, `pattern`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`,
/// `allOf`, `anyOf`, `oneOf`, `not`, and `$ref` to a place in the same file. Patterns are RE2's, whose time does not explode; the
/// work on one value has an end too.
///
/// Several threads may check values by it at once.
// @unchecked because nothing of it changes once it is made, and RE2 matches on any number of threads at once (re2.h).
package final class JSONSchema: ReplyCheck, @unchecked Sendable {
    /// What is wrong with a schema.
    package struct Mistake: Error {
        /// In words.
        package let description: String
    }

    private var nodes: [Node] = []
    private var places: [String: Int] = [:]
    private let root: JSONTree

    /// Rules for a value.
    private final class Node {
        /// What a value has to be at all; false for none.
        var isPossible = true
        var types: Set<String> = []
        var values: [JSONTree] = []
        var hasValues = false
        var properties: [(name: String, node: Int)] = []
        var required: [String] = []
        var others: Int?
        var items: Int?
        var counts: [(keyword: String, limit: Int)] = []
        var bounds: [(keyword: String, limit: Double)] = []
        var pattern: RegularExpression?
        var patternText = ""
        var all: [Int] = []
        var any: [Int] = []
        var one: [Int] = []
        var none: Int?
        var reference: Int?
    }

    /// How many rules may be tried on a value: so many, and two for each of its bytes. Most values take less than one a byte.
    private static let leastSteps = 100_000
    /// How deep rules may refer to one another.
    private static let mostDepth = 200
    /// Keywords that say something and check nothing.
    private static let remarks: Set = [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples",
        "deprecated", "readOnly", "writeOnly", "format", "contentMediaType", "contentEncoding", "$anchor",
    ]

    /// Reads a schema.
    ///
    /// - Parameter text: JSON.
    package init(_ text: String) throws(Mistake) {
        guard let root = JSONTree(text) else { throw Mistake(description: "it is not valid JSON") }
        self.root = root
        _ = try node(of: root, at: "#")
    }

    // MARK: Reading

    private func node(of tree: JSONTree, at place: String) throws(Mistake) -> Int {
        if let known = places[place] { return known }
        let index = nodes.count
        let node = Node()
        nodes.append(node)
        places[place] = index
        switch tree {
        case .scalar("true"): break
        case .scalar("false"): node.isPossible = false
        case .object(let members):
            for member in members {
                guard let name = JSONTree.string(member.name) else { continue }
                try read(name, member.value, into: node, at: place)
            }
        default: throw Mistake(description: "\(place) is no schema; write an object, true or false")
        }
        return index
    }

    private func read(
        _ name: String, _ value: JSONTree, into node: Node, at place: String
    ) throws(Mistake) {
        func mistake(_ what: String) -> Mistake { Mistake(description: "\(place)/\(name): \(what)") }
        switch name {
        case "type":
            for type in Self.texts(value) ?? [Self.text(value)].compactMap({ $0 }) { node.types.insert(type) }
            let known: Set = ["string", "number", "integer", "boolean", "null", "array", "object"]
            guard !node.types.isEmpty, node.types.isSubset(of: known) else {
                throw mistake("no type of JSON")
            }
        case "enum":
            guard case .list(let values) = value else { throw mistake("not a list") }
            (node.values, node.hasValues) = (values, true)
        case "const": (node.values, node.hasValues) = ([value], true)
        case "required":
            guard let names = Self.texts(value) else { throw mistake("not a list of names") }
            node.required = names
        case "properties":
            guard case .object(let members) = value else { throw mistake("not an object") }
            for member in members {
                guard let key = JSONTree.string(member.name) else { continue }
                node.properties.append((key, try self.node(of: member.value, at: "\(place)/\(name)/\(key)")))
            }
        case "additionalProperties": node.others = try self.node(of: value, at: "\(place)/\(name)")
        case "items": node.items = try self.node(of: value, at: "\(place)/\(name)")
        case "not": node.none = try self.node(of: value, at: "\(place)/\(name)")
        case "allOf": node.all = try list(value, at: "\(place)/\(name)")
        case "anyOf": node.any = try list(value, at: "\(place)/\(name)")
        case "oneOf": node.one = try list(value, at: "\(place)/\(name)")
        case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
            guard let limit = Self.number(value), limit >= 0, limit == limit.rounded(), limit < 1e15 else {
                throw mistake("not a whole number from 0")
            }
            node.counts.append((name, Int(limit)))
        case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
            guard let limit = Self.number(value) else { throw mistake("not a number") }
            node.bounds.append((name, limit))
        case "pattern":
            guard let text = Self.text(value) else { throw mistake("not a text") }
            do throws(RegularExpression.Mistake) {
                node.pattern = try RegularExpression(text)
                node.patternText = text
            } catch {
                throw mistake(error.description)
            }
        case "$ref":
            guard let text = Self.text(value) else { throw mistake("not a text") }
            node.reference = try reference(text, mistake)
        case _ where Self.remarks.contains(name): break
        default:
            throw mistake(
                "this keyword is not checked here; remove it, or put what it says in those that docs/api-pages.md names"
            )
        }
    }

    private func list(_ value: JSONTree, at place: String) throws(Mistake) -> [Int] {
        guard case .list(let schemas) = value, !schemas.isEmpty else {
            throw Mistake(description: "\(place): not a list of schemas")
        }
        var nodes: [Int] = []
        for (index, schema) in schemas.enumerated() {
            nodes.append(try node(of: schema, at: "\(place)/\(index)"))
        }
        return nodes
    }

    /// The rules that a reference leads to: a JSON pointer in the same file (RFC 6901).
    private func reference(_ text: String, _ mistake: (String) -> Mistake) throws(Mistake) -> Int {
        guard text.hasPrefix("#"), text == "#" || text.hasPrefix("#/") else {
            throw mistake(
                "\"\(text)\" leads out of the file; only places in it are looked up, such as #/$defs/item")
        }
        var tree = root
        for step in text.split(separator: "/").dropFirst() {
            let name = String(step).replacing("~1", with: "/").replacing("~0", with: "~")
            switch tree {
            case .list(let elements):
                guard let index = Int(name), elements.indices.contains(index) else {
                    throw mistake("there is nothing at \"\(text)\"")
                }
                tree = elements[index]
            default:
                guard let value = tree[name] else { throw mistake("there is nothing at \"\(text)\"") }
                tree = value
            }
        }
        return try node(of: tree, at: text)
    }

    private static func text(_ value: JSONTree) -> String? {
        guard case .scalar(let json) = value else { return nil }
        return JSONTree.string(json)
    }

    private static func texts(_ value: JSONTree) -> [String]? {
        guard case .list(let elements) = value else { return nil }
        let texts = elements.compactMap(text)
        return texts.count == elements.count ? texts : nil
    }

    private static func number(_ value: JSONTree) -> Double? {
        guard case .scalar(let json) = value, json.utf8.first != UInt8(ascii: "\""),
            let number = Double(json),
            number.isFinite
        else { return nil }
        return number
    }

    // MARK: Checking

    package func fault(in json: [UInt8]) -> String? {
        guard let tree = JSONTree(String(decoding: json, as: UTF8.self)) else {
            return "the value is nested too deep for a schema"
        }
        var steps = Self.leastSteps + 2 * json.count
        return fault(in: tree, 0, at: "$", depth: 0, &steps)
    }

    private func fault(
        in value: JSONTree, _ index: Int, at path: String, depth: Int, _ steps: inout Int
    ) -> String? {
        steps -= 1
        guard steps > 0, depth < Self.mostDepth else {
            steps = 0
            return "the schema takes too long to try at \(path)"
        }
        let node = nodes[index]
        guard node.isPossible else { return "\(path) may not be there" }
        if let fault = ownFault(value, node, at: path) { return fault }
        if let reference = node.reference,
            let fault = fault(in: value, reference, at: path, depth: depth + 1, &steps)
        {
            return fault
        }
        for other in node.all {
            if let fault = fault(in: value, other, at: path, depth: depth + 1, &steps) { return fault }
        }
        func passing(_ others: [Int], most: Int) -> (count: Int, last: String?) {
            var (count, last): (Int, String?) = (0, nil)
            for other in others where count < most {
                if let fault = fault(in: value, other, at: path, depth: depth + 1, &steps) {
                    last = fault
                } else {
                    count += 1
                }
            }
            return (count, last)
        }
        if !node.any.isEmpty, case let (count, last) = passing(node.any, most: 1), count == 0 {
            return "\(path) is none of anyOf: \(last ?? "")"
        }
        if !node.one.isEmpty, case let (count, last) = passing(node.one, most: 2), count != 1 {
            return count == 0
                ? "\(path) is none of oneOf: \(last ?? "")" : "\(path) is more than one of oneOf"
        }
        if let none = node.none, fault(in: value, none, at: path, depth: depth + 1, &steps) == nil {
            return "\(path) is what it must not be"
        }
        return steps <= 0
            ? "the schema takes too long to try at \(path)"
            : partFault(value, node, at: path, depth: depth, &steps)
    }

    /// What is wrong with a value's members or elements.
    private func partFault(
        _ value: JSONTree, _ node: Node, at path: String, depth: Int, _ steps: inout Int
    ) -> String? {
        switch value {
        case .object(let members):
            for name in node.required where value[name] == nil { return "\(path).\(name) is not there" }
            guard !node.properties.isEmpty || node.others != nil else { return nil }
            for member in members {
                guard let name = JSONTree.string(member.name),
                    let rules = node.properties.first(where: { $0.name == name })?.node ?? node.others
                else { continue }
                if let fault = fault(in: member.value, rules, at: "\(path).\(name)", depth: depth + 1, &steps)
                {
                    return fault
                }
            }
        case .list(let elements):
            guard let items = node.items else { return nil }
            for (index, element) in elements.enumerated() {
                if let fault = fault(in: element, items, at: "\(path)[\(index)]", depth: depth + 1, &steps) {
                    return fault
                }
            }
        case .scalar: break
        }
        return nil
    }

    /// What is wrong with a value itself.
    private func ownFault(_ value: JSONTree, _ node: Node, at path: String) -> String? {
        let kind = value.kind
        if !node.types.isEmpty {
            let isNumber = kind == "integer" && node.types.contains("number")
            guard node.types.contains(kind) || isNumber else {
                return
                    "\(path) is \(Self.article(kind)), not \(node.types.sorted().joined(separator: " or "))"
            }
        }
        if node.hasValues, !node.values.contains(where: { value.isSame(as: $0) }) {
            return "\(path) is \(value.text.prefix(80)), which is not one of the values that it may have"
        }
        for (keyword, limit) in node.counts {
            guard let count = value.count(for: keyword) else { continue }
            if keyword.hasPrefix("min") ? count < limit : count > limit {
                return "\(path) has \(count), and \(keyword) is \(limit)"
            }
        }
        if kind == "integer" || kind == "number", let number = Self.number(value) {
            for (keyword, limit) in node.bounds {
                let isInside =
                    switch keyword {
                    case "minimum": number >= limit
                    case "maximum": number <= limit
                    case "exclusiveMinimum": number > limit
                    default: number < limit
                    }
                if !isInside { return "\(path) is \(value.text.prefix(80)), and \(keyword) is \(limit)" }
            }
        }
        if let pattern = node.pattern, let text = Self.text(value), !pattern.matches(text) {
            return "\(path) does not match \(node.patternText)"
        }
        return nil
    }

    private static func article(_ kind: String) -> String {
        switch kind {
        case "null": kind
        case "integer", "array", "object": "an \(kind)"
        default: "a \(kind)"
        }
    }
}

extension JSONTree {
    /// Its type as JSON Schema calls it; `integer` for a number without a fraction.
    fileprivate var kind: String {
        switch self {
        case .object: return "object"
        case .list: return "array"
        case .scalar(let json):
            switch json.utf8.first {
            case UInt8(ascii: "\""): return "string"
            case UInt8(ascii: "t"), UInt8(ascii: "f"): return "boolean"
            case UInt8(ascii: "n"): return "null"
            default:
                if !json.utf8.contains(where: { ".eE".utf8.contains($0) }) { return "integer" }
                guard let number = Double(json), number.isFinite else { return "number" }
                return number == number.rounded() ? "integer" : "number"
            }
        }
    }

    /// How many characters, elements or members it has; nil where the keyword is not about it.
    fileprivate func count(for keyword: String) -> Int? {
        switch (self, keyword.dropFirst(3)) {
        case (.list(let elements), "Items"): elements.count
        case (.object(let members), "Properties"): members.count
        case (.scalar(let json), "Length"): JSONTree.string(json)?.unicodeScalars.count
        default: nil
        }
    }

    /// Whether it is the same value, however it is written.
    fileprivate func isSame(as other: JSONTree) -> Bool {
        switch (self, other) {
        case (.scalar(let one), .scalar(let two)):
            if one == two { return true }
            if let first = JSONTree.string(one), let second = JSONTree.string(two) { return first == second }
            guard kind == "integer" || kind == "number", other.kind == "integer" || other.kind == "number"
            else { return false }
            return Double(one) == Double(two) && Double(one) != nil
        case (.list(let one), .list(let two)):
            return one.count == two.count && zip(one, two).allSatisfy { $0.isSame(as: $1) }
        case (.object(let one), .object(let two)):
            return one.count == two.count
                && one.allSatisfy { member in
                    two.contains {
                        JSONTree.string($0.name) == JSONTree.string(member.name)
                            && $0.value.isSame(as: member.value)
                    }
                }
        default: return false
        }
    }
}
