import CrawlCore
import Testing

/// Paths, queries and fragments, and what is escaped in each.
@Suite struct PathAndQueryTests {
    @Test func `dot segments are resolved however they are written`() {
        #expect(href("http://h/a/./b/../c") == "http://h/a/c")
        #expect(href("http://h/a/%2e/b/%2E%2e/c") == "http://h/a/c")
        #expect(href("http://h/a/.%2e/b") == "http://h/b")
        #expect(href("http://h/a/..") == "http://h/")
        #expect(href("http://h/a/b/.") == "http://h/a/b/")
        #expect(href("http://h/../../..") == "http://h/")
        #expect(href("http://h/..?q") == "http://h/?q")
        #expect(href("http://h/a//../b") == "http://h/a/b")
    }

    @Test func `segments that only look like dots stay`() {
        #expect(href("http://h/...") == "http://h/...")
        #expect(href("http://h/.a/..b") == "http://h/.a/..b")
        #expect(href("http://h/%2ea/%2e%2e%2e") == "http://h/%2ea/%2e%2e%2e")
        #expect(href("http://h/.%2") == "http://h/.%2")
    }

    @Test func `backslashes are slashes in special schemes only`() {
        #expect(href("http:\\\\h\\a\\b?c\\d") == "http://h/a/b?c\\d")
        #expect(href("foo://h/a\\b") == "foo://h/a\\b")
    }

    @Test func `a path escapes what it must and nothing else`() {
        #expect(href("http://h/ \"<>^`{}é") == "http://h/%20%22%3C%3E%5E%60%7B%7D%C3%A9")
        #expect(href("http://h/!$%&'()*+,-.:;=@[]_|~%zz") == "http://h/!$%&'()*+,-.:;=@[]_|~%zz")
    }

    @Test func `a query escapes less and an apostrophe in special schemes`() {
        #expect(href("http://h/?a b\"<>'^`{}|é") == "http://h/?a%20b%22%3C%3E%27^`{}|%C3%A9")
        #expect(href("foo://h/?a'b") == "foo://h/?a'b")
        #expect(href("http://h/?a?b") == "http://h/?a?b")
    }

    @Test func `a fragment escapes the least`() {
        #expect(href("http://h/#a b\"<>'^`{}|#?é") == "http://h/#a%20b%22%3C%3E'^%60{}|#?%C3%A9")
    }

    @Test func `empty segments are kept`() {
        #expect(href("http://h//a//") == "http://h//a//")
        #expect(href("http://h/a/..//b") == "http://h//b")
    }

    @Test func `an opaque path is kept as it is`() throws {
        let url = try WebURL(parsing: "mailto:Me <me@example.com>?subject=a b")

        #expect(url.href == "mailto:Me <me@example.com>?subject=a%20b")
        #expect(url.host == nil)
        #expect(url.path == "Me <me@example.com>")
        #expect(url.query == "subject=a%20b")
    }

    @Test func `a space at the end of an opaque path is escaped`() {
        #expect(href("data:a  #b") == "data:a %20#b")
        #expect(href("data:a ?b") == "data:a%20?b")
        #expect(href("data:a b  ") == "data:a b")
    }

    @Test func `a path of two slashes without a host does not become a host`() throws {
        let url = try WebURL(parsing: "foo:/.//a")

        #expect(url.href == "foo:/.//a")
        #expect(url.path == "//a")
        #expect(url.host == nil)
        #expect(href("foo:/a/..//b") == "foo:/.//b")
        #expect(href("c", base: "foo:/.//a") == "foo:/.//c")
        #expect(href("//host/c", base: "foo:/.//a") == "foo://host/c")
    }

    @Test func `another scheme may have a host and no path`() throws {
        let url = try WebURL(parsing: "foo://host?q#f")

        #expect(url.href == "foo://host?q#f")
        #expect(url.path == "")
        #expect(try WebURL(parsing: "foo:///a").host == "")
        #expect(href("foo://") == "foo://")
    }
}
