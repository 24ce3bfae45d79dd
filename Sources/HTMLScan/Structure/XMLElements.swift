/// The open elements of a page of XHTML, and the namespaces of their prefixes (Namespaces in XML 1.0).
struct XMLElements {
    /// The vocabulary that an element is of.
    enum Namespace { case html, svg, other }

    private struct Element {
        /// The name with its prefix, which the end tag has to repeat.
        let name: TagName
        /// How many declarations were made before it.
        let declarations: Int
    }

    private var elements: [Element] = []
    private var declarations: [(prefix: TagName, namespace: Namespace)] = []
    /// How many elements are open beyond the limit.
    private var excess = 0
    private var steps = 0

    private static let limit = 4_096
    /// The most declarations that hold at once. All are compared for each element.
    private static let declarationLimit = 128
    private static let stepLimit = 10_000_000

    /// How many elements are open.
    var depth: Int { elements.count + excess }

    mutating func reset() {
        elements.removeAll(keepingCapacity: true)
        declarations.removeAll(keepingCapacity: true)
        excess = 0
        steps = 0
    }

    /// Opens the element of a start tag.
    ///
    /// - Returns: Its vocabulary, and its name without prefix. A page that declares no namespace counts as HTML.
    mutating func open(
        _ name: TagName, _ attributes: borrowing TagAttributes, isEmpty: Bool
    ) -> (namespace: Namespace, local: TagName) {
        let before = declarations.count
        attributes.withUnsafeBytes { declare($0) }
        let (prefix, local) = name.parts
        let index = declarations.lastIndex { $0.prefix == prefix }
        // The root `html` is HTML's, whatever namespace it declares.
        if let index, local == .html, depth == 0 { declarations[index].namespace = .html }
        let namespace = index.map { declarations[$0].namespace } ?? (prefix.count == 0 ? .html : .other)
        if isEmpty {
            declarations.removeSubrange(before...)
        } else if elements.count < Self.limit, excess == 0 {
            elements.append(Element(name: name, declarations: before))
        } else {
            excess += 1
            declarations.removeSubrange(before...)
        }
        return (namespace, local)
    }

    private mutating func declare(_ bytes: UnsafeRawBufferPointer) {
        var cursor = AttributeCursor(bytes)
        while let (name, value) = cursor.next() {
            guard name.starts(with: "xmlns".utf8), declarations.count < Self.declarationLimit else {
                continue
            }
            var prefix = TagName()
            if name.count > 5 {
                guard name[name.startIndex + 5] == UInt8(ascii: ":") else { continue }
                for byte in name.dropFirst(6) { prefix.append(byte) }
            }
            let namespace: Namespace =
                value.elementsEqual("http://www.w3.org/1999/xhtml".utf8)
                ? .html : value.elementsEqual("http://www.w3.org/2000/svg".utf8) ? .svg : .other
            declarations.append((prefix, namespace))
        }
    }

    /// Closes the element of an end tag, and all that is open in it. An end tag that matches nothing is ignored.
    ///
    /// - Returns: How many elements it closes.
    mutating func close(_ name: TagName) -> Int {
        if excess > 0 {
            excess -= 1
            return 1
        }
        var index = elements.count
        while index > 0 {
            index -= 1
            steps += 1
            if elements[index].name == name {
                let closed = elements.count - index
                declarations.removeSubrange(elements[index].declarations...)
                elements.removeSubrange(index...)
                return closed
            }
            if steps > Self.stepLimit { return 0 }
        }
        return 0
    }
}

extension TagName {
    /// The prefix, which may be empty, and the name after it.
    var parts: (prefix: TagName, local: TagName) {
        var prefix = TagName()
        var local = TagName()
        var hasPrefix = false
        guard count <= TagName.capacity else { return (prefix, self) }
        forEachByte { byte in
            if byte == UInt8(ascii: ":"), !hasPrefix {
                hasPrefix = true
                (prefix, local) = (local, TagName())
            } else {
                local.append(byte)
            }
        }
        return (prefix, local)
    }
}
