internal import CLibXML2
internal import TrawlText

/// Finds the scripts of a page that hold data.
enum ScriptTexts {
    /// The texts of the `script` elements of a type, in their order.
    ///
    /// - Parameter type: A MIME type in lower case. Parameters in the page, such as `charset`, are ignored.
    static func of(type: StaticString, in document: xmlDocPtr) -> [[UInt8]] {
        guard let root = xmlDocGetRootElement(document) else { return [] }
        var texts: [[UInt8]] = []
        var node = root
        while true {
            if isScript(node, of: type) {
                texts.append(node.pointee.children?.pointee.content.map { Array(XPathText.bytes($0)) } ?? [])
            } else if node.pointee.type == XML_ELEMENT_NODE, let child = node.pointee.children {
                node = child
                continue
            }
            while node != root, node.pointee.next == nil, let parent = node.pointee.parent { node = parent }
            guard node != root, let next = node.pointee.next else { return texts }
            node = next
        }
    }

    private static func isScript(_ node: xmlNodePtr, of type: StaticString) -> Bool {
        guard node.pointee.type == XML_ELEMENT_NODE, let name = node.pointee.name,
            xmlStrEqual(name, "script") != 0,
            let value = xmlHasProp(node, "type")?.pointee.children?.pointee.content
        else { return false }
        let essence = XPathText.bytes(value).prefix { $0 != UInt8(ascii: ";") }
        return essence.filter { !$0.isASCIIWhitespace }.map(\.asciiLowercased).elementsEqual(type.bytes)
    }
}
