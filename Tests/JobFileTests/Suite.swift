import JobFile
import Testing

/// The job of a text, as if it lay in /jobs/docs.yaml.
func job(_ yaml: String) throws(JobFileError) -> JobDocument {
    try JobDocument(yaml: yaml, source: .file("/jobs/docs.yaml"))
}

/// The message for a text that must be refused; the text itself, quoted, where it is not.
func mistake(_ yaml: String) -> String {
    do {
        return "accepted: \(try job(yaml).json)"
    } catch {
        return error.description
    }
}

/// The message for a key that stands in line 2, below a list of URLs; what comes before the message is cut.
func mistake(inKey key: String) -> String {
    let message = mistake("urls: [\"http://a/\"]\n\(key)\n")
    guard let prefix = message.prefixMatch(of: #/\/jobs\/docs\.yaml:2:[0-9]+: /#) else { return message }
    return String(message[prefix.range.upperBound...])
}
