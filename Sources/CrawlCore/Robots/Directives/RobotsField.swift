/// The records of a robots.txt that are understood.
///
/// A key that begins with a field's name is that field: so robots.cc has it, and so are its typing errors.
enum RobotsField {
    case userAgent
    case allow
    case disallow
    case crawlDelay
    case sitemap

    /// Recognises a key, without regard to case; `nil` for one that is not understood.
    init?(_ key: Span<UInt8>) {
        guard !key.isEmpty else { return nil }
        switch key[0].asciiLowercased {
        case UInt8(ascii: "d") where Self.is(key, oneOf: Self.disallowNames):
            self = .disallow
        case UInt8(ascii: "a") where key.startsIgnoringCase("allow"):
            self = .allow
        case UInt8(ascii: "u") where Self.is(key, oneOf: Self.userAgentNames):
            self = .userAgent
        case UInt8(ascii: "c") where Self.is(key, oneOf: Self.crawlDelayNames):
            self = .crawlDelay
        case UInt8(ascii: "s") where Self.is(key, oneOf: Self.sitemapNames):
            self = .sitemap
        default:
            return nil
        }
    }

    private static let disallowNames: [StaticString] = [
        "disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw",
    ]
    private static let userAgentNames: [StaticString] = ["user-agent", "useragent", "user agent"]
    private static let crawlDelayNames: [StaticString] = ["crawl-delay", "crawldelay", "crawl delay"]
    private static let sitemapNames: [StaticString] = ["sitemap", "site-map"]

    private static func `is`(_ key: Span<UInt8>, oneOf names: [StaticString]) -> Bool {
        for name in names where key.startsIgnoringCase(name) { return true }
        return false
    }
}
