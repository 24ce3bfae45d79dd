/// The first mistake of a job file: where it stands, and what to do about it.
public struct JobFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the document is called, as ``JobSource/label`` says.
    public let source: String
    /// The line, from 1; nil where the file as a whole is at fault.
    public let line: Int?
    /// The column, from 1, in Unicode scalars; nil where the file as a whole is at fault.
    public let column: Int?
    /// The key with those around it, such as `timeouts.read` or `urls[3]`; nil where no key is at fault.
    public let keyPath: String?
    /// What is wrong and what to write instead.
    public let message: String

    /// One line for people: `jobs/docs.yaml:7: timeouts.read: …`. The column is given where no key path says
    /// more.
    public var description: String {
        var text = source
        if let line { text += ":\(line)" }
        if let column, keyPath == nil { text += ":\(column)" }
        if let keyPath { text += ": \(keyPath)" }
        return "\(text): \(message)"
    }
}
