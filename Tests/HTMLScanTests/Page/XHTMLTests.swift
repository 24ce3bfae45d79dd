import HTMLScan
import Testing

/// Pages of XHTML, read by the rules of XML. The titles are those that Chromium has.
@Suite struct XHTMLTests {
    private static let html = "<html xmlns='http://www.w3.org/1999/xhtml'"

    @Test(arguments: [
        ("<head><title>a <![CDATA[<b> & c]]> d</title>", "a <b> & c d"),
        ("<head><title><![CDATA[]]>x<![CDATA[]] &amp; >]]></title>", "x]] &amp; >"),
        ("<head><title>a<!-- x <b> > -->b</title>", "ab"), ("<head><title>a<!---->b</title>", "ab"),
        ("<head><title>a <x:b xmlns:x='urn:x'>c</x:b> d</title>", "a d"),
        ("<head><title>a <b>c <i/></b> d</title>", "a d"), ("<head><title>a<?pi > <b> ?>b</title>", "ab"),
        ("<head><title>a &lt; b &#233; &amp;amp;</title>", "a < b é &amp;"),
        ("<head><title>a<title>b</title>c</title>", "ac"), ("<head><title/><title>second</title>", ""),
        ("<head><title> a\n  b </title>", "a b"), ("<head><title>a", "a"),
        ("<head><h:title xmlns:h='http://www.w3.org/1999/xhtml'>yes</h:title>", "yes"),
        ("<head><s:title xmlns:s='http://www.w3.org/2000/svg'>no</s:title><title>yes</title>", "yes"),
        ("<body><svg xmlns='http://www.w3.org/2000/svg'><title>no</title></svg><title>late</title>", "late"),
        ("<body><svg xmlns='http://www.w3.org/2000/svg'><g/></svg><title>late</title>", "late"),
        ("<head><script>//<![CDATA[\n'<title>no</title>' </script> ]]></script><title>yes</title>", "yes"),
        ("<head><script>if (a &lt; b) <title>in script</title></script><title>no</title>", "in script"),
        ("<head><!-- <title>no</title> --><?x <title>no</title> ?><title>yes</title>", "yes"),
        ("<head><!--> <title>no</title> --><title>yes</title>", "yes"),
        ("<head><style/><script src='x'/><title>yes</title>", "yes"),
    ])
    func `a title is its own text, without what is in other elements`(markup: String, title: String) {
        for pieces in [1, 3, .max] {
            for options in [[], [.tree, .links]] as [PageScanner.Options] {
                let scanner = PageScanner(options)
                let page = "\(Self.html)>\(markup)"
                #expect(
                    scanner.title(of: page, contentType: "application/xhtml+xml", pieces: pieces) == title)
            }
        }
    }

    @Test func `names of a page may have a prefix`() {
        let page = """
            <?xml version='1.0'?><!DOCTYPE html [ <!ENTITY t "<title>no</title>"> <!-- it's > --> ]>
            <h:html xmlns:h='http://www.w3.org/1999/xhtml' xml:lang='en'><h:head><h:title>t</h:title><h:base href='b/'/></h:head>
            <h:body><h:a href='x'/><a xmlns='urn:x' href='no'/><s:a xmlns:s='http://www.w3.org/2000/svg' xlink:href='y'/></h:body></h:html>
            """
        for pieces in [1, .max] {
            let scanner = PageScanner(.links)
            #expect(scanner.title(of: page, contentType: "application/xhtml+xml", pieces: pieces) == "t")
            #expect(scanner.links.map(\.href) == ["x", "y"])
            #expect(scanner.baseHref == "b/")
            #expect(scanner.metadata.language == "en")
        }
    }

    @Test(arguments: [
        "<title>x", "<title>x<![CDATA[y", "<title>x<!-- y", "<title>x<?y", "<title>x<b", "<title>x</titl",
    ])
    func `a page that is cut has the title that there was`(markup: String) {
        #expect(
            PageScanner().title(of: "\(Self.html)><head>\(markup)", contentType: "application/xhtml+xml")
                == "x")
    }

    @Test func `a page without an end stays small`() {
        let scanner = PageScanner([.tree, .links])
        for unit in [
            "<a>", "<![CDATA[x]]>", "<![CDATA[ ", "<!-- ", "<?x ", "<a xmlns:b='c'>", "</a>", "&", "]]",
        ] {
            let page = "\(Self.html)><head><title>" + String(repeating: unit, count: 100_000)
            _ = scanner.title(of: page, contentType: "application/xhtml+xml")
            #expect(scanner.title?.unicodeScalars.count ?? 0 <= 4096)
        }
    }

    @Test(arguments: [
        ("//tr/../..//td", ["x"]), ("/html/body/table/tr/td", ["x"]), ("//tbody", []), ("//p/p", ["b"]),
        ("/html/body/p/text()", ["a"]), ("//comment()", ["no"]), ("//i", ["<b>&amp;"]),
        ("//svg/a/@id", ["y"]),
    ])
    func `a tree has what is written, and nothing implied`(xpath: String, values: [String]) throws {
        let page = """
            \(Self.html)><body><table><tr><td>x</td></tr></table><h:p xmlns:h='http://www.w3.org/1999/xhtml'>a<p>b</p></h:p><!-- no -->
            <i><![CDATA[<b>&amp;]]></i><svg xmlns='http://www.w3.org/2000/svg'><a id='y'/></svg></body></html>
            """
        for pieces in [1, .max] {
            let scanner = PageScanner(.tree)
            _ = scanner.title(of: page, contentType: "application/xhtml+xml", pieces: pieces)
            #expect(scanner.evaluate(try XPathExpression(xpath), limit: 9) == .nodes(values))
        }
    }
}
