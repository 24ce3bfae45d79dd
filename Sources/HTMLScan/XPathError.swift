/// Why an XPath expression cannot be used.
public struct XPathError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, for people: lower case, no trailing period.
    public let description: String

    init(_ description: String) { self.description = description }
}
