internal import ArgumentParser

/// A field on the command line: `NAME=KIND:EXPRESSION`, or `NAME[]=KIND:EXPRESSION` for all matches.
struct ExtractionArgument: ExpressibleByArgument {
    let name: String
    let kind: String
    let expression: String
    let isMany: Bool

    private static let kinds: [Substring] = ["css", "xpath", "regex", "json", "jsonld", "header"]

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let source = parts[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard source.count == 2, Self.kinds.contains(source[0]) else { return nil }
        isMany = parts[0].hasSuffix("[]")
        name = String(parts[0].dropLast(isMany ? 2 : 0))
        kind = String(source[0])
        expression = String(source[1])
    }
}
