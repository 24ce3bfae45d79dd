/// Why an XPath expression cannot be used.
package struct XPathError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, for people: lower case, no trailing period.
    package let description: String

    init(_ description: String) { self.description = description }
}
