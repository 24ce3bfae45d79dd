/// The value of an XPath expression.
package enum XPathValue: Equatable, Sendable {
    /// Nodes: the text of each, in the order of the document.
    ///
    /// Of an element it is all the text within, white space collapsed and stripped; of a text it is that, too; of an attribute it
    /// is its value.
    case nodes([String])
    /// A text, as functions such as `string()` give it.
    case string(String)
    /// A number, as functions such as `count()` give it. It may be infinite or NaN.
    case number(Double)
    /// Whether a condition holds.
    case boolean(Bool)
}
