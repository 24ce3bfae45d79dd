/// What a host's robots.txt says to one crawler: RFC 9309, "Robots Exclusion Protocol", and the two records that are not
/// in it but in wide use, `Crawl-delay` and `Sitemap`.
///
/// Where the RFC is silent, lines are read as google/robotstxt (robots.cc) reads them: missing colons, common typing
/// errors, a byte order mark, lines that are too long.
///
/// Parsing keeps only the rules that concern the crawler, so the value is made anew from the file's text when it is
/// needed: some 10 µs for a file of the usual 2 kB, 15 ms for the worst of 500 KiB. An answer takes 0.05 to 0.7 µs
/// for usual files and paths, with one allocation if there are rules with wildcards and another if the path has to be
/// normalised. Even a hostile file takes at most a tenth of a millisecond for a path of 2,000 bytes: see
/// ``RobotsVerdict/undecided``.
package struct RobotsTxt: Sendable {
    /// How much of a file is read, in bytes: 500 KiB, the least that RFC 9309 allows for (section 2.5).
    ///
    /// Of a text of this length or more, the last line counts only if its end is within the limit: half a path would
    /// forbid more than was meant.
    package static let maximumLength = 512_000

    /// How many `Sitemap` records are kept; the first ones are.
    package static let maximumSitemaps = 1_000

    /// The longest `Crawl-delay` that is taken at its word, in milliseconds; longer ones are shortened to it.
    package static let maximumCrawlDelayMilliseconds = 60_000

    /// The delay that the file asks of the crawler between requests, in milliseconds, from 0 to
    /// ``maximumCrawlDelayMilliseconds``; `nil` where it asks for none.
    ///
    /// It is the longest of those in the crawler's groups: of those that name it, or else of those for `*`. As nothing
    /// may come between the agents of a group and its rules (RFC 9309, section 2.2.4), a file that is a list of agents
    /// with nothing but a delay each is one group; for the delay alone it is read as it was meant, one group an agent.
    package let crawlDelayMilliseconds: Int?

    /// The values of the `Sitemap` records, whatever group they stand in, in order and as they are written: absolute
    /// URLs, if the file keeps to <https://www.sitemaps.org/protocol.html>, else relative to the file's own.
    package let sitemaps: [String]

    private let rules: RobotsRuleSet

    /// A file that forbids nothing, asks for no delay and has no sitemaps: what a host without a robots.txt stands for
    /// (RFC 9309, section 2.3.1.3).
    package init() {
        rules = RobotsRuleSet()
        crawlDelayMilliseconds = nil
        sitemaps = []
    }

    /// Takes from a robots.txt what it says to one crawler. Every text is a valid robots.txt, though perhaps one
    /// without rules.
    ///
    /// - Parameters:
    ///   - text: the body of the file, UTF-8. What is beyond ``maximumLength`` is not looked at.
    ///   - productToken: the crawler's name (RFC 9309, section 2.2.1), such as `trawl`; see
    ///     ``productToken(ofUserAgent:)``. Groups that name it, without regard to case, are merged; if there are none,
    ///     those for `*` are. Where it is empty only the latter count.
    package init(parsing text: Span<UInt8>, productToken: String) {
        var parser = RobotsTxtParser(productToken: productToken)
        parser.parse(text)
        rules = RobotsRuleSet(parser.rules)
        crawlDelayMilliseconds = parser.crawlDelayMilliseconds
        sitemaps = parser.sitemaps
    }

    /// How many rules concern the crawler, duplicates left out.
    package var ruleCount: Int { rules.count }

    /// Whether a URL of this host may be requested. The fragment is not looked at, nor what comes before the path.
    package func verdict(for url: WebURL) -> RobotsVerdict {
        let path = Int(url.offsets.pathStart)..<Int(url.offsets.fragmentStart)
        return verdict(for: url.href.utf8.span.extracting(path))
    }

    /// Whether a path of this host may be requested.
    ///
    /// - Parameter pathAndQuery: the path, which begins with a slash, and the query with its question mark, as in
    ///   ``WebURL/pathAndQuery``; escaped or not.
    package func verdict(for pathAndQuery: Span<UInt8>) -> RobotsVerdict {
        // "The /robots.txt URI is implicitly allowed." (RFC 9309, section 2.2.2)
        if rules.isEmpty || pathAndQuery.equals("/robots.txt") { return .allowed(line: nil) }
        if pathAndQuery.isNormalizedForRobots { return rules.verdict(for: pathAndQuery) }
        var path: [UInt8] = []
        path.reserveCapacity(pathAndQuery.count + 32)
        _ = path.appendNormalizedForRobots(pathAndQuery, keepingStars: false)
        return rules.verdict(for: path.span)
    }

    /// The line of a robots.txt that a verdict names, without its line end; `nil` where the text has no such line.
    ///
    /// - Parameter number: from 1. CR, LF and CR LF each end a line.
    package static func line(_ number: Int, of text: Span<UInt8>) -> String? {
        var lines = RobotsLineReader(text)
        while let line = lines.next(in: text) {
            if line.number == number { return String(decoding: text, in: line.range) }
        }
        return nil
    }
}
