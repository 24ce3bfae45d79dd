/// Why a WARC file could not be written.
package struct WARCError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or folder.
    package let path: String
    /// What is wrong with it, in the system's words.
    package let reason: String

    /// An error about a file or folder.
    package init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// A sentence for people, in lower case and without a period.
    package var description: String { "\(path) cannot be written: \(reason)" }
}
