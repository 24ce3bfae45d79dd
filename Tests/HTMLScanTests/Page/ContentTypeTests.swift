import HTMLScan
import Testing

/// Which bodies are scanned at all.
@Suite struct ContentTypeTests {
    @Test(arguments: [
        "text/html", "TEXT/HTML", " text/html ; charset=x", "text/html charset=x", "application/xhtml+xml",
        "text/plain, text/html",
    ])
    func `HTML and XHTML are scanned`(contentType: String) {
        #expect(PageScanner().title(of: "<meta><title>x</title>", contentType: contentType) == "x")
    }

    @Test(arguments: [
        "text/plain", "application/octet-stream", "image/png", "application/xml", "application/json",
        "text/html, text/plain",
        "text/htmlx",
    ])
    func `what another type is given for is not scanned`(contentType: String) {
        let scanner = PageScanner()
        scanner.reset(contentType: contentType)

        #expect(scanner.isFinished)
        #expect(scanner.title(of: "<title>x</title>", contentType: contentType) == nil)
    }

    @Test(
        arguments: [nil, "", "*/*", "unknown/unknown", "html"],
        [
            "<!doctype HTML><title>x</title>", " \n<html><title>x</title>", "<!--a--><title>x</title>",
            "<title>x</title>",
            "<b >\0<title>x</title>", "<?xml version='1.0'?>\n<html xmlns='x'><title>x</title>",
        ])
    func `a body without a type is scanned where it begins as a page does`(contentType: String?, page: String)
    {
        #expect(PageScanner().title(of: page, contentType: contentType) == "x")
    }

    @Test(arguments: [
        "text <title>x</title>", "<meta><title>x</title>", "<bb><title>x</title>", "\u{1}<title>x</title>",
        "<?xml version='1.0'?><rss><title>x</title>", "%PDF-1.4 <title>x</title>", "<title",
        "\u{FEFF}<title>x</title>",
    ])
    func `a body without a type is not scanned where it begins as no page does`(page: String) {
        #expect(PageScanner().title(of: page, contentType: nil) == nil)
    }

    @Test(
        arguments: ["text/html", "text/html; charset=utf-8", nil],
        [
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], Array("GIF89a".utf8), [0xFF, 0xD8, 0xFF],
            Array("%PDF-1.4".utf8), Array("RIFF1234WEBPVP".utf8), [0x1F, 0x8B, 0x08],
            Array("PK\u{3}\u{4}".utf8),
            [0, 0, 0, 0x18] + Array("ftypmp42".utf8),
        ] as [[UInt8]])
    func `a file that is called HTML is not scanned`(contentType: String?, start: [UInt8]) {
        for pieces in [1, .max] {
            let scanner = PageScanner()
            let page = start + Array(repeating: 0x20, count: 2000) + Array("<title>x</title>".utf8)

            #expect(scanner.title(of: page, contentType: contentType, pieces: pieces) == nil)
            #expect(scanner.charset == nil)
        }
    }

    @Test(arguments: [
        "RIFF is a format<title>x</title>", "PDF<title>x</title>", "GIF<title>x</title>",
        "ftyp<title>x</title>",
    ])
    func `a page may begin with such words`(page: String) {
        #expect(PageScanner().title(of: page) == "x")
    }
}
