internal import HTMLScan

/// A path of XPath that is followed while an XML document comes: names with `/` and `//` between them, a test of an attribute in
/// brackets, and `@name` or `text()` at the end.
///
/// A name without a prefix is that of an element that is written without one, and a prefix stands for what the document writes, as in
/// the fields of `extract`; a prefix that the job declares stands for its namespace, however the document writes it.
package struct XMLItemPath: Sendable, Equatable {
    struct Step: Sendable, Equatable {
        /// Whether it may be at any depth below the one before.
        var isDeep: Bool
        var prefix: String
        /// `*` for any.
        var local: String
        /// The namespace that the job declares for the prefix; nil for what the document writes.
        var namespace: String?
        /// An attribute that has to have a value; nil for none.
        var condition: Condition?
    }

    struct Condition: Sendable, Equatable {
        var name: String
        /// Nil for any.
        var value: String?
    }

    let steps: [Step]
    /// The attribute of the last element that is wanted; nil for its text.
    let attribute: String?

    /// What is wrong with a path.
    package struct Mistake: Error {
        /// In words.
        package let description: String
    }

    /// The most steps of a path.
    private static let mostSteps = 30

    /// - Parameter namespaces: what prefixes stand for.
    package init(_ text: String, namespaces: [(prefix: String, uri: String)]) throws(Mistake) {
        var rest = Substring(text)
        var steps: [Step] = []
        var attribute: String?
        var isFirst = true
        while !rest.isEmpty {
            var isDeep = false
            if rest.hasPrefix("//") {
                isDeep = true
                rest = rest.dropFirst(2)
            } else if rest.hasPrefix("/") {
                rest = rest.dropFirst()
            } else if !isFirst {
                throw Mistake(description: "\"\(text)\": \"\(rest)\" is not followed while a reply comes")
            } else if rest.hasPrefix("./") {
                rest = rest.dropFirst()
                continue
            }
            isFirst = false
            if rest.hasPrefix("@") {
                attribute = String(rest.dropFirst())
                guard !isDeep, let attribute, Self.isName(attribute) else {
                    throw Mistake(description: "\"\(text)\": \"\(rest)\" is not the name of an attribute")
                }
                break
            }
            if rest == "text()" {
                rest = ""
                break
            }
            steps.append(try Self.step(&rest, isDeep: isDeep, of: text, namespaces))
        }
        guard !steps.isEmpty || attribute != nil, steps.count <= Self.mostSteps else {
            throw Mistake(description: "\"\(text)\" is no path; write one such as //entry")
        }
        self.steps = steps
        self.attribute = attribute
    }

    private static func step(
        _ rest: inout Substring, isDeep: Bool, of text: String, _ namespaces: [(prefix: String, uri: String)]
    ) throws(Mistake) -> Step {
        let name = rest.prefix { $0 != "/" && $0 != "[" }
        rest = rest[name.endIndex...]
        var condition: Condition?
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else {
                throw Mistake(description: "\"\(text)\": a bracket is not closed")
            }
            condition = try self.condition(rest[rest.index(after: rest.startIndex)..<end], of: text)
            rest = rest[rest.index(after: end)...]
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let local = parts.last, local == "*" || isName(String(local)),
            parts.count == 1 || isName(String(parts[0]))
        else {
            throw Mistake(
                description:
                    "\"\(text)\": \"\(name)\" is not the name of an element, and nothing else is followed while a reply comes"
            )
        }
        let prefix = parts.count == 2 ? String(parts[0]) : ""
        return Step(
            isDeep: isDeep, prefix: prefix, local: String(local),
            namespace: namespaces.first { $0.prefix == prefix }?.uri, condition: condition)
    }

    private static func condition(_ text: Substring, of path: String) throws(Mistake) -> Condition {
        let parts = text.split(separator: "=", maxSplits: 1)
        var name = parts.first.map(String.init) ?? ""
        while name.last == " " { name.removeLast() }
        guard name.hasPrefix("@"), isName(String(name.dropFirst())) else {
            throw Mistake(
                description: "\"\(path)\": [\(text)] is not followed while a reply comes; [@name='value'] is")
        }
        guard parts.count == 2 else { return Condition(name: String(name.dropFirst()), value: nil) }
        var value = parts[1]
        while value.first == " " { value.removeFirst() }
        while value.last == " " { value.removeLast() }
        guard value.count >= 2, let quote = value.first, quote == "'" || quote == "\"", value.last == quote
        else { throw Mistake(description: "\"\(path)\": the value in [\(text)] stands in quotes") }
        return Condition(name: String(name.dropFirst()), value: String(value.dropFirst().dropLast()))
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.value >= 0x80 || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                    || "-_.:".unicodeScalars.contains(scalar)
            } && text.first?.isNumber != true && !text.hasPrefix(".") && !text.hasPrefix("-")
    }
}

extension XMLItemPath.Step {
    /// Whether an element is one that is meant.
    func matches(_ name: XMLName, _ attributes: [(name: XMLName, value: String)]) -> Bool {
        guard local == "*" || local == name.local else { return false }
        if let namespace {
            guard namespace == name.namespace else { return false }
        } else if local != "*" || !prefix.isEmpty {
            guard prefix == name.prefix else { return false }
        }
        guard let condition else { return true }
        return attributes.contains { attribute in
            attribute.name.text == condition.name
                && (condition.value.map { $0 == attribute.value } ?? true)
        }
    }
}
