/// Why a text is no ``URLPattern``.
public struct URLPatternError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The byte at which the mistake was found, from 0.
    public let position: Int
    /// What is wrong and what to write instead.
    public let message: String

    /// The message with the place, which people count from 1.
    public var description: String { "\(message) (at byte \(position + 1))" }
}
