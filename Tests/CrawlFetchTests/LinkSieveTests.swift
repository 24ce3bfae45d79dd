import CrawlCore
import HTMLScan
import Sitemap
import Testing

@testable import CrawlFetch

/// What is to be requested of the links of a page, and of the entries of a sitemap.
@Suite struct LinkSieveTests {
    private static let page = "http://example.org/docs/"

    /// A sieve for a job with one seed, which changes as the test says.
    private func sieve(
        seed: String = Self.page, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> LinkSieve {
        var spec = JobSpec(name: "job")
        spec.follow = JobSpec.Follow()
        change(&spec)
        let rules = FollowRules(spec)
        let sieve = try #require(try LinkSieve(spec, rules: rules, runFrom: 0))
        sieve.insert(seed: try WebURL(parsing: seed))
        return sieve
    }

    private func sift(
        _ hrefs: [String], with sieve: LinkSieve, rel: String = "", origin: PageLink.Origin = .anchor,
        depth: Int = 0, isNofollow: Bool = false
    ) throws -> PageDiscovery? {
        let url = try WebURL(parsing: Self.page)
        return sieve.sift(
            hrefs.map { PageLink(href: $0, rel: rel, origin: origin) }, page: url, base: url, depth: depth,
            isNofollow: isNofollow)
    }

    private func urls(_ discovery: PageDiscovery?) -> [String] { discovery?.urls.map(\.url) ?? [] }

    @Test func `a job that follows nothing has no sieve`() throws {
        #expect(try LinkSieve(JobSpec(name: "job"), rules: nil, runFrom: 0) == nil)
    }

    @Test func `links are resolved, stripped of fragments, and each counted once`() throws {
        let found = try sift(
            ["a", "./a#top", "http://EXAMPLE.org/docs/a", "/b?x=1", "#here", ""], with: try sieve())

        #expect(
            urls(found) == [
                "http://example.org/docs/a", "http://example.org/b?x=1", "http://example.org/docs/",
            ])
        #expect(found?.urls.map(\.depth) == [1, 1, 1])
        #expect(found?.urls.map { String($0.hostKey) } == Array(repeating: "http://example.org", count: 3))
        #expect(found?.skipped == [:])
    }

    @Test func `a page without links leads to nothing`() throws {
        #expect(try sift([], with: try sieve()) == nil)
    }

    @Test func `what is not followed is counted by its reason`() throws {
        let sieve = try sieve {
            $0.follow?.depth = 3
            $0.follow?.exclude = ["[.]zip$"]
            $0.limits.urlLength = 60
        }
        let found = try sift(
            [
                "http://other.example/", "mailto:jo@example.org", "http://[/", "file.zip", "a/a/a/a/a/",
                String(repeating: "x", count: 60), "fine",
            ], with: sieve, depth: 1)

        #expect(urls(found) == ["http://example.org/docs/fine"])
        #expect(found?.skipped == [.scope: 3, .invalidURL: 1, .trap: 1, .limit: 1])
        #expect(try sift(["fine"], with: sieve, depth: 3)?.skipped == [.depth: 1])
    }

    @Test func `a host on which curl disagrees is not requested`() throws {
        let found = try sift(["http://a$b/", "http://a$b/c"], with: try sieve { $0.follow?.scope = .any })

        #expect(urls(found).isEmpty)
        #expect(found?.skipped == [.invalidURL: 2])
    }

    @Test func `nofollow is obeyed, of the link and of the page`() throws {
        let obeying = try sieve()
        let ignoring = try sieve { $0.follow?.nofollow = .ignore }

        #expect(try sift(["a"], with: obeying, rel: "external nofollow")?.skipped == [.robots: 1])
        #expect(try sift(["a"], with: obeying, isNofollow: true)?.skipped == [.robots: 1])
        #expect(urls(try sift(["a"], with: ignoring, rel: "nofollow", isNofollow: true)).count == 1)
    }

    @Test func `links of kinds that are not followed count as out of scope, once each`() throws {
        let sieve = try sieve { $0.follow?.links = [.a] }
        let url = try WebURL(parsing: Self.page)
        let found = sieve.sift(
            [
                PageLink(href: "a", rel: "", origin: .anchor), PageLink(href: "a", rel: "", origin: .iframe),
                PageLink(href: "b", rel: "", origin: .iframe),
                PageLink(href: "b", rel: "next", origin: .link),
                // The page itself.
                PageLink(href: "", rel: "canonical", origin: .link),
            ], page: url, base: url, depth: 0, isNofollow: false)

        #expect(urls(found) == ["http://example.org/docs/a"])
        #expect(found?.skipped == [.scope: 1])
    }

    @Test func `what is skipped is kept where the job asks for it, behind the others`() throws {
        let sieve = try sieve { $0.keepsSkipped = true }
        let found = try sift(["http://other.example/", "mailto:jo@example.org", "a"], with: sieve)

        #expect(urls(found) == ["http://example.org/docs/a", "http://other.example/"])
        #expect(found?.urls.map(\.skipReason) == [nil, .scope])
        #expect(found?.skipped == [.scope: 2])
    }

    @Test func `a redirect is left for the reasons that a link is left for`() throws {
        let sieve = try sieve {
            $0.follow?.depth = 2
            $0.follow?.exclude = ["private"]
        }
        func reason(_ target: String, depth: Int = 1) throws -> SkipReason? {
            let page = ClaimedPage(
                id: PageID(rawValue: 1), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1),
                url: Self.page, attempts: 0, name: nil, depth: depth)
            return sieve.reasonToSkip(redirectTo: try WebURL(parsing: target), of: page)
        }

        #expect(try reason("http://example.org/a") == nil)
        #expect(try reason("http://other.example/a") == .scope)
        #expect(try reason("http://example.org/private") == .scope)
        #expect(try reason("http://example.org/a", depth: 3) == .depth)
    }

    // MARK: - Sitemaps

    private func sift(
        entries: [SitemapEntry], with sieve: LinkSieve, depth: Int = 0, leftOut: Int = 0
    ) throws -> PageDiscovery {
        let url = "http://example.org/maps/sitemap.xml"
        let sitemap = ClaimedPage(
            id: PageID(rawValue: 1), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1), url: url,
            attempts: 0, name: nil, kind: .sitemap, depth: depth)
        return sieve.sift(entries, at: try WebURL(parsing: url), of: sitemap, leftOut: leftOut)
    }

    @Test func `the entries of a sitemap are pages that no link leads to`() throws {
        var entry = SitemapEntry(.page, location: "http://example.org/a#b", lastModified: 5, priority: 0.8)
        let other = SitemapEntry(.page, location: "b", bases: ["/feed/", "posts/"])
        let found = try sift(entries: [entry, other], with: try sieve(), leftOut: 3)
        entry.location = "http://other.example/"

        #expect(urls(found) == ["http://example.org/a", "http://example.org/feed/posts/b"])
        #expect(found.urls.map(\.depth) == [0, 0])
        #expect(found.urls.first?.lastModified == 5)
        #expect(found.urls.first?.priority == 0.8)
        #expect(found.sitemap == SitemapCounts(entries: 2, leftOut: 3))
        #expect(try sift(entries: [entry], with: try sieve()).skipped == [.scope: 1])
    }

    @Test func `a job of sitemaps alone takes all that they list`() throws {
        var spec = JobSpec(name: "job")
        spec.sitemaps = ["http://example.org/maps/sitemap.xml"]
        let sieve = try #require(try LinkSieve(spec, rules: FollowRules(spec), runFrom: 0))
        let found = try sift(
            entries: [
                SitemapEntry(.page, location: "http://other.example/"),
                SitemapEntry(.page, location: "ftp://example.org/"),
            ], with: sieve)

        #expect(urls(found) == ["http://other.example/"])
        #expect(found.skipped == [.invalidURL: 1])
        #expect(try sift(["a"], with: sieve) == nil)
    }

    @Test func `sitemaps may be nested only so deep`() throws {
        let entry = SitemapEntry(.sitemap, location: "http://example.org/maps/2.xml")
        let found = try sift(entries: [entry], with: try sieve(), depth: 0)
        let deepest = SitemapReader.maximumNesting

        #expect(found.urls.map(\.kind) == [.sitemap])
        #expect(found.urls.map(\.depth) == [1])
        #expect(try sift(entries: [entry], with: try sieve(), depth: deepest - 1).skipped == [:])
        #expect(try sift(entries: [entry], with: try sieve(), depth: deepest).skipped == [.depth: 1])
    }

    @Test func `a feed may have many more pages than sitemaps may be nested`() throws {
        let entry = SitemapEntry(.nextPage, location: "/feed.json?page=2")
        let found = try sift(entries: [entry], with: try sieve(), depth: 500)
        let last = SitemapReader.maximumPages

        #expect(found.urls.map(\.kind) == [.sitemap])
        #expect(found.urls.map(\.depth) == [501])
        #expect(try sift(entries: [entry], with: try sieve(), depth: last).skipped == [.depth: 1])
    }

    @Test(arguments: [
        (JobSpec.DateLimit.age(.seconds(7)), ["a", "new", "undated"]),
        (.instant(1_000_003_000), ["a", "new", "undated"]), (.instant(1_000_003_001), ["new", "undated"]),
    ]) func `entries that were last changed before a date are skipped, with a row`(
        limit: JobSpec.DateLimit, expected: [String]
    ) throws {
        var spec = JobSpec(name: "job")
        spec.sitemaps = ["http://example.org/maps/sitemap.xml"]
        spec.newerThan = limit
        let sieve = try #require(try LinkSieve(spec, rules: nil, runFrom: 1_000_010_000))
        let dates: [(String, Int64?)] = [
            ("old", 1_000_002_999), ("a", 1_000_003_000), ("new", 1_000_009_000), ("undated", nil),
        ]
        let entries = dates.map { SitemapEntry(.page, location: "/\($0.0)", lastModified: $0.1) }
        let index = SitemapEntry(.sitemap, location: "/old.xml", lastModified: 1)

        let found = try sift(entries: entries + [index], with: sieve)

        let taken = found.urls.filter { $0.skipReason == nil && $0.kind == .page }
        #expect(taken.map { $0.url.dropFirst("http://example.org/".count) } == expected.map { $0[...] })
        #expect(found.urls.filter { $0.kind == .sitemap }.map(\.skipReason) == [nil])
        let skipped = found.urls.filter { $0.skipReason == .notNewer }
        #expect(skipped.count == 4 - expected.count)
        #expect(skipped.first?.lastModified == 1_000_002_999)
        #expect(found.skipped == [.notNewer: 4 - expected.count])
    }

    @Test(arguments: [
        ("http://other.org/x#y", JobSpec.Check(), "http://other.org/x"), ("http://10.0.0.1/", .init(), nil),
        ("http://other.org/no", .init(), nil), ("http://other.org/x", nil, nil),
    ])
    func `where a page redirects to is checked, unless it is not to be asked for`(
        target: String, check: JobSpec.Check?, url: String?
    ) throws {
        let sieve = try sieve {
            $0.check = check
            $0.keepsLinks = true
            $0.follow?.exclude = ["/no$"]
        }
        let page = ClaimedPage(
            id: PageID(rawValue: 1), host: HostID(rawValue: 1), batch: BatchID(rawValue: 1), url: Self.page,
            attempts: 0, name: nil, depth: 2)

        let found = sieve.check(redirectTo: try WebURL(parsing: target), of: page)?.urls ?? []

        #expect(found.map(\.url) == (url.map { [$0] } ?? []))
        #expect(found.allSatisfy { $0.kind == .check && $0.depth == 2 && !$0.readsPlaces })
    }
}
