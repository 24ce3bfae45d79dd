internal import ArgumentParser
internal import CrawlCore
internal import TrawlStore

/// Which links make a check fail: `--fail-on broken`, `--fail-on gone,dns,no_fragment`.
struct FailureRule: ExpressibleByArgument {
    private let words: Set<String>

    /// Only what is broken.
    static let broken = FailureRule(words: [LinkVerdict.broken.rawValue])

    private init(words: Set<String>) {
        self.words = words
    }

    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard words == ["none"] || !words.isEmpty && words.allSatisfy(Self.known.contains) else { return nil }
        self.init(words: words == ["none"] ? [] : Set(words))
    }

    /// Whether a link is one of them.
    func covers(_ link: LinkRow) -> Bool {
        [link.verdict, link.reason].contains { $0.map(words.contains) == true }
    }

    /// The verdicts and reasons that it may name.
    static let known: [String] =
        [LinkVerdict.broken, .unsure].map(\.rawValue)
        + LinkReason.allCases.filter { !$0.isOfUnchecked }.map(\.rawValue)

    static var allValueStrings: [String] { known + ["none"] }

    var defaultValueDescription: String { words.sorted().joined(separator: ",") }
}

extension LinkReason {
    /// Whether links with it are not checked at all.
    fileprivate var isOfUnchecked: Bool {
        switch self {
        case .scheme, .hint, .form, .ping, .excluded, .private, .reservedName, .limit, .fragmentType: true
        default: false
        }
    }
}
