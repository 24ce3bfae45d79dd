/// The first mistake of a job file: where it stands, and what to do about it.
package struct JobFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the document is called, as ``JobSource/label`` says.
    package let source: String
    /// The line, from 1; nil where the file as a whole is at fault.
    package let line: Int?
    /// The column, from 1, in Unicode scalars; nil where the file as a whole is at fault.
    package let column: Int?
    /// The key with those around it, such as `timeouts.read` or `urls[3]`; nil where no key is at fault.
    package let keyPath: String?
    /// What is wrong and what to write instead.
    package let message: String

    /// One line for people, which editors find the place by: `jobs/docs.yaml:7:9: timeouts.read: …`.
    package var description: String {
        var text = source
        if let line { text += ":\(line)" }
        if let column { text += ":\(column)" }
        if let keyPath { text += ": \(keyPath)" }
        return "\(text): \(message)"
    }
}
