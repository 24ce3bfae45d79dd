/// A rule on which keys of a mapping go together, as JSON Schema has it. The code that reads the mapping keeps the same rule.
enum KeyRule: Sendable {
    /// All of these have to be there.
    case required([String])
    /// At least one of these has to be there.
    case anyOf([String])
    /// One of these has to be there, and no two.
    case oneOf([String])
    /// There is one key, whichever. Unlike the others it says nothing of a value that is no mapping.
    case single
    /// No two of these may be there.
    case atMostOneOf([String])
    /// Each of these is there only where another key is.
    case needs([String], String)

    /// The keyword of JSON Schema (2020-12) and its value.
    var keyword: (name: String, value: DocumentNode) {
        switch self {
        case .required(let keys): ("required", .texts(keys))
        case .anyOf(let keys): ("anyOf", DocumentNode(.list(keys.map { ["required": [.text($0)]] })))
        case .oneOf(let keys): ("oneOf", DocumentNode(.list(keys.map { ["required": [.text($0)]] })))
        case .single: ("allOf", DocumentNode(.list([["minProperties": 1], ["maxProperties": 1]])))
        case .atMostOneOf(let keys):
            (
                "allOf",
                DocumentNode(
                    .list(
                        keys.indices.flatMap { first in
                            keys[(first + 1)...].map { second in
                                ["not": ["required": .texts([keys[first], second])]]
                            }
                        }))
            )
        case .needs(let keys, let other):
            ("dependentRequired", .mapping(keys.map { ($0, [.text(other)]) }))
        }
    }
}
