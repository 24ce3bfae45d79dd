import CrawlCore
import Extract
import Testing

/// What jobs take from XML that is no page.
@Suite struct XMLFieldTests {
    private static let feed = """
        <?xml version="1.0" encoding="utf-8"?><!DOCTYPE feed [ <!ENTITY e "gone"> <!ENTITY x SYSTEM "file:///etc/passwd"> ]>
        <feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en">
          <!-- <entry><title>no</title></entry> --><?pi <entry> ?>
          <entry><title>A &amp; <![CDATA[<B>]]></title><media:thumbnail url="t.png" Width="1"/><br>text</br>
            <link href="one"/><m:rating xmlns:m="http://search.yahoo.com/mrss/">5</m:rating></entry>
          <entry><title>C &e; &x; &#233;</title><geo:lat>1.5</geo:lat></entry>
          <Entry><title xml:lang="fr">E</title></Entry><日>j</日>
        </feed>
        """

    private static func values(_ xpath: String, _ contentType: String = "application/atom+xml") throws
        -> String?
    {
        try FieldExtractorTests.extract(
            [ExtractionField(name: "x", source: .xpath(xpath), isMany: true)], feed, contentType: contentType)
    }

    @Test(arguments: [
        ("//entry/title", #"["A & <B>","C &e; &x; é"]"#), ("/feed/Entry/title", #"["E"]"#),
        ("//ENTRY", "null"),
        ("//media:thumbnail/@url", #"["t.png"]"#), ("//media:thumbnail/@Width", #"["1"]"#),
        ("//media:thumbnail/@width", "null"),
        ("//*[local-name() = 'thumbnail']/@url", #"["t.png"]"#), ("//media:rating", #"["5"]"#),
        ("//m:rating", #"["5"]"#),
        ("//geo:lat", #"["1.5"]"#), ("//geo:long", "null"), ("//other:thing", "null"),
        ("//thumbnail", "null"),
        ("//entry/br", #"["text"]"#), ("//link/@href", #"["one"]"#), ("/feed/@xml:lang", #"["en"]"#),
        ("//title[lang('fr')]", #"["E"]"#),
        ("/feed/@xmlns", "null"), ("//日", #"["j"]"#), ("count(//entry)", "[2]"),
        ("//comment()", #"["<entry><title>no</title></entry>"]"#),
        ("name(//media:rating)", #"["m:rating"]"#),
        ("namespace-uri(//media:rating)", #"["http://search.yahoo.com/mrss/"]"#),
    ])
    func `elements are found by the names that the document has`(xpath: String, values: String) throws {
        for type in ["application/atom+xml", "application/xml", "text/xml; charset=utf-8"] {
            #expect(try Self.values(xpath, type) == "{\"x\":\(values)}", "\(xpath)")
        }
    }

    @Test func `a prefix finds nothing in HTML, and the extractor says so`() throws {
        let extractor = try FieldExtractor([ExtractionField(name: "x", source: .xpath("//svg:path"))])

        let fields = FieldExtractorTests.fields(extractor, "<p>")

        #expect(fields?.json == #"{"x":null}"#)
        #expect(fields?.mistakes == "x has a prefix, and names of HTML have none")
    }

    @Test(arguments: [
        ("<a><b>1</b><b>2</a>", #"["1","2"]"#), ("<a><b>1</b>", #"["1"]"#),
        ("<a x=1 x=2><b>1 & 2</b>", #"["1 & 2"]"#),
        ("<b>1</b><b>2</b>", #"["1","2"]"#), ("", "null"), ("plain", "null"),
        ("<b " + String(repeating: "xmlns:a='b' ", count: 10_000) + ">1</b>", #"["1"]"#),
    ])
    func `mistakes in a document do not lose what can be read`(document: String, values: String) throws {
        let result = try FieldExtractorTests.extract(
            [ExtractionField(name: "x", source: .xpath("//b"), isMany: true)], document,
            contentType: "application/xml")

        #expect(result == "{\"x\":\(values)}")
    }

    @Test(.timeLimit(.minutes(15)))
    func `references to references are not followed`() throws {
        let names = (1...20).map { "<!ENTITY e\($0) \"\(String(repeating: "&e\($0 - 1);", count: 10))\">" }
        let bomb = "<!DOCTYPE a [ <!ENTITY e0 \"lol\"> \(names.joined()) ]><a>&e20;</a>"

        let result = try FieldExtractorTests.extract(
            [ExtractionField(name: "x", source: .xpath("string(/a)"))], bomb, contentType: "text/xml")

        #expect(result == #"{"x":"&e20;"}"#)
    }
}
