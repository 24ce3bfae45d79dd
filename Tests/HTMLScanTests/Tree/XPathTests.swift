import Glibc
import HTMLScan
import Testing

/// What XPath expressions find in pages.
@Suite struct XPathTests {
    private static func evaluate(
        _ xpath: String, _ page: String, pieces: Int = .max, limit: Int = 100
    ) throws -> XPathValue? {
        let scanner = PageScanner(.tree)
        _ = scanner.title(of: page, contentType: "text/html; charset=utf-8", pieces: pieces)
        return scanner.evaluate(try XPathExpression(xpath), limit: limit)
    }

    private static let page = """
        <!DOCTYPE html><html lang=en><head><meta charset=windows-1251><title>T &amp; <b>t</b></title>
        <script>if (a < b && "</b>") c()</script></head>
        <body class=top><h1> One\n <em>two</em>\u{A0}three </h1><!-- no --><ul><li>a<li>b &lt; c<li>&eacute;d</ul>
        <a href="/x?a=1&amp;b=2" title='"q" <'>link</a><img src=i.png><wbr>after<source src=s>more
        <table><tr><td>1<td>2</table><p>x<p>y<x-y z=1>custom</x-y><textarea>&lt;<i></textarea></body></html><p>late
        """

    @Test(arguments: [
        ("//h1", ["One two\u{A0}three"]), ("//li", ["a", "b < c", "éd"]), ("//a/@href", ["/x?a=1&b=2"]),
        ("//a/@title", ["\"q\" <"]), ("//title", ["T & <b>t</b>"]),
        ("/html/head/title/text()", ["T & <b>t</b>"]),
        ("//script", ["if (a < b && \"</b>\") c()"]), ("//td", ["1", "2"]),
        ("//h1/text()", ["One", "\u{A0}three"]),
        ("//x-y[@z]", ["custom"]), ("//textarea", ["<<i>"]), ("//b", []),
        ("//p", ["x", "ycustom<<i>", "late"]),
        ("/html/@lang", ["en"]), ("//body/@class", ["top"]), ("h1", []), ("body/h1", ["One two\u{A0}three"]),
        (".//em", ["two"]), ("//li[2]", ["b < c"]), ("//ul//li[last()]", ["éd"]),
        ("//li[contains(., 'd')]", ["éd"]),
        ("//em/..", ["One two\u{A0}three"]), ("//em | //td | //em", ["two", "1", "2"]),
        ("//td | //em", ["two", "1", "2"]),
        ("//li/following-sibling::li", ["b < c", "éd"]), ("//li/preceding-sibling::*", ["a", "b < c"]),
        ("//ul/descendant::li", ["a", "b < c", "éd"]), ("//em/ancestor::body//td", ["1", "2"]),
        ("//img/following-sibling::text()[1]", ["after"]), ("//comment()", ["no"]), ("(//li)[2]", ["b < c"]),
        ("//*[@href]", ["link"]), ("//li[position() < 3][2]", ["b < c"]), ("//td//..", ["12", "1", "2"]),
        ("//body//ul//li", ["a", "b < c", "éd"]), ("//li[not(.//em)][1]", ["a"]),
        ("//em/parent::h1/em", ["two"]),
    ])
    func `nodes give their text`(xpath: String, values: [String]) throws {
        #expect(try Self.evaluate(xpath, Self.page) == .nodes(values))
    }

    @Test(
        arguments: [
            ("count(//li)", .number(3)), ("string(//h1)", .string(" One\n two\u{A0}three ")),
            ("normalize-space(//h1)", .string("One two\u{A0}three")), ("boolean(//h2)", .boolean(false)),
            ("//li = 'a'", .boolean(true)), ("count(//li) * 2 - 1", .number(5)),
            ("string(//nothing)", .string("")),
            ("concat(//td[1], '-', //td[2])", .string("1-2")),
            ("substring-after(//a/@href, '?')", .string("a=1&b=2")),
            ("count(//ul//li | //table//td)", .number(5)), ("'x'", .string("x")),
        ] as [(String, XPathValue)])
    func `functions give their values`(xpath: String, value: XPathValue) throws {
        #expect(try Self.evaluate(xpath, Self.page) == value)
    }

    @Test(arguments: [
        ("//h1[", "at character 6"), ("//a['x]", "quotation"), ("", "not valid"), ("//a)", "not valid"),
        ("has-class('x')", "has-class"), ("//a[re:test(., 'x')]", "function re:test"),
        ("//a[foo(.)]", "function foo"), ("$x", "variables"), ("//a[$x]", "variables"),
        ("count(1)", "wrong type"),
        ("contains('a')", "arguments"), ("//a[matches(., 'x')]", "function matches"), ("h1 h2", "not valid"),
    ])
    func `an expression that cannot be used is refused with the reason`(xpath: String, reason: String) {
        let error = #expect(throws: XPathError.self) { try XPathExpression(xpath) }

        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["//svg/title", "//svg//path/@d", "//foreignobject/p"])
    func `foreign content has its elements`(xpath: String) throws {
        let page = "<p><svg><title>t</title><path d=t /><foreignObject><p>t</p></foreignObject></svg>"

        #expect(try Self.evaluate(xpath, page) == .nodes(["t"]))
    }

    @Test(arguments: [
        ("/html/body/table/tbody/tr[2]/td[1]", ["3"]), ("//table/tr", []), ("//TBODY/TR[1]/TD", ["1", "2"]),
        ("/html/body/table/colgroup/col/@id", ["c"]), ("//noscript/img/@src", ["i"]),
        ("//p/text()[2]", ["b"]),
        ("/html/head/noscript/link/@id", ["l"]), ("/html/body/div[1]", ["fostered"]), ("//p/div", []),
        ("//foreignObject/p", ["f"]), ("//svg/@viewBox", ["0"]), ("//p[@CLASS='x']", []),
        ("//select/option[2]", ["o2"]),
        ("/HTML/BODY/P[@Class=\"X\"]/text()[1]", ["a"]),
    ])
    func `a path that a browser's inspector gives finds its node`(xpath: String, values: [String]) throws {
        let page = """
            <!doctype html><link id=k><noscript><link id=l></noscript><table><col id=c><tr><td>1<td>2<tr><div>fostered</div><td>3</table>
            <p class=X>a<!-- -->b<div>d</div><noscript></div></p><img src=i></noscript><svg viewBox=0><foreignObject><p>f</p></foreignObject></svg>
            <select><option>o1<option>o2</select>
            """

        for pieces in [1, .max] { #expect(try Self.evaluate(xpath, page, pieces: pieces) == .nodes(values)) }
    }

    @Test(arguments: [
        "<table>", "<b>", "<p><b>", "<table><b>", "<a>", "<table><tr><td>", "<select>", "<svg>",
        "<svg><desc>", "<template>",
        "<noscript>", "<font color=1>x</p>", "<table>x", "<table><td>x</td>y", "x</y>", "<!-- -->",
        "<b><div></b>", "<li><span>",
        "<form><div></form>", "<nobr>", "<ruby><rt>", "</p>", "</br>", "<frameset>", "<math><mi>",
        "<b></table>", "<dd>", "<button>",
    ])
    func `a tree of nothing but the same takes little time`(unit: String) throws {
        let start = Self.cpuTime()
        _ = try Self.evaluate("//h1", String(repeating: unit, count: 50_000))
        #expect(Self.cpuTime() - start < .seconds(10))
    }

    @Test(arguments: [
        "text", "<p>text", "text</html>", "<title></title>text", "<body>te<!-- -->xt", "<b>te</b>xt",
        "&#116;ext",
        "<table>text</table>", "</p>text", "<html><head></head>\n text", "t<!e>ext", "te\u{0}\u{1}xt",
    ])
    func `a page's text is in its body`(page: String) throws {
        #expect(try Self.evaluate("//body", page.replacing("\u{0}", with: "")) == .nodes(["text"]))
    }

    @Test(arguments: ["a < b", "a <3 b", "<", "a & b &", "&amp", "&ampx;", "x&lt", "<>", "</ b>c", "a<"])
    func `text that looks like markup is text`(text: String) throws {
        let whole = try Self.evaluate("//p", "<p>\(text)</p>")

        #expect(try Self.evaluate("//p", "<p>\(text)</p>", pieces: 1) == whole)
        #expect(whole != .nodes([""]) || text == "</ b>c")
    }

    @Test func `pieces of any length make the same tree`() throws {
        for xpath in ["//text()", "//@*", "//*"] {
            let whole = try Self.evaluate(xpath, Self.page)
            for pieces in [1, 2, 3, 7, 64] {
                #expect(try Self.evaluate(xpath, Self.page, pieces: pieces) == whole)
            }
        }
    }

    @Test func `long text is whole, references and all`() throws {
        let text = String(repeating: "&amp;é", count: 20_000)
        let value = try Self.evaluate("string-length(//p)", "<p>\(text)", pieces: 1000)

        #expect(value == .number(40_000))
    }

    @Test(arguments: ["CP1251", "EUC-JP", "CP932", "UTF-16LE", "GB18030"])
    func `a tree is in UTF-8, whatever the page is`(encoding: String) throws {
        let text = encoding == "CP1251" ? "Привет" : "日本語"
        let names = ["CP1251": "windows-1251", "CP932": "shift_jis"]
        let page = "<p title='\(text)'>\(text)".bytes(in: encoding)
        for pieces in [1, .max] {
            let scanner = PageScanner(.tree)
            _ = scanner.title(
                of: page, contentType: "text/html; charset=\(names[encoding] ?? encoding)", pieces: pieces)

            #expect(
                scanner.evaluate(try XPathExpression("//p | //@title"), limit: 9) == .nodes([text, text]))
        }
    }

    @Test func `a text is cut at the end of a character`() throws {
        let value = try Self.evaluate("//p", "<p>\(String(repeating: "é", count: 40_000))x")

        #expect(value == .nodes([String(repeating: "é", count: 32 << 10)]))
    }

    @Test func `no more nodes are made into text than are asked for`() throws {
        #expect(
            try Self.evaluate("//b", String(repeating: "<b>x</b>", count: 50), limit: 2)
                == .nodes(["x", "x"]))
    }

    @Test func `a page that is too large has the first part of its tree`() throws {
        let page = "<h1>x</h1>" + String(repeating: "<p>", count: 300_000) + "<h2>y</h2>"

        #expect(try Self.evaluate("//h1 | //h2", page) == .nodes(["x"]))
    }

    @Test func `more open elements than libxml2 bears do not end the page`() throws {
        let page =
            String(repeating: "<div><b>", count: 500) + "<h1>x</h1>"
            + String(repeating: "</b></div>", count: 500)

        #expect(try Self.evaluate("//h2", page + "<h2>y</h2>") == .nodes(["y"]))
    }

    @Test func `a body that is no page has no tree`() throws {
        let scanner = PageScanner(.tree)
        _ = scanner.title(of: "<h1>x", contentType: "text/plain")

        #expect(scanner.evaluate(try XPathExpression("//h1"), limit: 1) == nil)
    }

    @Test func `a tree is asked for, or there is none`() throws {
        let scanner = PageScanner(.links)
        _ = scanner.title(of: "<h1>x")

        #expect(scanner.evaluate(try XPathExpression("//h1"), limit: 1) == nil)
    }

    @Test func `the title and the links are found beside the tree`() throws {
        let scanner = PageScanner([.tree, .links])
        _ = scanner.title(of: Self.page, contentType: "text/html; charset=utf-8")

        #expect(scanner.title == "T & <b>t</b>")
        #expect(scanner.links.map(\.href) == ["/x?a=1&b=2"])
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: [
            "//div//p", "//p/following::p", "//p/..", "//p/following-sibling::p", "//p | //p",
            "count(//p/preceding::*)",
            "count(//div//div//p)", "//*[.//p = //p]", "//p[following::p]", "string(//div//div//p)",
            "//div//div//div//p",
        ])
    func `no expression takes longer and longer on a hostile page`(xpath: String) throws {
        let page = String(repeating: "<div>", count: 200) + String(repeating: "<p>x</p>", count: 20_000)

        let start = Self.cpuTime()
        _ = try Self.evaluate(xpath, page)
        #expect(Self.cpuTime() - start < .seconds(10))
    }

    /// The CPU time of this thread: the machine may be busy with other things.
    private static func cpuTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
