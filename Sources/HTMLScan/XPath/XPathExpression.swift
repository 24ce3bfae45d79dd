/// An XPath 1.0 expression, compiled once and evaluated on page after page, on one thread.
///
/// Names of HTML are read without regard to case, and have no prefixes. Names of XML are as the document writes them: one
/// without a prefix finds elements without one, whatever their namespace is, and a prefix is the document's own.
package final class XPathExpression {
    /// The most UTF-8 bytes that the text of a node has; the rest is left out.
    package static let valueLimit = 64 << 10

    /// nil where the expression has prefixes.
    private let html: CompiledXPath?
    private let xml: CompiledXPath

    /// Whether the expression has prefixes, so that it finds nothing in HTML.
    package var isForXMLOnly: Bool { html == nil }

    /// Compiles an expression.
    ///
    /// - Throws: What is wrong with it, and where: its syntax, a function that is not known, an argument of the wrong type.
    package convenience init(_ text: String) throws(XPathError) {
        try self.init(html: text, xml: text)
    }

    /// Compiles an expression that is written in one way for HTML and in another for XML.
    ///
    /// - Throws: What is wrong with it.
    package init(html: String, xml: String) throws(XPathError) {
        let syntax = XPathSyntax(html, .html)
        self.xml = try CompiledXPath(XPathSyntax(xml, .xml))
        self.html = syntax.prefixes.isEmpty ? try CompiledXPath(syntax) : nil
    }

    /// Evaluates the expression on a tree. See ``CompiledXPath/evaluate(_:nodeCount:operations:limit:namespaces:)``.
    func compiled(for language: XPathLanguage) -> CompiledXPath? {
        switch language {
        case .html: html
        case .xml: xml
        }
    }
}
