import CrawlCore
import Testing

/// What is stored of an attempt whose server sends the secrets back.
@Suite struct OutcomeRedactionTests {
    private static let secret = "s3cr3t-key"

    private static func redaction() -> Redaction {
        var redaction = Redaction()
        redaction.add(secret, as: .environment("KEY"))
        return redaction
    }

    /// An outcome that has the secret wherever text of a server, or of a failure, can be.
    private static func outcome() -> PageOutcome {
        let page = ClaimedPage(
            id: PageID(rawValue: 1), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1),
            url: "http://a/", attempts: 0, name: nil)
        var outcome = PageOutcome(page: page, startedAt: 0)
        outcome.error = "no answer to \(secret)"
        var chain = RedirectChain(startedAt: 0)
        chain.append(url: "http://a/?k=\(secret)", statusCode: 302, microseconds: 1, sizeDownload: 0)
        outcome.chain = chain
        outcome.response.finalURL = "http://a/b?k=\(secret)"
        outcome.response.title = "You sent \(secret)"
        outcome.response.contentType = "text/html; k=\(secret)"
        outcome.response.etag = "\"\(secret)\""
        outcome.response.lastModified = secret
        outcome.response.content = PageContent(
            canonicalURL: "http://a/?k=\(secret)", language: secret, description: secret, linkCount: 3,
            extracted: #"{"k":"\#(secret)"}"#, reply: #"["\#(secret)"]"#)
        outcome.discovery = PageDiscovery(
            urls: [
                DiscoveredURL(url: "http://a/c?k=\(secret)", hostKeyLength: 8, depth: 1),
                DiscoveredURL(url: "http://a/d", hostKeyLength: 8, depth: 1),
            ], skipped: [.scope: 1], sitemap: SitemapCounts(entries: 2, leftOut: 0))
        return outcome
    }

    @Test func `secrets are taken out of all that is stored`() throws {
        var outcome = Self.outcome()

        outcome.redact(Self.redaction())

        #expect(outcome.error == "no answer to ${env:KEY}")
        #expect(outcome.chain?.hops.map(\.url) == ["http://a/?k=${env:KEY}"])
        let response = outcome.response
        #expect(response.finalURL == "http://a/b?k=${env:KEY}")
        #expect(response.title == "You sent ${env:KEY}")
        #expect(response.contentType == "text/html; k=${env:KEY}")
        #expect(response.etag == "\"${env:KEY}\"")
        #expect(response.lastModified == "${env:KEY}")
        let content = try #require(response.content)
        #expect(content.canonicalURL == "http://a/?k=${env:KEY}")
        #expect(content.language == "${env:KEY}")
        #expect(content.description == "${env:KEY}")
        #expect(content.linkCount == 3)
        #expect(content.extracted == #"{"k":"${env:KEY}"}"#)
        #expect(content.reply == #"["${env:KEY}"]"#)
    }

    @Test func `a link that holds a secret is not followed, and counts as out of scope`() throws {
        var outcome = Self.outcome()

        outcome.redact(Self.redaction())

        let discovery = try #require(outcome.discovery)
        #expect(discovery.urls.map(\.url) == ["http://a/d"])
        #expect(discovery.skipped == [.scope: 2])
        #expect(discovery.sitemap == SitemapCounts(entries: 2, leftOut: 0))
    }

    @Test func `nothing is changed where there are no secrets`() {
        var outcome = Self.outcome()

        outcome.redact(Redaction())

        #expect(outcome.response.title == "You sent s3cr3t-key")
        #expect(outcome.discovery?.urls.count == 2)
    }

    @Test func `the password of a URL is called redacted`() {
        var redaction = Redaction()
        redaction.add(Credentials(user: "jo", password: "pass word!"))

        #expect(redaction.redacted("jo, pass%20word!") == "jo, redacted")
    }

    @Test func `the secrets of another are added`() {
        var redaction = Redaction()
        redaction.add("another-key", as: .file("/key"))
        redaction.add(Self.redaction())

        #expect(redaction.redacted("another-key s3cr3t-key") == "${file:/key} ${env:KEY}")
    }
}
