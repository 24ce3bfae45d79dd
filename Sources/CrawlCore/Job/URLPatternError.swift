/// Why a text is no ``URLPattern``.
package struct URLPatternError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The byte at which the mistake was found, from 0.
    package let position: Int
    /// What is wrong and what to write instead.
    package let message: String

    /// The message with the place, which people count from 1.
    package var description: String { "\(message) (at byte \(position + 1))" }
}
