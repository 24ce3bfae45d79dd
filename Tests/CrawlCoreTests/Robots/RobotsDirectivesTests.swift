import CrawlCore
import Testing

/// X-Robots-Tag and `<meta name="robots">`.
@Suite struct RobotsDirectivesTests {
    private func header(_ value: String) -> RobotsDirectives {
        RobotsDirectives(fieldValue: Array(value.utf8).span, productToken: "trawl")
    }

    private func meta(_ content: String) -> RobotsDirectives {
        RobotsDirectives(metaContent: Array(content.utf8).span)
    }

    @Test(
        arguments: [
            ("noindex", [.noindex]), ("nofollow", [.nofollow]), ("noindex, nofollow", [.noindex, .nofollow]),
            ("NoIndex,NOFOLLOW", [.noindex, .nofollow]), ("none", [.noindex, .nofollow]), ("all", []),
            ("", []), (",,", []),
            ("noarchive, nofollow", [.nofollow]), ("index, follow", []),
            (" noindex ; nofollow ", [.noindex, .nofollow]),
            ("noindex nofollow", [.noindex, .nofollow]), ("noindexes, xnofollow", []),
            ("max-image-preview:none, nofollow", [.nofollow]),
            ("max-snippet: -1, max-image-preview: none", []),
        ] as [(String, RobotsDirectives)])
    func `directives are read from a field as from an element`(text: String, directives: RobotsDirectives) {
        #expect(header(text) == directives)
        #expect(meta(text) == directives)
    }

    @Test(
        arguments: [
            ("otherbot: noindex", []), ("trawl: noindex", [.noindex]), ("TRAWL:none", [.noindex, .nofollow]),
            ("otherbot: noindex, nofollow", []), ("nofollow, otherbot: noindex", [.nofollow]),
            ("otherbot: noindex, trawl: nofollow", [.nofollow]), ("*: noindex", [.noindex]),
            ("otherbot: noindex, *: nofollow", [.nofollow]), ("trawl : noindex", [.noindex]),
            ("bot2: none, noindex", []),
            ("trawl: unavailable_after: 25 Jun 2010 15:00:00 PST, noindex", [.noindex]),
        ] as [(String, RobotsDirectives)])
    func `in a field a name holds for what follows it`(value: String, directives: RobotsDirectives) {
        #expect(header(value) == directives)
    }

    @Test(arguments: [
        "unavailable_after: 25 Jun 2010 15:00:00 PST", "unavailable_after: Wed, 25 Jun 2010 15:00:00 GMT",
        "unavailable_after: 2010-06-25T15:00:00+00:00", "Unavailable_After: Friday, 25-Aug-07 15:00:00 EST",
    ])
    func `a date does not disturb what is beside it`(date: String) {
        #expect(header(date) == [])
        #expect(header("\(date), noindex") == [.noindex])
        #expect(header("nofollow, \(date)") == [.nofollow])
        #expect(header("otherbot: \(date), noindex") == [])
        #expect(meta("\(date), noindex") == [.noindex])
    }
}
