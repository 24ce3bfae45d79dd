internal import CLibXML2
internal import TrawlText

/// An XPath 1.0 expression, compiled for HTML or for XML.
final class CompiledXPath {
    // Safe because only this object knows the pointers, and frees them in `deinit`.
    private let paths: [[xmlXPathCompExprPtr]]
    private let isCostly: Bool
    private let prefixes: Set<String>

    /// The most UTF-8 bytes that the text of a node has; the rest is left out.
    private static let valueLimit = XPathExpression.valueLimit
    /// How many operations all expressions may take on a page, as libxml2 counts them. They take at most a sixth of a
    /// second, for which the loop's other transfers wait.
    static let operationLimit: UInt = 1_500_000
    /// The limit for expressions that merge sets of nodes: operations multiplied by the nodes of the page.
    private static let mergeLimit: UInt = 4_000_000_000

    /// Compiles an expression.
    ///
    /// - Throws: What is wrong with it, and where: its syntax, a function or a prefix that is not known, an argument of the wrong
    ///   type.
    init(_ syntax: XPathSyntax) throws(XPathError) {
        _ = PageTree.initialize
        if let mistake = syntax.mistake { throw XPathError(mistake) }
        isCostly = syntax.isCostly
        prefixes = syntax.prefixes
        // The whole first, so that a mistake is found where it stands.
        xmlXPathFreeCompExpr(try Self.compile(syntax.text))
        var paths: [[xmlXPathCompExprPtr]] = []
        do {
            for pieces in syntax.paths {
                paths.append([])
                for piece in pieces { paths[paths.count - 1].append(try Self.compile(piece)) }
            }
        } catch {
            for piece in paths.joined() { xmlXPathFreeCompExpr(piece) }
            throw error
        }
        self.paths = paths
        try check()
    }

    deinit { for piece in paths.joined() { xmlXPathFreeCompExpr(piece) } }

    private static func compile(_ text: String) throws(XPathError) -> xmlXPathCompExprPtr {
        guard let context = xmlXPathNewContext(nil) else { throw XPathError("no memory") }
        defer { xmlXPathFreeContext(context) }
        clibxml2_xpath_silence(context)
        if let compiled = xmlXPathCtxtCompile(context, text) { return compiled }
        let position = text.utf8.prefix(Int(context.pointee.lastError.int1))
        let place = String(decoding: position, as: UTF8.self).count + 1
        throw XPathError("\(message(of: context)), at character \(place) of \(text)")
    }

    /// Evaluates the expression once on a tiny tree, since libxml2 checks the types and counts of arguments only
    /// then.
    private func check() throws(XPathError) {
        var tree = PageTree()
        tree.isXML = true
        tree.startXML(Array("p".utf8), TagAttributes(), isEmpty: false)
        guard let document = tree.document(),
            let context = context(
                document, nodeCount: 1, operations: Self.operationLimit, namespaces: [:])
        else { return }
        defer { xmlXPathFreeContext(context) }
        if value(context, limit: 1) == nil { throw XPathError(Self.message(of: context)) }
    }

    private static func message(of context: xmlXPathContextPtr) -> String {
        switch context.pointee.lastError.code - Int32(XML_XPATH_EXPRESSION_OK.rawValue) {
        case 2, 3: "a quotation is not closed"
        case 6: "a predicate is not complete"
        case 8: "a bracket is not closed"
        case 11: "an argument is of the wrong type"
        case 12: "a function has too many arguments, or too few"
        default: "the expression is not valid"
        }
    }

    // MARK: - Evaluation

    /// Evaluates the expression on a page.
    ///
    /// - Parameters:
    ///   - nodeCount: How many nodes the page has.
    ///   - operations: How many operations the page has left; those that are used are subtracted.
    ///   - limit: How many nodes are made into text.
    ///   - namespaces: What the prefixes of the document stand for; one that is not among them finds nothing.
    /// - Returns: nil where it would take too long.
    func evaluate(
        _ document: xmlDocPtr, nodeCount: Int, operations: inout UInt, limit: Int,
        namespaces: [String: String]
    ) -> XPathValue? {
        guard
            let context = context(
                document, nodeCount: nodeCount, operations: operations, namespaces: namespaces)
        else { return nil }
        defer {
            operations -= min(operations, context.pointee.opCount)
            xmlXPathFreeContext(context)
        }
        return value(context, limit: limit)
    }

    private func context(
        _ document: xmlDocPtr, nodeCount: Int, operations: UInt, namespaces: [String: String]
    ) -> xmlXPathContextPtr? {
        guard operations > 0, let context = xmlXPathNewContext(document) else { return nil }
        clibxml2_xpath_silence(context)
        let limit = isCostly ? Self.mergeLimit / UInt(max(nodeCount, 1)) : operations
        context.pointee.opLimit = min(limit, operations)
        context.pointee.node = xmlDocGetRootElement(document)
        for prefix in prefixes {
            // The result says only that memory ran out; then nothing is found.
            _ = xmlXPathRegisterNs(context, prefix, namespaces[prefix] ?? "urn:unknown:\(prefix)")
        }
        return context
    }

    private func value(_ context: xmlXPathContextPtr, limit: Int) -> XPathValue? {
        if paths.count == 1, paths[0].count == 1 { return singleValue(context, paths[0][0], limit) }
        let root = context.pointee.node
        var seen: Set<xmlNodePtr> = []
        var found: [xmlNodePtr] = []
        for pieces in paths {
            var nodes = [root].compactMap { $0 }
            for (index, piece) in pieces.enumerated() {
                guard let next = step(context, piece, from: nodes, isFirst: index == 0) else { return nil }
                nodes = next
            }
            for node in nodes where seen.insert(node).inserted { found.append(node) }
        }
        return .nodes(Self.sorted(found).prefix(limit).map { XPathText.of($0, limit: Self.valueLimit) })
    }

    /// Evaluates a piece of a path at each of some nodes.
    ///
    /// - Returns: What was found, each once; nil where it would take too long.
    private func step(
        _ context: xmlXPathContextPtr, _ piece: xmlXPathCompExprPtr, from nodes: [xmlNodePtr], isFirst: Bool
    ) -> [xmlNodePtr]? {
        var seen: Set<xmlNodePtr> = []
        var found: [xmlNodePtr] = []
        for node in nodes {
            context.pointee.node = node
            guard let object = xmlXPathCompiledEval(piece, context) else { return nil }
            defer { xmlXPathFreeObject(object) }
            for next in Self.nodes(of: object) where nodes.count == 1 || seen.insert(next).inserted {
                found.append(next)
            }
        }
        return found
    }

    private func singleValue(
        _ context: xmlXPathContextPtr, _ expression: xmlXPathCompExprPtr, _ limit: Int
    ) -> XPathValue? {
        guard let object = xmlXPathCompiledEval(expression, context) else { return nil }
        defer { xmlXPathFreeObject(object) }
        switch object.pointee.type {
        case XPATH_NODESET:
            return .nodes(
                Self.nodes(of: object).prefix(limit).map { XPathText.of($0, limit: Self.valueLimit) })
        case XPATH_STRING:
            guard let text = object.pointee.stringval else { return .string("") }
            return .string(String(decoding: XPathText.bytes(text).prefix(Self.valueLimit), as: UTF8.self))
        case XPATH_NUMBER: return .number(object.pointee.floatval)
        case XPATH_BOOLEAN: return .boolean(object.pointee.boolval != 0)
        default: return nil
        }
    }

    private static func nodes(of object: xmlXPathObjectPtr) -> [xmlNodePtr] {
        guard let set = object.pointee.nodesetval, let table = set.pointee.nodeTab else { return [] }
        return (0..<Int(set.pointee.nodeNr)).compactMap { index in
            // Those of namespaces are the object's own, and are freed with it.
            table[index].flatMap { $0.pointee.type == XML_NAMESPACE_DECL ? nil : $0 }
        }
    }

    /// Nodes in the order of the document.
    private static func sorted(_ nodes: [xmlNodePtr]) -> [xmlNodePtr] {
        guard nodes.count > 1, let set = xmlXPathNodeSetCreate(nil) else { return nodes }
        defer { xmlXPathFreeNodeSet(set) }
        // The result says only that memory ran out; then fewer are found.
        for node in nodes { _ = xmlXPathNodeSetAddUnique(set, node) }
        xmlXPathNodeSetSort(set)
        return (0..<Int(set.pointee.nodeNr)).compactMap { set.pointee.nodeTab[$0] }
    }
}
