/// Reads a robots.txt line by line (RFC 9309, section 2.2) and keeps what concerns one crawler.
struct RobotsTxtParser {
    /// Whom the lines that follow concern.
    private struct Audience {
        var isCrawler = false
        var isEveryone = false
        /// What a group has to say has begun: another agent begins another group.
        var isComplete = false

        mutating func add(_ agent: Agent) {
            if isComplete { self = Audience() }
            switch agent {
            case .crawler: isCrawler = true
            case .everyone: isEveryone = true
            case .other: break
            }
        }
    }

    private enum Agent {
        case crawler
        case everyone
        case other
    }

    private let productToken: String
    private var ruleAudience = Audience()
    private var delayAudience = Audience()
    /// A group for the crawler was seen: those for everyone do not count.
    private var isNamed = false

    /// The rules of the crawler's groups.
    private(set) var rules = RobotsRuleList()
    /// The longest delay of the crawler's groups.
    private(set) var crawlDelayMilliseconds: Int?
    /// The values of the `Sitemap` records.
    private(set) var sitemaps: [String] = []

    init(productToken: String) {
        self.productToken = productToken
    }

    /// Reads a whole file.
    mutating func parse(_ text: Span<UInt8>) {
        var lines = RobotsLineReader(text)
        while let line = lines.next(in: text) {
            guard let (field, value) = record(of: line, in: text) else { continue }
            switch field {
            case .userAgent: addAgent(text.extracting(value))
            case .allow, .disallow:
                addRule(text.extracting(value), isAllow: field == .allow, line: line.number)
            case .crawlDelay: addDelay(text.extracting(value))
            case .sitemap: addSitemap(value, of: text)
            }
        }
    }

    /// The field and the value of a line; `nil` where it has none that is understood.
    private func record(of line: RobotsLine, in text: Span<UInt8>) -> (RobotsField, Range<Int>)? {
        let content = text.trimmed(line.range.lowerBound..<line.contentEnd)
        guard !content.isEmpty else { return nil }
        let key: Range<Int>
        let value: Range<Int>
        if let colon = line.colon {
            // A line may begin with its colon, and then has no key.
            key = text.trimmed(min(content.lowerBound, colon)..<colon)
            value = text.trimmed(colon + 1..<max(content.upperBound, colon + 1))
        } else {
            // Some forget the colon. Like robots.cc, take the space for it if there are exactly two words.
            var end = content.lowerBound
            while end < content.upperBound, !text[end].isSpaceOrTab { end += 1 }
            key = content.lowerBound..<end
            value = text.trimmed(end..<content.upperBound)
            for index in value where text[index].isSpaceOrTab { return nil }
            guard !value.isEmpty else { return nil }
        }
        guard let field = RobotsField(text.extracting(key)) else { return nil }
        return (field, value)
    }

    private mutating func addAgent(_ value: Span<UInt8>) {
        let agent = agent(value)
        ruleAudience.add(agent)
        delayAudience.add(agent)
        if agent == .crawler, !isNamed {
            isNamed = true
            rules = RobotsRuleList()
            crawlDelayMilliseconds = nil
        }
    }

    /// Whom a user-agent line names (section 2.2.1).
    private func agent(_ value: Span<UInt8>) -> Agent {
        guard !value.isEmpty else { return .other }
        // A star that more words follow is a star still: so has it robots.cc.
        if value[0] == ASCII.star, value.count == 1 || value[1].isASCIIWhitespace { return .everyone }
        // The token ends where no character of a token is: "FooBot/1.0 (see below)" names FooBot.
        var end = 0
        while end < value.count, value[end].isProductTokenCharacter { end += 1 }
        if end > 0, value.extracting(0..<end).equalsIgnoringCase(productToken) { return .crawler }
        // Names with digits or letters beyond ASCII in them are not to be, but where ours has some, it is meant.
        while end < value.count, !value[end].isASCIIWhitespace, value[end] != ASCII.slash { end += 1 }
        return end > 0 && value.extracting(0..<end).equalsIgnoringCase(productToken) ? .crawler : .other
    }

    private mutating func addRule(_ value: Span<UInt8>, isAllow: Bool, line: Int) {
        ruleAudience.isComplete = true
        delayAudience.isComplete = true
        guard isAddressed(ruleAudience) else { return }
        rules.add(value, isAllow: isAllow, line: line)
    }

    private mutating func addDelay(_ value: Span<UInt8>) {
        // It does not end the group: "Parsing of other records MUST NOT interfere" (section 2.2.4).
        delayAudience.isComplete = true
        guard isAddressed(delayAudience), let delay = value.decimalMilliseconds else { return }
        let limited = min(delay, RobotsTxt.maximumCrawlDelayMilliseconds)
        crawlDelayMilliseconds = max(crawlDelayMilliseconds ?? 0, limited)
    }

    private mutating func addSitemap(_ value: Range<Int>, of text: Span<UInt8>) {
        guard !value.isEmpty, sitemaps.count < RobotsTxt.maximumSitemaps else { return }
        sitemaps.append(String(decoding: text, in: value))
    }

    private func isAddressed(_ audience: Audience) -> Bool {
        isNamed ? audience.isCrawler : audience.isEveryone
    }
}

extension UInt8 {
    fileprivate var isSpaceOrTab: Bool { self == ASCII.space || self == ASCII.tab }
}

extension Span<UInt8> {
    /// The milliseconds of a number of seconds in decimal, such as `2`, `0.5` or `.5`; `nil` for anything else. Too many
    /// digits make a large number, not a wrong one.
    fileprivate var decimalMilliseconds: Int? {
        var milliseconds = 0
        var fractionDigits: Int?
        var hasDigits = false
        for index in 0..<count {
            let byte = self[index]
            if byte == ASCII.dot, fractionDigits == nil {
                fractionDigits = 0
                continue
            }
            guard byte.isASCIIDigit else { return nil }
            hasDigits = true
            if let digits = fractionDigits {
                guard digits < 3 else { continue }
                fractionDigits = digits + 1
            }
            milliseconds = min(milliseconds * 10 + Int(byte - ASCII.zero), 1 << 40)
        }
        guard hasDigits else { return nil }
        for _ in (fractionDigits ?? 0)..<3 { milliseconds *= 10 }
        return milliseconds
    }
}
