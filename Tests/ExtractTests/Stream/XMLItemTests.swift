import CrawlCore
import Extract
import Testing

/// Items of XML, taken out while it comes.
@Suite struct XMLItemTests {
    private struct Found: Equatable {
        var items: [String] = []
        var keys: [String?] = []
        var values: [String?] = []
        var fault: String?
    }

    private let atom = [
        RequestTemplate.Parameter(name: "a", value: "http://www.w3.org/2005/Atom"),
        RequestTemplate.Parameter(name: "os", value: "http://a9.com/-/spec/opensearch/1.1/"),
    ]

    private func read(
        _ body: [UInt8], _ path: String, namespaces: [RequestTemplate.Parameter] = [], key: String? = nil,
        values: [String] = [], encoding: String? = nil, piece: Int = 1 << 20
    ) -> Found {
        var found = Found()
        let reader = ItemReader(
            ItemSelection(.xml(path: path, namespaces: namespaces), key: key), paths: [], xpaths: values,
            keepsLast: false, encoding: encoding
        ) { value, key in
            found.items.append(String(decoding: value, as: UTF8.self))
            found.keys.append(key)
            return true
        }
        var start = 0
        while start < body.count {
            let end = min(start + piece, body.count)
            guard body[start..<end].withUnsafeBytes({ reader.feed($0) }) else { break }
            start = end
        }
        reader.finish()
        found.fault = reader.fault
        found.values = values.map { reader.value(atXPath: $0)?.text }
        return found
    }

    private func read(
        _ body: String, _ path: String, namespaces: [RequestTemplate.Parameter] = [], key: String? = nil,
        values: [String] = [], piece: Int = 1 << 20
    ) -> Found {
        read(
            Array(body.utf8), path, namespaces: namespaces, key: key, values: values, encoding: nil,
            piece: piece)
    }

    private let feed = """
        <?xml version="1.0"?>
        <feed xmlns="http://www.w3.org/2005/Atom" xmlns:o="http://a9.com/-/spec/opensearch/1.1/">
          <o:totalResults>12</o:totalResults><id>feed</id>
          <link rel="self" href="/1"/><link rel="next" href="/2?a&amp;b"/>
          <entry><id>x1</id><title> A &lt; B &#228;<![CDATA[ & C]]> </title>
            <author><name>N</name></author><author><name>M</name></author><link href="u" rel="alternate"/></entry>
          <entry><id>x2</id><summary type="text">s</summary></entry>
        </feed>
        """

    @Test(arguments: [1, 2, 7, 64, 10_000])
    func `elements come out as objects, however the document is cut`(piece: Int) {
        let found = read(
            feed, "//a:entry", namespaces: atom, key: "a:id",
            values: [
                "//os:totalResults", "/a:feed/a:link[@rel='next']/@href", "//a:none", "/a:feed/a:id/text()",
            ],
            piece: piece)

        #expect(found.fault == nil)
        #expect(
            found.items == [
                #"{"id":"x1","title":"A < B ä & C","author":[{"name":"N"},{"name":"M"}],"link":{"@href":"u","@rel":"alternate"}}"#,
                ##"{"id":"x2","summary":{"@type":"text","#text":"s"}}"##,
            ])
        #expect(found.keys == ["x1", "x2"])
        #expect(found.values == ["12", "/2?a&b", nil, "feed"])
    }

    @Test func `without declared prefixes the document's own count`() {
        let plain = read(feed, "/feed/entry", key: "$.id", values: ["//o:totalResults", "//totalResults"])
        #expect(plain.items.count == 2)
        #expect(plain.keys == ["x1", "x2"])
        #expect(plain.values == ["12", nil])
        #expect(read(feed, "/entry").items.isEmpty)
        #expect(read(feed, "//author/*").items == [#""N""#, #""M""#])
        #expect(read(feed, "//entry//name").items == [#""N""#, #""M""#])
    }

    @Test func `other encodings are read, by the document's word or the header's`() {
        let latin =
            Array("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><r><i>".utf8) + [0xE4]
            + Array("</i></r>".utf8)
        #expect(read(latin, "//i").items == [#""ä""#])
        let bare = Array("<r><i>".utf8) + [0xE4] + Array("</i></r>".utf8)
        #expect(read(bare, "//i", encoding: "windows-1252").items == [#""ä""#])
        #expect(read(bare, "//i").fault != nil)
    }

    @Test(arguments: [
        ("<r><i>1</i>", "line 1"), ("<r><i>1</r>", "mismatch"), ("", "empty"), ("{}", "line 1"),
        ("<!DOCTYPE r [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><r><i>&c;</i></r>", "declarations"),
        ("<!DOCTYPE r SYSTEM \"http://127.0.0.1:1/x.dtd\"><r><i>&foo;</i></r>", "foo"),
        ("<r><i>&nbsp;</i></r>", "nbsp"),
    ])
    func `what is not well-formed, and what declares entities, is a fault`(body: String, words: String) {
        let found = read(body, "//i")
        #expect(found.fault?.hasPrefix("XML: ") == true)
        #expect(found.fault?.contains(words) == true, "\(found.fault ?? "")")
    }

    @Test func `a document type without declarations is passed over`() {
        let found = read(
            "<!DOCTYPE r PUBLIC \"-//X//DTD\" \"http://127.0.0.1:1/x.dtd\"><r><i>1</i></r>", "//i")
        #expect(found.fault == nil)
        #expect(found.items == [#""1""#])
    }

    @Test(arguments: [400, 100_000])
    func `elements within elements have an end`(levels: Int) {
        let text =
            "<x>" + String(repeating: "<i>", count: levels) + String(repeating: "</i>", count: levels)
            + "</x>"
        #expect((read(text, "//i").fault == nil) == (levels == 400))
    }

    @Test func `what grows has an end`() {
        let deep = String(repeating: "<a>", count: 100_000)
        #expect(read("<r>\(deep)", "//i").fault != nil)
        let long = "<r><i>\(String(repeating: "<x/>", count: 300_000))</i></r>"
        #expect(read(long, "//i").fault == "XML: an item is longer than 8388608 bytes")
        // What is no item may be of any size.
        #expect(read(long, "//none").fault == nil)
    }

    @Test(arguments: [
        "", "//", "//a[1]", "//a[b]", "//a/..", "count(//a)", "//a | //b", "a:b:c", "//@x", "//a[@x='",
    ])
    func `what is not followed is said`(path: String) {
        #expect(ItemReader.fault(inXPath: path, namespaces: []) != nil)
    }
}
