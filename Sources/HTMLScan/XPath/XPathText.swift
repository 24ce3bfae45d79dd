internal import CLibXML2
internal import TrawlText

/// Makes text of a tree's nodes.
enum XPathText {
    /// The text of a node: of an element all text that is within, of a comment its own, white space collapsed and stripped; of an
    /// attribute its value.
    ///
    /// - Parameter limit: How many UTF-8 bytes it has at most.
    static func of(_ node: xmlNodePtr, limit: Int) -> String {
        var text: [UInt8] = []
        let isCollapsed = node.pointee.type != XML_ATTRIBUTE_NODE
        gather(node, isCollapsed: isCollapsed, limit: limit, into: &text)
        if isCollapsed, text.last == UInt8(ascii: " ") { text.removeLast() }
        if text.count > limit {
            text.removeSubrange(limit...)
            // Not in the middle of a character.
            if let lead = text.lastIndex(where: { $0 & 0xC0 != 0x80 }), text[lead] >= 0x80,
                !text.withUnsafeBytes({ UTF8Check.length(of: $0, at: lead) }).isComplete
            {
                text.removeSubrange(lead...)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes of a text of libxml2's, without the NUL that ends it.
    static func bytes(_ text: UnsafePointer<xmlChar>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text, count: Int(xmlStrlen(text)))
    }

    private static func gather(
        _ root: xmlNodePtr, isCollapsed: Bool, limit: Int, into text: inout [UInt8]
    ) {
        var node = root
        while text.count <= limit {
            if node.pointee.type == XML_TEXT_NODE || node == root && node.pointee.type == XML_COMMENT_NODE {
                if let content = node.pointee.content {
                    append(bytes(content), isCollapsed, limit, to: &text)
                }
            } else if let child = node.pointee.children {
                node = child
                continue
            }
            while node != root, node.pointee.next == nil, let parent = node.pointee.parent { node = parent }
            guard node != root, let next = node.pointee.next else { return }
            node = next
        }
    }

    private static func append(
        _ bytes: UnsafeBufferPointer<UInt8>, _ isCollapsed: Bool, _ limit: Int, to text: inout [UInt8]
    ) {
        guard isCollapsed else { return text.append(contentsOf: bytes.prefix(limit + 1)) }
        for byte in bytes where text.count <= limit {
            if !byte.isASCIIWhitespace {
                text.append(byte)
            } else if let last = text.last, last != UInt8(ascii: " ") {
                text.append(UInt8(ascii: " "))
            }
        }
    }
}
