import CrawlCore
import Extract
import HTMLScan
import Testing

/// What jobs take from pages.
@Suite struct FieldExtractorTests {
    static func extract(
        _ fields: [ExtractionField], _ body: String, contentType: String = "text/html; charset=utf-8",
        pieces: Int = .max
    ) throws -> String? {
        Self.fields(try FieldExtractor(fields), body, contentType: contentType, pieces: pieces)?.json
    }

    static func fields(
        _ extractor: FieldExtractor, _ body: String, _ response: FieldResponse = FieldResponse(),
        contentType: String = "text/html; charset=utf-8", pieces: Int = .max
    ) -> ExtractedFields? {
        let scanner = PageScanner(extractor.scannerOptions)
        scanner.reset(contentType: contentType)
        var body = body
        body.withUTF8 { utf8 in
            var rest = UnsafeRawBufferPointer(utf8)[...]
            while !rest.isEmpty {
                scanner.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)))
                rest = rest.dropFirst(pieces)
            }
        }
        scanner.finish()
        return extractor.extract(from: scanner, response)
    }

    private static let shop = """
        <html><head><title>Shop</title></head><body><h1>Tea &amp;
          more</h1><p class=price>£4.50</p><p class=price>£12</p><a href='/next'>next</a></body></html>
        """

    @Test(arguments: [
        (ExtractionField(name: "h1", source: .xpath("//h1")), #"{"h1":"Tea & more"}"#),
        (ExtractionField(name: "p", source: .xpath("//p"), isMany: true), #"{"p":["£4.50","£12"]}"#),
        (ExtractionField(name: "n", source: .xpath("count(//p)")), #"{"n":2}"#),
        (ExtractionField(name: "x", source: .xpath("count(//p) div 4")), #"{"x":0.5}"#),
        (ExtractionField(name: "x", source: .xpath("1 div 0")), #"{"x":null}"#),
        (ExtractionField(name: "b", source: .xpath("boolean(//h2)")), #"{"b":false}"#),
        (ExtractionField(name: "s", source: .xpath("string(//a/@href)"), isMany: true), #"{"s":["/next"]}"#),
        (ExtractionField(name: "h2", source: .xpath("//h2")), #"{"h2":null}"#),
        (ExtractionField(name: "h2", source: .xpath("//h2"), isMany: true), #"{"h2":null}"#),
        (ExtractionField(name: "price", source: .regex("£([0-9.]+)")), #"{"price":"4.50"}"#),
        (
            ExtractionField(name: "price", source: .regex("£([0-9.]+)"), isMany: true),
            #"{"price":["4.50","12"]}"#
        ),
        (ExtractionField(name: "all", source: .regex("£[0-9.]+")), #"{"all":"£4.50"}"#),
        (ExtractionField(name: "none", source: .regex("€")), #"{"none":null}"#),
        (ExtractionField(name: "opt", source: .regex("class(=x)?"), isMany: true), #"{"opt":[null,null]}"#),
        (ExtractionField(name: "tag", source: .regex("(?i)<TITLE>(.*?)</")), #"{"tag":"Shop"}"#),
        (ExtractionField(name: "json", source: .json("$.x")), #"{"json":null}"#),
        (ExtractionField(name: "a\"b\n", source: .xpath("//a")), #"{"a\"b\n":"next"}"#),
    ])
    func `a field takes its value from a page`(field: ExtractionField, result: String) throws {
        #expect(try Self.extract([field], Self.shop) == result)
        #expect(try Self.extract([field], Self.shop, pieces: 1) == result)
    }

    @Test func `fields come in their order`() throws {
        let fields = [
            ExtractionField(name: "z", source: .xpath("//h1")),
            ExtractionField(name: "a", source: .regex("£12")),
            ExtractionField(name: "m", source: .json("$")),
        ]

        #expect(try Self.extract(fields, Self.shop) == #"{"z":"Tea & more","a":"£12","m":null}"#)
    }

    @Test func `a job without fields asks nothing of the scanner`() throws {
        #expect(try FieldExtractor([]).scannerOptions.isEmpty)
        #expect(
            try FieldExtractor([ExtractionField(name: "a", source: .xpath("//a"))]).scannerOptions == .tree)
        #expect(try FieldExtractor([ExtractionField(name: "a", source: .regex("a"))]).scannerOptions == .text)
    }

    @Test(arguments: [
        (ExtractionField.Source.xpath("//h1["), "xpath", "at character 6"),
        (.regex("a("), "regex", "missing"),
        (.regex("(?=x)"), "regex", "invalid"), (.json("x"), "json", "begins with $"),
    ])
    func `a field that cannot be used is refused`(source: ExtractionField.Source, key: String, reason: String)
    {
        let error = #expect(throws: FieldError.self) {
            try FieldExtractor([
                ExtractionField(name: "ok", source: .regex("x")),
                ExtractionField(name: "bad", source: source),
            ])
        }

        #expect(error?.field == "bad")
        #expect(error?.key == key)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: ["image/png", "application/octet-stream"])
    func `a body that is no text has no fields`(contentType: String) throws {
        let fields = [
            ExtractionField(name: "x", source: .regex("x")),
            ExtractionField(name: "y", source: .xpath("//x")),
        ]

        #expect(try Self.extract(fields, "x", contentType: contentType) == nil)
    }

    @Test(arguments: ["text/plain", "application/xml", "text/css", "application/json", "application/ld+json"])
    func `expressions are matched in any text`(contentType: String) throws {
        #expect(
            try Self.extract(
                [ExtractionField(name: "x", source: .regex("\"(é)\""))], "[\"é\"]", contentType: contentType)
                == #"{"x":"é"}"#)
    }

    @Test func `text is decoded before it is matched`() throws {
        let extractor = try FieldExtractor([ExtractionField(name: "x", source: .regex("«(.*)»"))])
        let scanner = PageScanner(extractor.scannerOptions)
        scanner.reset(contentType: "text/plain; charset=windows-1251")
        [0xAB, 0xCF, 0xD0, 0xBB].withUnsafeBytes { _ in }
        ([0xAB, 0xCF, 0xD0, 0xBB] as [UInt8]).withUnsafeBytes { scanner.feed($0) }
        scanner.finish()

        #expect(extractor.extract(from: scanner)?.json == #"{"x":"ПР"}"#)
    }

    @Test func `an empty match takes the search on`() throws {
        let field = ExtractionField(name: "x", source: .regex("é*"), isMany: true)

        #expect(try Self.extract([field], "aéb", contentType: "text/plain") == #"{"x":["","é","",""]}"#)
    }

    @Test func `a field has a thousand values at most`() throws {
        let page = String(repeating: "<b>x</b>", count: 1500)
        let fields = [
            ExtractionField(name: "a", source: .xpath("//b"), isMany: true),
            ExtractionField(name: "b", source: .regex("<b>"), isMany: true),
        ]
        let result = try #require(try Self.extract(fields, page))

        #expect(result.split(separator: "x", omittingEmptySubsequences: false).count - 1 == 1000)
        #expect(result.split(separator: "<b>", omittingEmptySubsequences: false).count - 1 == 1000)
    }

    @Test func `a value that is too long is cut, and what has no room is null`() throws {
        let page = String(repeating: "<p>" + String(repeating: "é", count: 40_000) + "</p>", count: 20)
        let fields = [
            ExtractionField(name: "one", source: .xpath("//p")),
            ExtractionField(name: "all", source: .xpath("//p"), isMany: true),
            ExtractionField(name: "match", source: .regex("é+")),
            ExtractionField(name: "last", source: .xpath("count(//p)")),
        ]
        let cut = String(repeating: "é", count: 32 << 10)

        #expect(
            try Self.extract(fields, page) == #"{"one":"\#(cut)","all":null,"match":"\#(cut)","last":20}"#)
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: ["(a+)+$", "(x+x+)+y", "(a|aa)+b", "a.*b|a", "(.*)*=z", "[a-z]+@x"])
    func `no expression takes longer and longer on a hostile text`(pattern: String) throws {
        let field = ExtractionField(name: "x", source: .regex(pattern), isMany: true)
        let start = ContinuousClock.now

        _ = try Self.extract([field], String(repeating: "a", count: 1 << 20), contentType: "text/plain")
        #expect(ContinuousClock.now - start < .seconds(10))
    }
}
