import CrawlCore
import CrawlFetch
import Extract
import HTMLScan
import Testing

/// What is asked for of all that a page refers to.
@Suite struct LinkPolicyTests {
    private let all = LinkPolicy(checksAssets: true, checksExternal: true)

    private func decide(
        _ url: String, _ kind: PageReference.Kind = .hyperlink, base: String? = nil,
        by policy: LinkPolicy? = nil
    ) throws -> LinkPolicy.Decision {
        let page = try WebURL(parsing: "http://site.test/d/")
        let reference = PageReference(kind, element: "a", attribute: "href", url: url, base: base)
        return (policy ?? all).decide(reference, base: page) { $0.host == "site.test" }.decision
    }

    @Test func `what it is to the page decides what is asked for`() throws {
        #expect(try decide("x") == .ask(.page))
        #expect(try decide("x", .asset) == .ask(.asset))
        #expect(try decide("//a.org/x") == .ask(.external))
        #expect(try decide("//a.org/x", .asset) == .ask(.external))
        #expect(try decide("//a.org", .hint) == .notChecked(.hint))
        #expect(try decide("x", .identifier) == .notChecked(.hint))
        #expect(try decide("x", .form) == .notChecked(.form))
        #expect(try decide("x", .ping) == .notChecked(.ping))
    }

    @Test func `the job decides about assets and what is elsewhere`() throws {
        let pages = LinkPolicy(checksAssets: false, checksExternal: false)
        #expect(try decide("x", by: pages) == .ask(.page))
        #expect(try decide("x", .asset, by: pages) == .notChecked(.excluded))
        #expect(try decide("//a.org/", by: pages) == .notChecked(.excluded))
        let external = LinkPolicy(checksAssets: false, checksExternal: true)
        #expect(try decide("//a.org/", by: external) == .ask(.external))
        #expect(try decide("//a.org/", .asset, by: external) == .notChecked(.excluded))
    }

    @Test(arguments: [
        "mailto:a@b,c@d?subject=x", "mailto:?to=a@b", "mailto:a%40b", "tel:+49-1", "data:,x",
        "javascript:void(0)",
        "java\nscript:x",
        "ftp://a.org/", "sms:1", "about:blank", "JavaScript:x", "file:///etc/passwd", "clsid:1",
    ])
    func `other schemes are not asked for`(url: String) throws {
        #expect(try decide(url) == .notChecked(.scheme))
    }

    @Test func `a link that means nothing is broken`() throws {
        #expect(try decide("mailto:") == .malformed(.mailto))
        #expect(try decide("mailto:nobody") == .malformed(.mailto))
        #expect(try decide("tel:call") == .malformed(.tel))
        for url in ["http://a b/", "http://h:99999/", "http://[", "http://%00/", "http://a<b/", "https://"] {
            guard case .malformed(.url) = try decide(url) else {
                Issue.record("\(url) counts as a URL")
                continue
            }
        }
    }

    @Test(arguments: [
        "http://127.0.0.1/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/", "http://10.1.2.3/x",
        "//192.168.0.1",
        "http://a@b@10.0.0.1/", "\\\\10.0.0.1",
    ])
    func `private addresses are not asked for`(url: String) throws {
        #expect(try decide(url) == .notChecked(.private))
        let host = try #require(WebURL(parsing: url, base: WebURL(parsing: "http://site.test/")).host)
        let lenient = LinkPolicy(checksAssets: true, checksExternal: true, allowedHosts: [host])
        #expect(try decide(url, by: lenient) == .ask(.external))
    }

    @Test(arguments: [
        "http://api.example/", "//www.EXAMPLE.com", "http://localhost/", "//a.invalid.", "//x.test",
    ])
    func `names for examples are not asked for, but for one's own`(url: String) throws {
        #expect(try decide(url) == .notChecked(.reservedName))
        #expect(try decide("http://site.test/") == .ask(.page))
        #expect(try decide("//myexample.com/") == .ask(.external))
    }

    @Test func `limits and expressions leave out`() throws {
        let filter = try URLFilter(include: [], exclude: ["logout"])
        let policy = LinkPolicy(checksAssets: true, checksExternal: true, urlLength: 40, filter: filter)
        #expect(try decide("logout", by: policy) == .notChecked(.excluded))
        #expect(try decide(String(repeating: "x", count: 50), by: policy) == .notChecked(.limit))
        #expect(try decide("x#" + String(repeating: "x", count: 50), by: policy) == .ask(.page))
        let page = try WebURL(parsing: "http://site.test/")
        let long = PageReference(.hyperlink, element: "a", attribute: "href", url: "x", isCutOff: true)
        #expect(policy.decide(long, base: page) { _ in true }.decision == .notChecked(.limit))
        let data = PageReference(.asset, element: "img", attribute: "src", url: "DATA:,x", isCutOff: true)
        #expect(policy.decide(data, base: page) { _ in true }.decision == .notChecked(.scheme))
    }

    @Test func `a document in an attribute may have a base of its own`() throws {
        let page = try WebURL(parsing: "http://site.test/d/")
        let reference = PageReference(.hyperlink, element: "a", attribute: "href", url: "x", base: "e/")
        #expect(all.decide(reference, base: page) { _ in true }.url?.href == "http://site.test/d/e/x")
    }
}
