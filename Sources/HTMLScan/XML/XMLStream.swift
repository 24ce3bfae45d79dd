internal import CLibXML2

/// The name of an element or attribute in XML.
package struct XMLName: Hashable, Sendable {
    /// What stands before the colon; empty for nothing.
    package let prefix: String
    /// What stands behind it.
    package let local: String
    /// The namespace that the document declares for it; empty for none.
    package let namespace: String

    /// A name.
    package init(prefix: String, local: String, namespace: String) {
        self.prefix = prefix
        self.local = local
        self.namespace = namespace
    }

    /// As it is written in the document.
    package var text: String { prefix.isEmpty ? local : "\(prefix):\(local)" }
}

/// Is told what is in an XML document, while it comes.
package protocol XMLStreamReceiver: AnyObject {
    /// An element begins.
    func begin(_ name: XMLName, _ attributes: [(name: XMLName, value: String)])
    /// The innermost element ends.
    func end()
    /// Text of the innermost element, UTF-8; what stands together may come in pieces.
    func text(_ bytes: UnsafeBufferPointer<UInt8>)
}

/// Reads an XML document that comes in pieces (XML 1.0, namespaces in XML 1.0), by libxml2's parser without a tree. A mistake ends it.
///
/// Documents come from strangers. Nothing outside of them is read, and declarations of a document type are a mistake, as these are how
/// a few lines stand for gigabytes. Elements may be 256 deep, which is libxml2's own limit.
package final class XMLStream {
    /// What is wrong; nil for nothing.
    package private(set) var fault: String?
    private var context: xmlParserCtxtPtr?
    private var isEmpty = true
    private unowned let receiver: any XMLStreamReceiver

    /// - Parameters:
    ///   - encoding: what the reply's header calls its encoding; nil for what the document says, or UTF-8.
    ///   - receiver: is told what comes. It must outlive the stream.
    package init(encoding: String?, _ receiver: any XMLStreamReceiver) {
        self.receiver = receiver
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = startElement
        handler.endElementNs = { context, _, _, _ in XMLStream.of(context)?.endElement() }
        handler.characters = { context, bytes, count in XMLStream.of(context)?.characters(bytes, count) }
        handler.cdataBlock = { context, bytes, count in XMLStream.of(context)?.characters(bytes, count) }
        handler.ignorableWhitespace = { context, bytes, count in
            XMLStream.of(context)?.characters(bytes, count)
        }
        handler.getEntity = { _, name in xmlGetPredefinedEntity(name) }
        handler.reference = { context, name in
            XMLStream.of(context)?.stop("the entity &\(text(name)); is not one of XML's own")
        }
        handler.entityDecl = { context, _, _, _, _, _ in XMLStream.of(context)?.refuseDeclaration() }
        handler.attributeDecl = { context, _, _, _, _, _, _ in XMLStream.of(context)?.refuseDeclaration() }
        handler.elementDecl = { context, _, _, _ in XMLStream.of(context)?.refuseDeclaration() }
        // Without one of its own, a mistake is printed.
        handler.serror = { _, _ in }
        // Safe because the parser is freed with the stream, and calls back only while it is fed.
        let this = Unmanaged.passUnretained(self).toOpaque()
        context = xmlCreatePushParserCtxt(&handler, this, nil, 0, nil)
        guard let context else {
            fault = "no memory"
            return
        }
        // Without the second, libxml2 leaves an ampersand in attributes as a reference.
        xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue))
        if let encoding, let coder = xmlFindCharEncodingHandler(encoding) {
            xmlSwitchToEncoding(context, coder)
        }
    }

    deinit { xmlFreeParserCtxt(context) }

    /// Takes the next bytes.
    ///
    /// - Returns: false where no more are wanted.
    package func feed(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard fault == nil, let context else { return false }
        var rest = bytes[...]
        if !rest.isEmpty { isEmpty = false }
        while !rest.isEmpty, fault == nil {
            let piece = rest.prefix(1 << 20)
            rest = rest.dropFirst(piece.count)
            let chars = UnsafeRawBufferPointer(rebasing: piece).assumingMemoryBound(to: CChar.self)
            if xmlParseChunk(context, chars.baseAddress, Int32(chars.count), 0) != 0 { note() }
        }
        return fault == nil
    }

    /// Takes the end of the document.
    package func finish() {
        guard fault == nil, let context else { return }
        guard !isEmpty else {
            fault = "the document is empty"
            return
        }
        if xmlParseChunk(context, nil, 0, 1) != 0 { note() }
    }

    /// Ends the reading.
    package func stop(_ reason: String) {
        guard fault == nil else { return }
        fault = reason
        xmlStopParser(context)
    }

    private func note() {
        guard fault == nil, let error = xmlCtxtGetLastError(context)?.pointee, error.level == XML_ERR_FATAL
        else { return }
        let message = error.message.map { String(cString: $0) } ?? "a mistake"
        fault = "line \(error.line): \(message.trimmed)"
    }

    private func refuseDeclaration() {
        stop("a document type with declarations, which are not read")
    }

    fileprivate static func of(_ context: UnsafeMutableRawPointer?) -> XMLStream? {
        context.map { Unmanaged<XMLStream>.fromOpaque($0).takeUnretainedValue() }
    }

    fileprivate func begin(_ name: XMLName, _ attributes: [(XMLName, String)]) {
        guard fault == nil else { return }
        receiver.begin(name, attributes)
    }

    private func endElement() {
        guard fault == nil else { return }
        receiver.end()
    }

    private func characters(_ bytes: UnsafePointer<xmlChar>?, _ count: Int32) {
        guard fault == nil, let bytes, count > 0 else { return }
        receiver.text(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }
}

/// A text of libxml2's; empty for none.
private func text(_ bytes: UnsafePointer<xmlChar>?) -> String {
    guard let bytes else { return "" }
    return String(cString: bytes)
}

/// libxml2's callback for the beginning of an element.
private func startElement(
    _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<xmlChar>?, _ prefix: UnsafePointer<xmlChar>?,
    _ uri: UnsafePointer<xmlChar>?, _ namespaceCount: Int32,
    _ namespaces: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, _ attributeCount: Int32,
    _ defaultedCount: Int32, _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) {
    guard let stream = XMLStream.of(context) else { return }
    var found: [(XMLName, String)] = []
    if let attributes {
        // Each has five pointers: name, prefix, namespace, and the bounds of its value.
        for index in 0..<Int(attributeCount) {
            let first = attributes + index * 5
            guard let start = first[3], let end = first[4] else { continue }
            let value = String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
            let name = XMLName(prefix: text(first[1]), local: text(first[0]), namespace: text(first[2]))
            found.append((name, value))
        }
    }
    stream.begin(XMLName(prefix: text(prefix), local: text(name), namespace: text(uri)), found)
}

extension String {
    /// Without white space at its end.
    fileprivate var trimmed: String {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
