import Sitemap
import Testing

/// Feeds in JSON (<https://www.jsonfeed.org/version/1.1/>).
@Suite struct JSONFeedTests {
    private static let feed = #"""
        {
          "version": "https://jsonfeed.org/version/1.1",
          "title": "items: [{\"url\": \"http://x/\"}]",
          "home_page_url": "https://example.org/",
          "feed_url": "https://example.org/feed.json",
          "authors": [{"name": "A", "url": "http://x/author"}],
          "next_url": "https://example.org/feed.json?page=2",
          "items": [
            {"id": "2", "url": "https://example.org/2", "content_html": "<a href=\"http://x/\">{[</a>",
             "date_published": "2026-11-23T08:30:00Z", "date_modified": "2026-11-24T08:30:00+01:00",
             "attachments": [{"url": "http://x/a.mp3", "mime_type": "audio/mpeg"}]},
            {"id": "https://example.org/1", "content_text": "x", "date_published": "2026-11-22"}
          ],
          "_extension": {"items": [{"url": "http://x/"}]}
        }
        """#

    @Test(arguments: [1, 2, 7, Int.max])
    func `its items are pages, and its next page is another part of it`(slices: Int) {
        let result = reading(Self.feed.utf8, slices: slices)

        #expect(
            result.entries == [
                SitemapEntry(.nextPage, location: "https://example.org/feed.json?page=2"),
                SitemapEntry(
                    .page, location: "https://example.org/2", lastModified: 1_795_505_400_000),
                SitemapEntry(
                    .page, location: "https://example.org/1", lastModified: 1_795_305_600_000),
            ])
        #expect(result.failure == nil)
        #expect(result.leftOut == 0)
    }

    @Test(
        arguments: [
            (#""url": "http://a/2""#, "http://a/2"), (#""url": "/2""#, "/2"),
            (#""id": "http://a/1", "url": "http://a/2""#, "http://a/2"),
            (#""url": "http://a/2", "id": "http://a/1""#, "http://a/2"),
            (#""id": "http://a/1", "external_url": "http://b/""#, "http://a/1"),
            (#""id": "1", "external_url": "http://b/""#, "http://b/"),
            (#""id": 1, "url": "http://a/2""#, "http://a/2"), (#""id": "1""#, nil), (#""url": """#, nil),
            (#""url": null"#, nil), (#""author": {"url": "http://x/"}"#, nil),
            (#""tags": ["url", "http://x/"], "url": "http://a/2""#, "http://a/2"),
            (#""url": "http:\/\/a\/\u0061\ud83d\ude00\"""#, "http://a/a😀\""),
            (#""url": " http://a/2 ""#, "http://a/2"),
        ] as [(String, String?)])
    func `an item leads to its page, or else to what its id or external_url says`(
        item: String, expected: String?
    ) {
        let result = reading(#"{"items": [{\#(item)}, {"url": "http://a/9"}]}"#.utf8)

        #expect(result.locations == [expected, "http://a/9"].compactMap { $0 })
        #expect(result.leftOut == (expected == nil ? 1 : 0))
        #expect(!result.hasMistakes)
    }

    @Test func `trailing commas and odd words cost nothing`() {
        let result = reading(#"{"items": [{"url": "http://a/1",}, NaN, {"url": "http://a/2",},],}"#.utf8)

        #expect(result.locations == ["http://a/1", "http://a/2"])
        #expect(result.failure == nil)
    }

    @Test(arguments: [
        (#"{"items": [{"url": "http://a/1"}, {"url": "http://a/2"#, SitemapFailure.cutOff(length: 53)),
        (#"{"items": [{"url": "http://a/1"}]"#, .cutOff(length: 33)),
        (
            #"{"items": [{"url": "http://a/1"}, ]]}"#,
            .malformed("a bracket that closes another one at byte 35")
        ),
    ]) func `what was read before a mistake counts`(text: String, failure: SitemapFailure) {
        for slices in [1, Int.max] {
            let result = reading(text.utf8, slices: slices)

            #expect(result.locations == ["http://a/1"])
            #expect(result.failure == failure)
        }
    }

    @Test(arguments: [
        "{}", #"{"error": "not found"}"#, #"{"items": {"url": "http://a/1"}}"#,
        #"{"data": {"items": [{"url": "http://a/1"}]}}"#, #"[{"url": "http://a/1"}]"#, "{", "{a",
    ]) func `other JSON is no feed`(text: String) {
        let result = reading(text.utf8)

        #expect(result.failure == .notASitemap)
        #expect(result.entries.isEmpty)
    }

    @Test func `a feed without items is one`() {
        #expect(reading(#"{"items": []}"#.utf8).failure == nil)
    }

    @Test func `an item whose URL is too long is left out, with its place`() {
        let long = "http://a/" + String(repeating: "x", count: 9_000)
        let result = reading(#"{"items": [{"url": "\#(long)"}, {"url": "http://a/2"}]}"#.utf8)

        #expect(result.locations == ["http://a/2"])
        #expect(result.flaw == SitemapFlaw(reason: .longLocation, offset: 11))
        #expect(result.hasMistakes)
    }

    @Test func `brackets may be nested only so deep, and items be only so many`() {
        let deep = String(repeating: "[", count: 100_000)
        var limits = SitemapReader.Limits()
        limits.entries = 2
        let many = (0..<5).map { #"{"url": "http://a/\#($0)"}"# }.joined(separator: ",")

        #expect(
            reading(#"{"x": \#(deep)"#.utf8).failure == .malformed("more than 512 brackets at byte 517"))
        let result = reading(#"{"items": [\#(many)]}"#.utf8, limits: limits)
        #expect(result.failure == .tooManyEntries(limit: 2))
        #expect(result.locations == ["http://a/0", "http://a/1"])
    }

    @Test func `it may be compressed, begin with a byte order mark, and be in UTF-16`() {
        let text = #"{"items": [{"url": "http://a/ü"}]}"#
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let wide: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }

        for bytes in [gzip(text), mark + Array(text.utf8), wide] {
            #expect(reading(bytes).locations == ["http://a/ü"])
        }
    }
}
