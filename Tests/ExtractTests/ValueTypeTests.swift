import CrawlCore
import Extract
import Testing

/// What values are made into by their `type`.
@Suite struct ValueTypeTests {
    /// 30 November 2026.
    private static let now: Int64 = 1_796_000_000_000

    private func convert(_ text: String, _ type: ExtractionField.ValueType, base: String = "") throws
        -> ExtractedFields?
    {
        let field = ExtractionField(name: "x", source: .header("x"), type: type)
        return try FieldExtractor([field]).extract(
            from: nil, FieldResponse(url: "http://a.example/b/c", now: Self.now) { $0 == "x" ? [text] : [] })
    }

    @Test(arguments: [
        ("4.50", "4.50"), ("£1,234.50", "1234.50"), ("1.234,50 €", "1234.50"), ("1 234,5 kr", "1234.5"),
        ("1\u{A0}234\u{A0}567", "1234567"),
        ("1'234.00 CHF", "1234.00"), ("4,5", "4.5"), ("1,234", "1234"), ("1.234", "1.234"),
        ("1,234,567", "1234567"), ("1.234.567", "1234567"),
        ("1,234,567.8", "1234567.8"), ("12,34,567", nil), ("007", "7"), ("0.10", "0.10"), ("0", "0"),
        ("-3", "-3"), ("\u{2212}3 °C", "-3"),
        ("-£5", "-5"), ("EUR -5.0", "-5.0"), ("part-5", "5"), (".5", "0.5"), ("-.5", "-0.5"),
        ("$.99", "0.99"), ("No.5", "5"), ("1.5E-3", "1.5e-3"),
        ("2e400", nil), ("45%", "45"), ("3 of 5", nil), ("2026-11-29", nil), ("12:30", nil), ("call us", nil),
        ("", nil), ("1,23.5", nil),
        ("10 20", nil), ("5 items", "5"), ("½", nil), ("٣", nil), ("1.2.3", nil),
    ])
    func `a number is read as people write it`(text: String, number: String?) throws {
        let result = try convert(text, .number)

        #expect(result?.json == "{\"x\":\(number ?? "null")}", "\(text)")
        #expect(result?.mistakes == (number == nil ? "x is no number" : nil))
    }

    @Test(arguments: [
        ("42", "42"), ("1,234 pieces", "1234"), ("4.00", "4"), ("4.5", nil), ("-7", "-7"),
        ("9223372036854775807", "9223372036854775807"),
        ("9223372036854775808", nil), ("1e3", "1000"), ("1e30", nil),
    ])
    func `a whole number has no fraction and 64 bits`(text: String, number: String?) throws {
        let result = try convert(text, .integer)

        #expect(result?.json == "{\"x\":\(number ?? "null")}", "\(text)")
        #expect(result?.mistakes == (number == nil ? "x is no whole number" : nil))
    }

    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"),
        ("Sun, 29 Nov 2026 05:11:18 +0100", "2026-11-29T04:11:18Z"),
        ("29 Nov 26 05:11 EST", "2026-11-29T10:11:00Z"),
        ("Sun, 29 Nov 2026 05:11:18 -0330 (NST)", "2026-11-29T08:41:18Z"),
        (" 2026-11-29 ", "2026-11-29"), ("20261129", "2026-11-29"),
        ("2026-11-29T05:11", "2026-11-29T05:11:00"),
        ("2026-11-29 05:11:18", "2026-11-29T05:11:18"),
        ("2026-11-29T05:11:18.4999Z", "2026-11-29T05:11:18.499Z"),
        ("2026-11-29T05:11:18,5+01:00", "2026-11-29T04:11:18.500Z"),
        ("20261129T051118Z", "2026-11-29T05:11:18Z"),
        ("2026-01-01T00:30:00+0100", "2025-12-31T23:30:00Z"),
        ("2026-11-29T05:11:18-08", "2026-11-29T13:11:18Z"),
        ("1912-06-23T00:00:00Z", "1912-06-23T00:00:00Z"), ("2026-02-29", nil), ("2024-02-29", "2024-02-29"),
        ("2026-13-01", nil), ("2026-11", nil),
        ("29.11.2026", nil), ("11/29/2026", nil), ("yesterday", nil), ("2026-11-29T25:00", nil),
        ("2026-11-29Tx", nil), ("", nil),
    ])
    func `a date comes out as ISO 8601`(text: String, date: String?) throws {
        let result = try convert(text, .date)

        #expect(result?.json == "{\"x\":\(date.map { "\"\($0)\"" } ?? "null")}", "\(text)")
        #expect(result?.mistakes == (date == nil ? "x is no date" : nil))
    }

    @Test func `addresses are relative to the page's base, and those of the header to its URL`() throws {
        let extractor = try FieldExtractor([
            ExtractionField(name: "a", source: .css("a::attr(href)"), isMany: true, type: .url),
            ExtractionField(name: "r", source: .regex("src=(\\S+)>"), type: .url),
            ExtractionField(name: "h", source: .header("x"), isMany: true, type: .url),
        ])
        let page =
            "<base href='/shop/'><a href=' one?a=b c '>1</a><a href='//b.example'>2</a><a href='http://['>3</a><img src=i.png>"

        let fields = FieldExtractorTests.fields(
            extractor, page, FieldResponse(url: "http://a.example/b/c") { _ in ["../up", "d"] })

        #expect(
            fields?.json
                == #"{"a":["http://a.example/shop/one?a=b%20c","http://b.example/",null],"r":"http://a.example/shop/i.png","h":["http://a.example/up","http://a.example/b/d"]}"#
        )
        #expect(fields?.mistakes == "a is no URL")
    }

    @Test(arguments: [
        ("$.a", ExtractionField.ValueType.number, "4.50"), ("$.b", .number, "12.5e1"),
        ("$.b", .integer, "125"), ("$.c", .number, "null"), ("$.d", .number, "null"),
        ("$.e", .date, #""2026-11-29""#), ("$.b", .date, "null"), ("$.f", .url, #""http://a.example/é""#),
    ])
    func `values of JSON are converted`(path: String, type: ExtractionField.ValueType, value: String) throws {
        let extractor = try FieldExtractor([ExtractionField(name: "x", source: .json(path), type: type)])
        let json = #"{"a": "£4.50", "b": 12.5e1, "c": true, "d": null, "e": "2026-11-29", "f": "\/\u00e9"}"#

        let fields = FieldExtractorTests.fields(
            extractor, json, FieldResponse(url: "http://a.example/"), contentType: "application/json")

        #expect(fields?.json == "{\"x\":\(value.replacing("é", with: "%C3%A9"))}")
        #expect((fields?.mistakes == nil) == (value != "null" || path == "$.d"))
    }

    @Test func `numbers of functions are converted, and conditions are not`() throws {
        let extractor = try FieldExtractor([
            ExtractionField(name: "n", source: .xpath("count(//p)"), type: .integer),
            ExtractionField(name: "h", source: .xpath("count(//p) div 2"), type: .integer),
            ExtractionField(name: "b", source: .xpath("boolean(//p)"), type: .number),
        ])

        let fields = FieldExtractorTests.fields(extractor, "<p>")

        #expect(fields?.json == #"{"n":1,"h":null,"b":null}"#)
        #expect(fields?.mistakes == "h is no whole number; b is no number")
    }

    @Test func `the first of many mistakes are told`() throws {
        let fields = (1...8).map { ExtractionField(name: "f\($0)", source: .header("x"), type: .date) }

        let result = try FieldExtractor(fields).extract(from: nil, FieldResponse { _ in ["no"] })

        #expect(
            result?.mistakes
                == "f1 is no date; f2 is no date; f3 is no date; f4 is no date; f5 is no date; and 3 more")
    }

    @Test func `fields of the header are there without a body`() throws {
        let extractor = try FieldExtractor([
            ExtractionField(name: "one", source: .header("X-Total")),
            ExtractionField(name: "all", source: .header("set-cookie"), isMany: true),
            ExtractionField(name: "none", source: .header("x")),
            ExtractionField(name: "h1", source: .css("h1")),
        ])

        let fields = extractor.extract(
            from: nil, FieldResponse { ["X-Total": ["7", "8"], "set-cookie": ["a=1", "b=2"]][$0] ?? [] })

        #expect(fields?.json == #"{"one":"7","all":["a=1","b=2"],"none":null,"h1":null}"#)
    }

    @Test(arguments: ["", "x y", "x:", "é"])
    func `a name that no field of a header has is refused`(name: String) {
        #expect(throws: FieldError.self) {
            try FieldExtractor([ExtractionField(name: "x", source: .header(name))])
        }
    }
}
