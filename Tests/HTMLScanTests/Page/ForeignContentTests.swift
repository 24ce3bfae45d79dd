import HTMLScan
import Testing

/// Where a `title` is one of SVG or MathML and where it is the page's (HTML Standard, §13.2.6.5).
@Suite struct ForeignContentTests {
    @Test(arguments: [
        "<svg><foreignObject>", "<svg><desc>", "<svg><title>", "<svg><g><foreignObject><p>", "<math><mi>",
        "<math><mo>", "<math><mn>", "<math><ms>", "<math><mtext>", "<math><mi><svg><desc>",
        "<math><annotation-xml encoding=text/html>",
        "<math><annotation-xml encoding=' application/xhtml+xml'></math>",
        "<math><annotation-xml ENCODING='Application/XHTML+xml'>", "<math><annotation-xml><svg><desc>",
        "<svg><font color=x>", "<svg><font Face>", "<svg><g><font size='1'>", "<math><font a=1 size=1>",
        "<svg><p>",
        "<svg><body>", "<svg><g><nobr>", "<math><mrow><ruby>", "<svg></p>", "<svg><g></br>", "<svg></svg>",
        "<svg><g></svg>", "<svg><G></SVG>", "<div><svg></div>", "<section><svg><g></section>",
        "<x-card><svg><g></x-card>", "<svg/>", "<math/>", "<svg><desc><svg></svg>", "<svg><svg></svg></svg>",
        "<math><mi><mglyph></mglyph>", "<svg><foreignObject></svg>", "<svg><foreignObject><b></b></svg>",
        "<svg><foreignObject><div></svg>", "<svg><desc><template></template>", "<svg><math></svg>",
        "<template></template>", "<template><svg></template>", "<template><div></template>",
        "<template><template></template></template>", "<template><p><p></template>", "</template>",
    ])
    func `a title counts where content is HTML`(markup: String) {
        for pieces in [1, .max] {
            #expect(PageScanner().title(of: "\(markup)<title>yes</title>", pieces: pieces) == "yes")
        }
    }

    @Test(arguments: [
        "<svg>", "<math>", "<svg><g>", "<svg><font>", "<svg><font colour=red>", "<math><mrow>", "<svg><mi>",
        "<math><desc>", "<math><foreignObject>", "<math><annotation-xml>",
        "<math><annotation-xml encoding=text/plain>", "<math><annotation-xml encoding=x encoding=text/html>",
        "<math><annotation-xml encoding=text/html></annotation-xml>",
        "<svg><annotation-xml encoding=text/html>",
        "<svg><math><mi>", "<math><svg><desc>", "<math><annotation-xml><svg>", "<math><mi><mglyph>",
        "<math><mo><malignmark>", "<svg><foreignObject/>", "<svg><desc></desc>", "<svg></div>", "<svg></g>",
        "<svg></table>", "<svg></body>", "<svg></html>", "<svg></unknown>",
        "<svg><foreignObject></foreignObject>",
        "<svg><svg></svg>", "<svg><math></math>", "<template>", "<template><svg></svg>",
        "<div><template></div>",
        "<template><div></div>", "<template><template></template>", "<template><svg><desc>", "<svg><script>",
        "<table><svg></tr>", "<form><svg></form>", "<svg><desc><form><svg></form>",
        "<svg><desc><p></p></desc>", "<svg><template></template>",
        "<template><table><tr><td></table>", "<svg><![CDATA[<p>]]>",
    ])
    func `a title does not count in foreign content or a template`(markup: String) {
        for pieces in [1, .max] {
            #expect(PageScanner().title(of: "\(markup)<title>no</title>", pieces: pieces) == nil)
        }
    }
}
