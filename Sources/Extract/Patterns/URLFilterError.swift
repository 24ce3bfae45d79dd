/// A regular expression that is none, or a list of them that is too large together.
package struct URLFilterError: Error, Equatable, CustomStringConvertible {
    /// The expression as it was written.
    package let pattern: String
    /// What RE2 says is wrong with it.
    package let description: String
}
