import CrawlCore
import Testing

/// Where a redirect leads, and where it does not.
@Suite struct RedirectChainTests {
    private func chain(_ urls: String...) -> RedirectChain {
        var chain = RedirectChain(startedAt: 0)
        for url in urls { chain.append(url: url, statusCode: 302, microseconds: 0, sizeDownload: 0) }
        return chain
    }

    private func limits(redirects: Int = 10, urlLength: Int = 2_083) -> JobSpec.Limits {
        var limits = JobSpec.Limits()
        limits.redirects = redirects
        limits.urlLength = urlLength
        return limits
    }

    /// Where a chain leads, as text; nil where it is refused.
    private func target(_ chain: RedirectChain, _ location: String, _ limits: JobSpec.Limits = .init())
        -> String?
    {
        guard case .follow(let url) = chain.decide(location: location, limits: limits) else { return nil }
        return url.href
    }

    /// Why a chain is refused; nil where it is followed.
    private func refusal(
        _ chain: RedirectChain, _ location: String, _ limits: JobSpec.Limits = .init()
    ) -> ErrorKind? {
        guard case .refuse(let kind, _) = chain.decide(location: location, limits: limits) else { return nil }
        return kind
    }

    @Test func `the five statuses with a Location are redirects`() {
        #expect((100..<600).filter(RedirectChain.isRedirect) == [301, 302, 303, 307, 308])
    }

    @Test(arguments: [
        ("http://b/x", "http://b/x"), ("/x", "http://a/x"), ("x", "http://a/d/x"), ("?q", "http://a/d/p?q"),
        ("//b/x", "http://b/x"), ("https://a/d/p", "https://a/d/p"), (" /x\t", "http://a/x"),
        ("/ü", "http://a/%C3%BC"),
    ]) func `a Location is resolved as browsers do`(location: String, expected: String) {
        #expect(target(chain("http://a/d/p"), location) == expected)
    }

    @Test func `a Location is resolved against the last request of the chain`() {
        #expect(target(chain("http://a/", "http://b/c/d"), "e") == "http://b/c/e")
    }

    @Test func `a fragment is no matter`() {
        #expect(target(chain("http://a/"), "/x#y") == "http://a/x#y")
    }

    @Test(arguments: ["http://", "http://a:b/", "http://[::1/", "http://a b/"])
    func `a Location that does not parse is bad_redirect, and is told`(location: String) {
        guard
            case .refuse(let kind, let text) = chain("http://a/").decide(location: location, limits: .init())
        else {
            Issue.record("followed")
            return
        }
        #expect(kind == .badRedirect)
        #expect(text.contains("\"\(location)\""))
    }

    @Test func `of a Location that does not parse only the beginning is told`() {
        let location = "http://a b/" + String(repeating: "x", count: 100_000)
        guard case .refuse(_, let text) = chain("http://a/").decide(location: location, limits: .init())
        else {
            Issue.record("followed")
            return
        }
        #expect(text.utf8.count < 500)
    }

    @Test(arguments: [
        "ftp://a/", "file:///etc/passwd", "javascript:alert(1)", "data:,x", "mailto:a@b", "gopher://a/",
    ])
    func `a scheme other than http and https is bad_redirect`(location: String) {
        #expect(refusal(chain("http://a/"), location) == .badRedirect)
    }

    @Test(arguments: ["", "#top", "http://a/p", "/p", "p", "//me:pw@a/p", "HTTP://A:80/p", "/x/../p"])
    func `the same resource in any spelling is redirect_loop`(location: String) {
        #expect(refusal(chain("http://a/p"), location) == .redirectLoop)
    }

    @Test func `a loop over several requests is redirect_loop`() {
        #expect(refusal(chain("http://a/1", "http://b/2", "http://a/3"), "http://b/2") == .redirectLoop)
    }

    @Test func `another query, path, port or scheme is no loop`() {
        for location in ["http://a/p?", "http://a/p/", "http://a:81/p", "https://a/p", "http://b/p"] {
            #expect(refusal(chain("http://a/p"), location) == nil, "\(location)")
        }
    }

    @Test func `as many redirects as the limit are followed and not one more`() {
        #expect(refusal(chain("http://a/1", "http://a/2"), "/3", limits(redirects: 2)) == nil)
        #expect(
            refusal(chain("http://a/1", "http://a/2", "http://a/3"), "/4", limits(redirects: 2))
                == .tooManyRedirects)
        #expect(refusal(chain("http://a/1"), "/2", limits(redirects: 0)) == .tooManyRedirects)
    }

    @Test func `a loop is called a loop even where the limit is reached`() {
        #expect(refusal(chain("http://a/1", "http://a/2"), "/1", limits(redirects: 1)) == .redirectLoop)
    }

    @Test func `a URL may be as long as the limit and no longer`() {
        let chain = chain("http://a/")

        #expect(refusal(chain, "/234567890", limits(urlLength: 18)) == nil)
        #expect(refusal(chain, "/2345678901", limits(urlLength: 18)) == .badRedirect)
        #expect(refusal(chain, "//me:pw@a/234567890#x", limits(urlLength: 18)) == nil, "what is sent counts")
        #expect(refusal(chain, "/\(String(repeating: "x", count: 90_000))", limits(urlLength: 0)) == nil)
    }

    @Test func `a chain that cannot have come about is refused as internal`() {
        #expect(refusal(chain(), "http://a/") == .internal)
        #expect(refusal(chain("no URL"), "http://a/") == .internal)
    }

    @Test func `a chain adds up what its requests took`() {
        var chain = RedirectChain(startedAt: 77)

        let page = PageID(rawValue: 1)
        chain.append(url: "http://a/1", statusCode: 302, page: page, microseconds: 10, sizeDownload: 3)
        chain.append(url: "http://a/2", statusCode: 302, page: page, microseconds: 5, sizeDownload: 4)

        #expect(chain.hops.map(\.url) == ["http://a/1", "http://a/2"])
        #expect(chain.microseconds(for: page) == 15)
        #expect(chain.sizeDownload(for: page) == 7)
        #expect(chain.startedAt == 77)
    }

    @Test func `the same request with other cookies is no loop`() throws {
        var chain = RedirectChain(startedAt: 0)
        for cookie in ["a=1; b=2", "b=3"] {
            chain.append(
                url: "http://a/", statusCode: 302, cookies: CookieField([cookie]), microseconds: 0,
                sizeDownload: 0)
        }
        func decision(_ fields: [String]) -> RedirectDecision {
            chain.decide(location: "/", limits: .init()) { _ in CookieField(fields) }
        }

        #expect(decision([]) == .follow(try WebURL(parsing: "http://a/")))
        #expect(decision(["a=1"]) == decision([]))
        #expect(decision(["a=1; b=2; c=3"]) == decision([]))
        for same in [["b=2", "a=1"], ["b=2;a=1;"], ["b=3"]] {
            #expect(decision(same) == .refuse(.redirectLoop, "redirected back to http://a/"), "\(same)")
        }
    }
}
