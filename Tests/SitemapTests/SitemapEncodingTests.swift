import Sitemap
import Testing

@Suite struct SitemapEncodingTests {
    private static let body = "<urlset><url><loc>http://a/é€😀</loc></url><url/></urlset>"

    private func utf16(_ text: String, isBigEndian: Bool, mark: Bool = true) -> [UInt8] {
        ((mark ? "\u{FEFF}" : "") + text).utf16.flatMap { unit in
            let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return isBigEndian ? bytes : bytes.reversed()
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `UTF-16 is read, with a byte order mark or without`(isBigEndian: Bool, hasMark: Bool) {
        for declaration in ["<?xml version='1.0' encoding='UTF-16'?>\n", ""] {
            let bytes = utf16(declaration + Self.body, isBigEndian: isBigEndian, mark: hasMark)
            let result = reading(bytes)

            #expect(result.locations == ["http://a/é€😀"])
            let before = utf16(
                declaration + "<urlset><url><loc>http://a/é€😀</loc></url>", isBigEndian: true, mark: hasMark)
            #expect(result.flaw == SitemapFlaw(reason: .noLocation, offset: before.count))
            for size in [1, 2, 3, 5] { #expect(reading(bytes, slices: size) == result) }
        }
    }

    @Test(
        arguments: [
            (nil, "<?xml version='1.0' encoding='ISO-8859-1'?>", [0xE9, 0x80], "é€"),
            (nil, "\n<?xml version='1.0' encoding=\"windows-1251\" ?>", [0xE9], "й"),
            (nil, "<?xml version='1.0' encoding='Shift_JIS'?>", [0x83, 0x5C], "ソ"),
            ("text/xml; charset=iso-8859-1", "<?xml version='1.0'?>", [0xE9], "é"),
            ("text/xml; charset=koi8-r", "<?xml version='1.0' encoding='utf-8'?>", [0xC1], "а"),
            ("application/xml", "<?xml version='1.0' encoding='UTF-16'?>", [0xC3, 0xA9], "é"),
            ("text/xml; charset=utf-16", "", [0xC3, 0xA9], "é"),
            ("text/xml; charset=nonsense", "<?xml version='1.0' encoding='latin1'?>", [0xE9], "é"),
        ] as [(String?, String, [UInt8], String)])
    func `the encoding is the header's, or else the declaration's`(
        contentType: String?, declaration: String, character: [UInt8], expected: String
    ) {
        let bytes =
            Array("\(declaration)<urlset><url><loc>http://a/".utf8) + character
            + Array("</loc></url></urlset>".utf8)

        for size in [1, 3, Int.max] {
            #expect(
                reading(bytes, contentType: contentType, slices: size).locations == ["http://a/\(expected)"])
        }
    }

    @Test func `a list may be in UTF-16 too`() {
        for isBigEndian in [true, false] {
            let bytes = utf16("http://a/1\r\nhttp://a/ü\r\nno\r\n", isBigEndian: isBigEndian)

            let result = reading(bytes, slices: 7)
            #expect(result.locations == ["http://a/1", "http://a/ü"])
            #expect(result.flaw == SitemapFlaw(reason: .notURL, offset: 50))
        }
    }

    @Test func `a text that is cut within a character is read to there`() {
        let bytes = utf16("<urlset><url><loc>http://a/1</loc></url>😀", isBigEndian: true).dropLast(3)

        #expect(reading(bytes).locations == ["http://a/1"])
        #expect(reading(bytes).failure == .cutOff(length: bytes.count))
    }

    @Test func `nothing but white space is no sitemap`() {
        for text in [
            "", " ", String(repeating: " \n", count: 100_000), "\u{FEFF}", "<?xml version='1.0'?>", "<",
        ] {
            #expect(reading(text.utf8, slices: 1000).failure == .notASitemap, "\(text.prefix(30))")
        }
    }
}
