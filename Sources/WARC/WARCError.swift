/// Why a WARC file could not be written.
public struct WARCError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    public let path: String
    /// What is wrong with it, in the system's words.
    public let reason: String

    /// What is wrong with a file or folder.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// A sentence for people, in lower case and without a period.
    public var description: String { "\(path) cannot be written: \(reason)" }
}
