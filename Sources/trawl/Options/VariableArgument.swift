internal import ArgumentParser
internal import CrawlCore

/// A variable on the command line: `user_id=123`.
struct VariableArgument: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, TextReference.isName(String(parts[0])) else { return nil }
        name = String(parts[0])
        value = String(parts[1])
    }

    /// The values by name. If a name is given twice, the last value counts.
    static func values(_ arguments: [VariableArgument]) -> [String: String] {
        Dictionary(arguments.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last })
    }
}
