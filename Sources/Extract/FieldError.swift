/// Why a field cannot be used.
public struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the field.
    public let field: String
    /// The key that is wrong: `xpath`, `regex` or `json`.
    public let key: String
    /// What is wrong, for people: lower case, no trailing period.
    public let description: String
}
