/// Why a list of URLs cannot be read.
package struct URLListError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path of the list, or what else it is called.
    package let label: String
    /// What the system says.
    package let reason: String
    /// The key of the job file that names it.
    package var key = "urls_from"

    /// Both on one line.
    package var description: String { "\(label): cannot be read: \(reason)" }

    /// There is no standard input that the list could be read from.
    package static let noStandardInput = URLListError(
        label: "standard input", reason: "a daemon has none; name a file in urls_from")
}
