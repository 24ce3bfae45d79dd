import CrawlCore
import Testing

/// References against a base, as links are resolved.
@Suite struct RelativeURLTests {
    private let base = "http://a/b/c/d;p?q#f"

    /// RFC 3986, section 5.4, as the URL Standard resolves them.
    @Test(arguments: [
        ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"), ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"), ("//g", "http://g/"), ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q#s"), ("g#s", "http://a/b/c/g#s"), ("g?y#s", "http://a/b/c/g?y#s"),
        (";x", "http://a/b/c/;x"), ("g;x=1/../y", "http://a/b/c/y"), ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"), ("../g", "http://a/b/g"),
        ("../..", "http://a/"), ("../../../g", "http://a/g"), ("/./g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        ("g?y/./x", "http://a/b/c/g?y/./x"), ("http:g", "http://a/b/c/g"), ("http:/g", "http://a/g"),
        ("http://g", "http://g/"), ("https:g", "https://g/"), ("///g", "http://g/"),
        ("\\\\g\\h", "http://g/h"),
        ("\\g", "http://a/g"), ("  g\n", "http://a/b/c/g"), ("#", "http://a/b/c/d;p?q#"),
        ("?", "http://a/b/c/d;p?"),
    ])
    func `a reference is resolved`(reference: String, expected: String) {
        #expect(href(reference, base: base) == expected)
    }

    @Test func `credentials and port of the base are kept with its host`() {
        #expect(href("/x", base: "http://me:pw@a:81/b") == "http://me:pw@a:81/x")
        #expect(href("//c/x", base: "http://me:pw@a:81/b") == "http://c/x")
        #expect(href("?x", base: "http://me@a:81/b") == "http://me@a:81/b?x")
    }

    @Test func `the parts of a resolved URL are found`() throws {
        let base = try WebURL(parsing: "http://me:pw@a:81/b?c#d")

        let url = try WebURL(parsing: "e?f#g", base: base)

        #expect(url.username == "me")
        #expect(url.password == "pw")
        #expect(url.host == "a")
        #expect(url.port == 81)
        #expect(url.path == "/e")
        #expect(url.query == "f")
        #expect(url.fragment == "g")
    }

    @Test func `nothing but a fragment is resolved against an opaque path`() {
        #expect(href("#f", base: "mailto:me@example.com?q") == "mailto:me@example.com?q#f")
        #expect(
            href("x", base: "mailto:me@example.com")
                == "it has no scheme and there is nothing to resolve it against")
        #expect(href("", base: "data:x") == "it has no scheme and there is nothing to resolve it against")
    }

    @Test func `schemes that are not special are resolved too`() {
        #expect(href("../x", base: "foo://h/a/b/c") == "foo://h/a/x")
        #expect(href("x", base: "foo://h") == "foo://h/x")
        #expect(href("x", base: "foo:/a/b") == "foo:/a/x")
        #expect(href("\\x", base: "foo://h/a/b") == "foo://h/a/\\x")
        #expect(href("foo:x", base: "foo://h/a") == "foo:x")
        #expect(href("///x", base: "foo://h/a") == "foo:///x")
    }

    @Test func `a link on one host cannot inherit the port of another`() {
        #expect(href("http://b/", base: "http://a:81/") == "http://b/")
        #expect(href("https:/x", base: "http://a:81/") == "https://x/")
    }
}
