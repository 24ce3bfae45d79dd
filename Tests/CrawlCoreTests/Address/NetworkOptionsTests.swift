import CrawlCore
import Testing

/// Addresses that users give for hosts.
@Suite struct NetworkOptionsTests {
    @Test(arguments: [
        ("example.org:443:192.0.2.1", "example.org:443:192.0.2.1"),
        ("EXAMPLE.org:80:192.0.2.1,192.0.2.2", "example.org:80:192.0.2.1,192.0.2.2"),
        ("example.org:443:[2001:db8::1]", "example.org:443:[2001:db8::1]"),
        ("example.org:443:2001:db8::1,192.0.2.1", "example.org:443:[2001:db8::1],192.0.2.1"),
        ("bücher.example:80:127.0.0.1", "xn--bcher-kva.example:80:127.0.0.1"),
        ("*:8080:127.0.0.1", "*:8080:127.0.0.1"),
    ])
    func `they are written as for curl`(text: String, curl: String) {
        #expect(ResolvedHost(text)?.curlText == curl)
    }

    @Test(arguments: [
        "", "example.org", "example.org:443", "example.org:443:", "example.org:0:192.0.2.1",
        "example.org:65536:192.0.2.1", "example.org:x:192.0.2.1", "example.org:+80:192.0.2.1",
        "example.org:443:example.net", "example.org:443:192.0.2.1,", "example.org:443:[2001:db8::1",
        ":443:192.0.2.1", "a/b:443:192.0.2.1", "user@example.org:443:192.0.2.1", "-example.org:443",
        "+example.org:443:192.0.2.1/x", "example.org:443:192.0.2.1/x", "https://example.org:443:192.0.2.1",
    ])
    func `anything else is refused`(text: String) {
        #expect(ResolvedHost(text) == nil)
    }

    @Test(arguments: [
        ("https://example.org/", true), ("https://example.org:443/a", true), ("http://example.org/", false),
        ("http://example.org:443/", true), ("https://www.example.org/", false),
        ("https://example.org:8443/", true), ("https://other.example:8443/", true),
        ("https://127.0.0.1:8443/", false),
    ])
    func `they count for one host and port, and a star for all that have a name`(url: String, counts: Bool)
        throws
    {
        var options = NetworkOptions()
        options.resolve = ["example.org:443:192.0.2.1", "*:8443:192.0.2.1"].compactMap { ResolvedHost($0) }
        let url = try WebURL(parsing: url)

        #expect(options.resolves(url) == counts)
    }
}
