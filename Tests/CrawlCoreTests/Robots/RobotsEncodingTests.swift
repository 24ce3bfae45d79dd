import CrawlCore
import Testing

/// How paths are compared: RFC 9309, sections 2.2.2 and 2.2.3.
@Suite struct RobotsEncodingTests {
    /// Whether a rule matches a path.
    private func matches(_ rule: String, _ path: String) -> Bool {
        !RobotsTxt(rules: "Disallow: \(rule)").allows(path)
    }

    @Test(arguments: [
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz"),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"),
        ("/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https://foo.bar"),
        ("/foo/bar?baz=https%3A%2F%2Ffoo.bar", "/foo/bar?baz=https://foo.bar"),
        ("/foo/bar?baz=https%3a%2f%2ffoo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%E3%83%84", "/foo/bar/%E3%83%84"),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz"),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A"),
    ])
    func `the examples of the RFC match`(rule: String, path: String) {
        #expect(matches(rule, path))
    }

    @Test(arguments: [
        ("/path/file-with-a-%2A.html", "/path/file-with-a-*.html"), ("/path/foo-%24", "/path/foo-$"),
        ("/path/foo-%24", "/path/foo-%24"), ("/x$/a", "/x%24/a"), ("/x*x", "/x*x"), ("/x%2ax", "/x%2Ax"),
    ])
    func `escaped special characters stand for themselves`(rule: String, path: String) {
        #expect(matches(rule, path))
    }

    @Test(arguments: [("/x%2Ax", "/xyx"), ("/x%24", "/x"), ("/x$", "/x%24")])
    func `escaped special characters are not special`(rule: String, path: String) {
        #expect(!matches(rule, path))
    }

    @Test(arguments: [
        ("/%7ejoe/", "/~joe/"), ("/~joe/", "/%7Ejoe/"), ("/a%3cd", "/a%3Cd"), ("/a<d", "/a%3Cd"),
        ("/a%3Cd", "/a<d"),
        ("/a b", "/a%20b"), ("/é", "/%c3%a9"), ("/%c3%a9", "/é"), ("/x'y", "/x%27y"), ("/[a]", "/%5Ba%5D"),
        ("/100%", "/100%"), ("/%zz", "/%zz"), ("/%4", "/%4"),
    ])
    func `paths that differ in their escapes only are the same`(rule: String, path: String) {
        #expect(matches(rule, path))
    }

    @Test(arguments: [
        ("/a%2fb", "/a/b"), ("/a/b", "/a%2Fb"), ("/a?b", "/a%3Fb"), ("/a+b", "/a%2Bb"), ("/a;b", "/a%3Bb"),
        ("/?a=b", "/?a%3Db"), ("/a%25", "/a%"), ("/é", "/e"), ("/%41", "/a"),
    ])
    func `an escaped delimiter is another than a delimiter`(rule: String, path: String) {
        #expect(!matches(rule, path))
    }

    @Test func `a rule counts as long as it is once it is escaped`() {
        // Nine octets and a slash, against nine octets.
        #expect(!RobotsTxt(rules: "Allow: /*********", "Disallow: /ツツ").allows("/%E3%83%84%E3%83%84"))
        #expect(RobotsTxt(rules: "Disallow: /%62%61", "Allow: /ba*").allows("/ba"))
        #expect(RobotsTxt(rules: "Disallow: /%62", "Allow: /b").allows("/b"))
    }
}
