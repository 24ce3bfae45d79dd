import CrawlCore
import Testing

/// The scheme `file`, with the drive letters of Windows.
@Suite struct FileURLTests {
    @Test func `a file has an empty host unless one is named`() throws {
        #expect(try WebURL(parsing: "file:///etc/passwd").host == "")
        #expect(href("file:/etc/passwd") == "file:///etc/passwd")
        #expect(href("file:etc") == "file:///etc")
        #expect(href("file:") == "file:///")
        #expect(href("file://Server/share") == "file://server/share")
        #expect(href("file://LOCALHOST/x") == "file:///x")
        #expect(href("file://a:80/x") == "the host holds a character that is not allowed in hosts")
    }

    @Test func `a drive letter is the first segment and not a host`() {
        #expect(href("file://C:/x") == "file:///C:/x")
        #expect(href("file:c|/x") == "file:///c:/x")
        #expect(href("file:///C|\\x") == "file:///C:/x")
        #expect(href("file://C|") == "file:///C:")
    }

    @Test func `dots do not climb above a drive letter`() {
        #expect(href("file:///C:/..") == "file:///C:/")
        #expect(href("file:///C:/a/../../..") == "file:///C:/")
        #expect(href("file:///C:a/..") == "file:///")
    }

    @Test func `a reference is resolved against a file`() {
        #expect(href("x", base: "file:///a/b") == "file:///a/x")
        #expect(href("/x", base: "file:///C:/a") == "file:///C:/x")
        #expect(href("/D:/x", base: "file:///C:/a") == "file:///D:/x")
        #expect(href("D|/x", base: "file:///C:/a/b") == "file:///D:/x")
        #expect(href("..", base: "file:///C:/") == "file:///C:/")
        #expect(href("//server/x", base: "file:///a") == "file://server/x")
        #expect(href("/x", base: "file://server/a") == "file://server/x")
        #expect(href("?q", base: "file:///a/b#f") == "file:///a/b?q")
        #expect(href("#f", base: "file:///a/b?q") == "file:///a/b?q#f")
        #expect(href("", base: "file:///a/b?q#f") == "file:///a/b?q")
        #expect(href("file:x", base: "http://h/") == "file:///x")
    }
}
