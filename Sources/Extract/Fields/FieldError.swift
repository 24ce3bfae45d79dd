/// Why a field cannot be used.
package struct FieldError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The name of the field.
    package let field: String
    /// The key that is wrong: that of the field's source, such as `xpath`.
    package let key: String
    /// What is wrong, for people: lower case, no trailing period.
    package let description: String
}
