import CrawlCore
import Curl
import Testing

/// Which host curl reads out of a URL.
@Suite struct HostAgreementTests {
    @Test(arguments: [
        ("http://example.com/", "example.com"), ("https://me:pw@example.com:8443/a?b#c", "example.com"),
        ("http://127.0.0.1:80/", "127.0.0.1"), ("http://[::1]:8080/", "[::1]"),
        ("http://xn--bcher-kva.example/", "xn--bcher-kva.example"), ("http://a/..%2f@b/", "a"),
    ]) func `the host of a normalised URL is the one that is written in it`(url: String, host: String) {
        #expect(curlHost(of: url) == host)
    }

    @Test func `hosts are admitted by their URLs, however many there are`() throws {
        var hosts = AgreedHosts()

        let admitted = try (0..<20_000).map { number in
            try hosts.admit(WebURL(parsing: "http://host\(number % 11_000).example/\(number)"))
        }

        #expect(admitted.allSatisfy { $0 })
        #expect(try WebURL(parsing: "https://[::1]:8443/a").isHostAgreed)
    }

    @Test(arguments: ["", "http://", "http://a b/", "http://a:99999/", "http://[::1/", "nonsense://"])
    func `what curl cannot parse has none`(url: String) {
        #expect(curlHost(of: url) == nil)
    }
}
