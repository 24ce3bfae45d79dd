import CrawlCore
import Extract
import Testing

/// What jobs take from pages by CSS selectors.
@Suite struct CSSFieldTests {
    private static let page = #"""
        <!DOCTYPE html><html lang=en><head><title>T</title></head><body class="top">
        <div id=one class="a  b" data-x="a b-c"><h1 class=title>One <em>two</em> three</h1>
        <p lang="de-AT">p1 <a href="/x" rel="Next nofollow">l1</a></p><p>p2</p><span>s1</span><p></p></div>
        <div id="1st"><ul><li>1<li>2<li>3<li>4<li>5<li>6<li>7</ul><a>no</a><b title="it's &quot;q&quot;">b1</b></div>
        <form><fieldset disabled><legend><input name=i1></legend><input name=i2 checked type=checkbox></fieldset>
        <input name=i3><select><option selected>o1<option>o2</select></form>
        </body></html>
        """#

    private static func values(
        _ css: String, in page: String = page, contentType: String = "text/html; charset=utf-8"
    ) throws -> String? {
        try FieldExtractorTests.extract(
            [ExtractionField(name: "x", source: .css(css), isMany: true)], page, contentType: contentType)
    }

    @Test(arguments: [
        ("h1", ["One two three"]), ("h1.title::text", ["One", "three"]),
        ("h1 ::text", ["One", "two", "three"]),
        ("H1", ["One two three"]), ("a::attr(href)", ["/x"]), ("A::attr(HREF)", ["/x"]),
        ("#one > p > a", ["l1"]),
        ("div p", ["p1 l1", "p2", ""]), ("div p::attr(lang)", ["de-AT"]), ("div ::attr(href)", ["/x"]),
        ("h1 + p", ["p1 l1"]), ("h1 ~ p", ["p1 l1", "p2", ""]), ("h1+span", []),
        ("li ~ li", ["2", "3", "4", "5", "6", "7"]),
        ("em, h1 ~ span , b", ["two", "s1", "b1"]),
        (".a.b > h1", ["One two three"]), (".a.c", []), ("div#one.b span", ["s1"]), (#"#\31 st b"#, ["b1"]),
        (#"#\000031st b"#, ["b1"]), ("*|h1", ["One two three"]), ("|h1", ["One two three"]),
        ("body > *|div > span", ["s1"]),
    ])
    func `names, classes, ids and combinators`(css: String, texts: [String]) throws {
        try Self.expect(css, texts)
    }

    @Test(arguments: [
        ("a[href]", ["l1"]), ("a[HREF]", ["l1"]), ("a[href=\"/x\"]", ["l1"]), ("a[href='/y']", []),
        ("a[rel~=nofollow]", ["l1"]),
        ("a[rel~=next]", []), ("a[rel~=next i]", ["l1"]), ("a[rel = 'NEXT NOFOLLOW' i ]", ["l1"]),
        ("p[lang|=de] a", ["l1"]), ("p[lang|='de-AT'] a", ["l1"]), ("p[lang|=d]", []),
        ("[data-x^='a ']>span", ["s1"]),
        ("[data-x$='-c']>span", ["s1"]), ("[data-x*='b-']>span", ["s1"]), ("[data-x^='']", []),
        ("[data-x*=\"\"]", []),
        ("[data-x~='a b-c']", []), ("a[href!='/y']", ["l1", "no"]), ("b[title='it\\'s \"q\"']", ["b1"]),
        ("b[title$='q\"']", ["b1"]),
        ("[*|href]", ["l1"]), ("[|href]", ["l1"]),
    ])
    func `conditions on attributes`(css: String, texts: [String]) throws { try Self.expect(css, texts) }

    @Test(arguments: [
        ("li:first-child", ["1"]), ("li:last-child", ["7"]), ("li:nth-child(3)", ["3"]),
        ("li:nth-child(odd)", ["1", "3", "5", "7"]),
        ("li:nth-child(even)", ["2", "4", "6"]), ("li:nth-child(2n+1)", ["1", "3", "5", "7"]),
        ("li:nth-child(3N - 1)", ["2", "5"]),
        ("li:nth-child(-n+2)", ["1", "2"]), ("li:nth-child(n+6)", ["6", "7"]),
        ("li:nth-child(-2n+5)", ["1", "3", "5"]),
        ("li:nth-child(0)", []), ("li:nth-child(n)", ["1", "2", "3", "4", "5", "6", "7"]),
        ("li:nth-child(-n)", []),
        ("li:nth-last-child(2)", ["6"]), ("li:nth-last-child(3n)", ["2", "5"]),
        ("li:nth-last-child(-n+2)", ["6", "7"]),
        ("li:nth-child(odd):nth-child(n+4)", ["5", "7"]),
        ("li:not(:nth-child(odd)):not(:nth-last-child(2))", ["2", "4"]),
        ("li:nth-child(3n):nth-last-child(odd)", ["3"]), ("ul li:nth-child(-3n + 4)", ["1", "4"]),
        ("div > p:nth-of-type(2)", ["p2"]), ("div > p:nth-of-type(odd)", ["p1 l1", ""]),
        ("div p:nth-last-of-type(2)", ["p2"]),
        ("p:nth-child(2n)", ["p1 l1"]), ("p:first-of-type", ["p1 l1"]), ("span:only-of-type", ["s1"]),
        ("em:only-child", ["two"]),
        ("p:last-of-type", [""]), ("p:only-of-type", []), ("li + li:nth-child(even)", ["2", "4", "6"]),
    ])
    func `places among siblings`(css: String, texts: [String]) throws { try Self.expect(css, texts) }

    @Test(arguments: [
        ("p:empty", [""]), ("p:not(:empty)", ["p1 l1", "p2"]), ("p:not([lang], :empty)", ["p2"]),
        ("p:not(h1 + p):not(:empty)", ["p2"]),
        (":is(em, span)", ["two", "s1"]), ("div :where(span, b)", ["s1", "b1"]),
        ("p:matches(h1 + *)", ["p1 l1"]),
        ("a:not(div > p > a)", ["no"]), ("p:has(a)", ["p1 l1"]), ("p:has(> a[href])", ["p1 l1"]),
        ("p:has(+ span)", ["p2"]),
        ("h1:has(~ span) em", ["two"]), ("p:has(em)", []), ("li:has(+ li:nth-child(2n))", ["1", "3", "5"]),
        ("p:has(:is(b, a))", ["p1 l1"]), ("p:contains('p2')", ["p2"]), ("p:contains(l1)", ["p1 l1"]),
        ("a:lang(de)", ["l1"]), ("a:lang(en)", ["no"]),
        ("a:lang('DE-at')", ["l1"]), ("a:link", ["l1"]), ("html:root > head > title", ["T"]),
        (":scope > head > title", ["T"]),
        ("li:hover", []), ("option:checked", ["o1"]), ("input:checked::attr(name)", ["i2"]),
        ("input:disabled::attr(name)", ["i2"]),
        ("input:enabled::attr(name)", ["i1", "i3"]), ("li:NTH-CHILD(2)", ["2"]),
        ("p /* a comment */ > a", ["l1"]), ("div\n>\tspan", ["s1"]),
    ])
    func `pseudo-classes`(css: String, texts: [String]) throws { try Self.expect(css, texts) }

    private static func expect(_ css: String, _ texts: [String]) throws {
        let list = texts.map { "\"\($0)\"" }.joined(separator: ",")
        #expect(try values(css) == (texts.isEmpty ? #"{"x":null}"# : #"{"x":[\#(list)]}"#), "\(css)")
    }

    @Test(arguments: [
        ("", "a selector is missing, at character 1"), ("h1 >", "a selector is missing, at character 5"),
        ("h1,", "a selector is missing, at character 4"), ("h1..x", "a name is missing, at character 4"),
        ("a[href", "] is missing"),
        ("a[href=]", "a name or a quotation is missing, at character 8"),
        ("a[href='x]", "a quotation is not closed, at character 8"),
        ("a[x=y z]", "only i and s"), ("a:foo", "there is no pseudo-class :foo"),
        ("a:nth-child(x)", "series such as 2n+1"),
        ("a:nth-child(2 of b)", ") is missing"), ("a:not(b", ") is missing"),
        ("a:not(b::text)", "in parentheses"),
        ("a::before", "there is no ::before; there are ::text and ::attr(name)"),
        ("a::text b", "at the end of a selector"),
        ("::attr()", "a name or a quotation is missing"), ("*:first-of-type", "need a name"),
        ("a)", "a selector is missing, at character 2"),
        ("a{}", "a selector is missing"), ("1a", "a selector is missing, at character 1"),
        ("a!b", "a selector is missing"),
        ("a:is()", "a selector is missing, at character 6"), ("a || b", "a name is missing"),
    ])
    func `a selector that cannot be used is refused with the reason`(css: String, reason: String) {
        let error = #expect(throws: FieldError.self) {
            try FieldExtractor([ExtractionField(name: "x", source: .css(css))])
        }

        #expect(error?.key == "css")
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test func `parentheses that are nested without an end are refused`() {
        let css = String(repeating: ":not(", count: 100_000)

        #expect(throws: FieldError.self) {
            try FieldExtractor([ExtractionField(name: "x", source: .css(css))])
        }
    }

    @Test func `names of XML keep their case and have prefixes`() throws {
        let feed = """
            <?xml version="1.0"?><rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item id="a"><pubDate>d</pubDate>
            <dc:creator>c</dc:creator></item></channel></rss>
            """

        for (css, texts) in [
            ("item > pubDate", "[\"d\"]"), ("item > pubdate", "null"), ("dc|creator", "[\"c\"]"),
            ("*|creator", "[\"c\"]"),
            ("item::attr(id)", "[\"a\"]"), ("dc|*", "[\"c\"]"), ("x|creator", "null"),
            ("#a > :nth-child(2n)", "[\"c\"]"),
        ] {
            #expect(
                try Self.values(css, in: feed, contentType: "application/rss+xml") == "{\"x\":\(texts)}",
                "\(css)")
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `every second row of a long table is found`() throws {
        let rows = String(repeating: "<tr><td>x</td></tr>", count: 5000)
        let field = ExtractionField(name: "x", source: .css("tr:nth-child(2n) > td"), isMany: true)

        let result = try FieldExtractorTests.extract([field], "<table>\(rows)</table>")

        #expect(
            result?.split(separator: "x", omittingEmptySubsequences: false).count == 2
                + FieldExtractor.matchLimit)
    }
}
