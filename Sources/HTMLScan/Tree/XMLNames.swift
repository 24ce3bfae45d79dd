internal import CLibXML2
internal import TrawlText

/// Gives the elements and attributes of XML documents their namespaces (Namespaces in XML 1.0), as far as expressions need them.
///
/// A prefix stands for what it was first declared as, in all of the document, and for itself where it never was. A namespace
/// that is declared without a prefix is left out: most feeds have one, and a path such as `//entry` would find nothing in them.
struct XMLNames {
    /// What each prefix stands for.
    private(set) var namespaces: [String: String] = [:]
    // Safe because a namespace lives as long as the element that it is attached to, and that as long as the document.
    private var declarations: [String: xmlNsPtr] = [:]

    mutating func reset() {
        namespaces.removeAll()
        declarations.removeAll()
    }

    /// Gives an element, and the attributes that were added to it, their namespaces. Declarations are no attributes.
    mutating func resolve(_ node: xmlNodePtr) {
        var attribute = node.pointee.properties
        while let current = attribute {
            attribute = current.pointee.next
            guard let name = Self.text(current.pointee.name), name.hasPrefix("xmlns") else { continue }
            let parts = Self.parts(name)
            guard name == "xmlns" || parts.prefix == "xmlns" else { continue }
            if let prefix = parts.prefix.map({ _ in parts.local }), declarations[prefix] == nil {
                declare(prefix, Self.text(current.pointee.children?.pointee.content) ?? prefix, node)
            }
            // The result says that there was such an attribute.
            _ = xmlRemoveProp(current)
        }
        attribute = node.pointee.properties
        while let current = attribute {
            attribute = current.pointee.next
            // An attribute begins as every node does (libxml2's tree.h).
            let node = UnsafeMutableRawPointer(current).assumingMemoryBound(to: xmlNode.self)
            if let namespace = takePrefix(of: node, in: current.pointee.parent ?? node) {
                current.pointee.ns = namespace
            }
        }
        if let namespace = takePrefix(of: node, in: node) { node.pointee.ns = namespace }
    }

    /// Takes the prefix off a node's name.
    ///
    /// - Returns: What the prefix stands for; nil where there is none.
    private mutating func takePrefix(of node: xmlNodePtr, in element: xmlNodePtr) -> xmlNsPtr? {
        guard let name = Self.text(node.pointee.name) else { return nil }
        let parts = Self.parts(name)
        guard let prefix = parts.prefix else { return nil }
        xmlNodeSetName(node, parts.local)
        if prefix == "xml" { return xmlSearchNs(element.pointee.doc, element, prefix) }
        if declarations[prefix] == nil { declare(prefix, prefix, element) }
        return declarations[prefix]
    }

    private mutating func declare(_ prefix: String, _ name: String, _ element: xmlNodePtr) {
        namespaces[prefix] = name
        declarations[prefix] = xmlNewNs(element, name, prefix)
    }

    private static func parts(_ name: String) -> (prefix: String?, local: String) {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")), colon > name.startIndex,
            name.index(after: colon) < name.endIndex
        else { return (nil, name) }
        return (String(name[..<colon]), String(name[name.index(after: colon)...]))
    }

    private static func text(_ text: UnsafePointer<xmlChar>?) -> String? {
        text.map { String(decoding: XPathText.bytes($0), as: UTF8.self) }
    }
}
