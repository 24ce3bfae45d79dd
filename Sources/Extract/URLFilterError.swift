/// A regular expression that is none, or a list of them that is too large together.
public struct URLFilterError: Error, Equatable, CustomStringConvertible {
    /// The expression as it was written.
    public let pattern: String
    /// What RE2 says is wrong with it.
    public let description: String
}
