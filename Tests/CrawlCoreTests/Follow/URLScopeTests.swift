import CrawlCore
import Testing

@Suite struct URLScopeTests {
    private func scope(_ extent: URLScope.Extent, _ seeds: String...) throws -> URLScope {
        var scope = URLScope(extent)
        for seed in seeds { scope.insert(seed: try WebURL(parsing: seed)) }
        return scope
    }

    @Test(arguments: [
        ("http://example.org/", true), ("http://example.org/a/b?c", true), ("https://example.org/x", true),
        ("https://EXAMPLE.org:443/", true), ("http://example.org:8080/", false),
        ("http://www.example.org/", false),
        ("http://example.com/", false), ("ftp://example.org/", false), ("mailto:a@example.org", false),
    ])
    func `the scope host is a name and port, over http and https`(url: String, isWithin: Bool) throws {
        let scope = try scope(.host, "http://example.org/docs/")

        #expect(scope.contains(try WebURL(parsing: url)) == isWithin)
    }

    @Test(arguments: [
        ("http://example.co.uk/", true), ("https://a.b.example.co.uk:81/", true),
        ("http://other.co.uk/", false),
        ("http://co.uk/", false), ("http://10.0.0.1/", true), ("http://10.0.0.1:8080/", true),
        ("http://10.0.0.2/", false), ("http://localhost:1/", true), ("http://a.localhost/", false),
        ("http://[::1]/", true), ("http://[::2]/", false), ("http://mine.github.io/x", true),
        ("http://other.github.io/", false), ("http://example.co.uk./", true),
        ("http://bücher.example.de/", false),
        ("http://shop.xn--bcher-kva.de/", true),
    ])
    func `the scope site is the registrable domain, an address, or a name without one`(
        url: String, isWithin: Bool
    ) throws {
        let scope = try scope(
            .site, "http://www.example.co.uk/", "http://10.0.0.1/", "http://localhost/", "http://[::1]/",
            "http://mine.github.io/", "http://www.bücher.de/")

        #expect(scope.contains(try WebURL(parsing: url)) == isWithin)
    }

    @Test(arguments: [
        ("http://example.org/docs/3/", true), ("https://example.org/docs/3/a/b.html?q=/#f", true),
        ("http://example.org/docs/", false), ("http://example.org/docs/30/", false),
        ("http://example.org/docs/3", false), ("http://example.org/?x=/docs/3/", false),
        ("http://example.org:81/docs/3/", false), ("http://other.org/anything", true),
        ("http://other.org:8080/", false), ("http://example.org/docs/3/../2/", false),
    ])
    func `the scope prefix is a seed's URL up to its last slash`(url: String, isWithin: Bool) throws {
        let scope = try scope(.prefix, "http://example.org/docs/3/index.html?a=/b/", "http://other.org/")

        #expect(scope.contains(try WebURL(parsing: url)) == isWithin)
    }

    @Test func `the scope any is every URL of http and https`() throws {
        let scope = try scope(.any)

        #expect(scope.contains(try WebURL(parsing: "https://anywhere.example:1/")))
        #expect(!scope.contains(try WebURL(parsing: "ftp://anywhere.example/")))
    }

    @Test(arguments: URLScope.Extent.allCases.filter { $0 != .any })
    func `a scope without seeds holds nothing`(extent: URLScope.Extent) throws {
        #expect(!URLScope(extent).contains(try WebURL(parsing: "http://example.org/")))
    }

    @Test func `folders deeper than can be told apart are still found`() throws {
        let folder = "http://example.org/" + String(repeating: "a/", count: 80)
        let scope = try scope(.prefix, folder + "index.html")

        #expect(scope.contains(try WebURL(parsing: folder + "b/c")))
        #expect(!scope.contains(try WebURL(parsing: String(folder.dropLast(2)) + "b/c")))
    }
}
