import CrawlCore

extension RobotsTxt {
    /// Parses a text for a crawler called trawl.
    init(_ text: String, for productToken: String = "trawl") {
        self.init(parsing: Array(text.utf8).span, productToken: productToken)
    }

    /// The rules for everyone that these lines are.
    init(rules: String...) {
        self.init("User-agent: *\n" + rules.joined(separator: "\n"))
    }

    func verdict(_ path: String) -> RobotsVerdict {
        verdict(for: Array(path.utf8).span)
    }

    func allows(_ path: String) -> Bool {
        verdict(path).isAllowed
    }
}
