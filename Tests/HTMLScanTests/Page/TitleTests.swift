import HTMLScan
import Testing

/// What the parser is given, and what it makes of that, in cases small enough to be read.
@Suite struct TitleTests {
    @Test(arguments: [
        ("A <b>x</b> & y", "A <b>x</b> & y"), ("a &lt; b &amp;amp; c", "a < b &amp; c"),
        ("<!-- no comment -->", "<!-- no comment -->"), ("&amp;lt;", "&lt;"), ("<?p i>", "<?p i>"),
    ])
    func `a title is text, whatever markup it looks like`(source: String, title: String) {
        #expect(PageScanner().title(of: "<title>\(source)</title>") == title)
    }

    @Test(arguments: [0xB, 0x85, 0xFDD0, 0xFFFD, 0xFFFE, 0xFFFF, 0x10FFFD, 0x10FFFF] as [UInt32])
    func `a character that XML has not comes through the parser`(value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        let text = "a\(scalar)b"

        #expect(
            PageScanner().title(of: "<title>\(text)</title>", contentType: "text/html;charset=utf-8") == text
        )
    }

    @Test(arguments: [
        "<svg><title>no</title></svg>", "<svg><g><title>no</title></svg>", "<math><title>no</title></math>",
        "<template><title>no</title></template>",
        "<template><p><template></template><title>no</title></template>",
        "<script>'<title>no</title>'</script>", "<!-- <title>no</title> -->",
        "<textarea><title>no</title></textarea>",
        "<svg><![CDATA[<title>no</title>]]></svg>", "<p title='<title>no</title>'>",
    ])
    func `what is no title of the page does not stand for it`(markup: String) {
        let scanner = PageScanner()

        #expect(scanner.title(of: markup) == nil)
        #expect(scanner.title(of: "\(markup)<title>yes</title>") == "yes")
    }

    @Test(arguments: [
        "<svg><foreignObject>", "<svg><desc>", "<svg><title>", "<math><mi>", "<svg><p>", "<svg></svg>",
        "<template></template>", "<div><svg></div>", "<svg></p>", "</html>",
    ])
    func `a title counts where content is HTML again`(markup: String) {
        #expect(PageScanner().title(of: "\(markup)<title>yes</title>") == "yes")
    }

    @Test(arguments: [
        "<div><title>no</title><frameset>", "<p><title>no</title></p> \n<!-- x --><frameset><frame>",
        "<svg><desc><title>no</title></desc></svg><frameset>",
        "<input type=HIDDEN><title>no</title><frameset>", "</body><title>no</title><link><frameset>",
    ])
    func `a frameset takes the place of a body without content, and of the title in it`(markup: String) {
        for pieces in [1, .max] {
            #expect(PageScanner().title(of: "\(markup)<title>no</title>", pieces: pieces) == nil)
        }
    }

    @Test(arguments: [
        "<title>yes</title><frameset>", "<head><title>yes</title></head><frameset>",
        "<div><title>yes</title>x<frameset>", "<div><title>yes</title><img><frameset>",
        "<div><title>yes</title></br><frameset>", "<input><title>yes</title><frameset>",
        "<input type=text type=hidden><title>yes</title><frameset>", "<div><title>yes</title>",
        "<svg><![CDATA[x]]></svg><title>yes</title><frameset>", "</br x><frameset><title>yes</title>",
        "<body><title>yes</title><frameset>",
        "<div><title>yes</title><template><frameset></template>",
    ])
    func `a title that no frameset can take the place of stays`(markup: String) {
        for pieces in [1, .max] { #expect(PageScanner().title(of: markup, pieces: pieces) == "yes") }
    }

    @Test(arguments: [
        "<title\u{0}>no</title>", "<title\u{0}>no</title\u{0}>", "<titles>no</titles>", "<xtitle>no</xtitle>",
    ])
    func `a name that is longer is another`(markup: String) {
        #expect(PageScanner().title(of: "\(markup)<title>yes</title\u{0}></title>") == "yes</title\u{FFFD}>")
    }

    @Test func `a title is found below more open elements than are kept`() {
        let page = String(repeating: "<div><span>", count: 1000) + "<title>deep</title>"

        #expect(PageScanner().title(of: page) == "deep")
    }

    @Test func `elements that are closed make room for others`() {
        let page = String(repeating: "<div>", count: 255) + String(repeating: "<i></i>", count: 500)

        #expect(PageScanner().title(of: page + "<svg><title>no</title></svg><title>yes</title>") == "yes")
    }

    @Test func `a page does not show in the next one's title`() {
        let scanner = PageScanner()

        #expect(scanner.title(of: "<title>first</title>") == "first")
        #expect(scanner.title(of: "<svg><b>") == nil)
        #expect(scanner.title(of: "<template><title>no</title>") == nil)
        #expect(scanner.title(of: "<title>cut of") == "cut of")
        #expect(scanner.title(of: "<p>none") == nil)
        #expect(scanner.title(of: "<title></title>") == "")
    }

    @Test func `a title is cut after 4,096 characters`() {
        let title = PageScanner().title(of: "<title>\(String(repeating: "&amp;é", count: 3000))</title>")

        #expect(title == String(repeating: "&é", count: 2048))
    }

    @Test func `a page of nothing but tags is given up`() {
        let scanner = PageScanner()

        #expect(scanner.title(of: String(repeating: "<p>", count: 200_000)) == nil)
        #expect(scanner.isFinished)
    }
}
