import CrawlCore
import HTMLScan
import Testing

/// The encoding of queries in links of pages that are not in UTF-8. What is expected is what Chromium makes of the same links.
@Suite struct QueryEncodingTests {
    /// What the URLs of links are after their question mark, on a page of ASCII that declares an encoding.
    private func queries(_ hrefs: [String], in encoding: String) throws -> [String] {
        let links = hrefs.map { href in
            let references = href.unicodeScalars.map {
                $0.properties.isAlphabetic && $0.isASCII ? String($0) : "&#\($0.value);"
            }
            return "<a href=\"\(references.joined())\">"
        }
        let scanner = PageScanner(.links)
        _ = scanner.title(
            of: "<meta charset=\(encoding)>\(links.joined())", contentType: "text/html", pieces: .max)
        let base = try WebURL(parsing: "http://example.org/")
        return try scanner.links.map { link in
            let url = try WebURL(parsing: link.href, base: base).href
            return url.firstIndex(of: "?").map { String(url[url.index(after: $0)...]) } ?? ""
        }
    }

    @Test(arguments: [
        ("windows-1252", "q=é", "q=%E9"), ("iso-8859-1", "q=€", "q=%80"),
        ("windows-1251", "q=Привет мир", "q=%CF%F0%E8%E2%E5%F2%20%EC%E8%F0"),
        ("koi8-r", "я=1&b=ж", "%D1=1&b=%D6"),
        ("windows-1252", "日本", "%26%2326085%3B%26%2326412%3B"), ("windows-1252", "😀", "%26%23128512%3B"),
        ("windows-1252", "é'\"<>%41%e9", "%E9%27%22%3C%3E%41%e9"), ("windows-1252", "a\té\nb", "a%E9b"),
        ("windows-1252", "é#é", "%E9#%C3%A9"), ("x-user-defined", "é", "%E9"),
        ("shift_jis", "日本", "%93%FA%96{"), ("shift_jis", "a¥b‾c−ｶ", "a\\b~c%81|%B6"),
        ("euc-jp", "日本−ｶ", "%C6%FC%CB%DC%A1%DD%8E%B6"),
        ("iso-2022-jp", "x日本y語z", "x%1B$BF|K\\%1B(By%1B$B8l%1B(Bz"),
        ("iso-2022-jp", "é日é", "%26%23233%3B%1B$BF|%1B(B%26%23233%3B"),
        ("iso-2022-jp", "¥é‾a", "%1B(J\\%26%23233%3B~a%1B(B"),
        ("iso-2022-jp", "ｶﾞ日\u{0E}日", "%1B$B%+!+F|%1B(B%26%2365533%3B%1B$BF|%1B(B"),
        ("gb2312", "€日é", "%80%C8%D5%A8%A6"), ("gbk", "😀", "%26%23128512%3B"),
        ("gbk", "\u{E78D}", "%A6%D9"), ("gb18030", "€😀\u{FFFD}", "%A2%E3%949%FC6%841%A47"),
        ("big5", "日本╪十", "%A4%E9%A5%BB%F9%EA%A4Q"), ("big5", "\u{43F0}", "%26%2317392%3B"),
        ("euc-kr", "한글똠", "%C7%D1%B1%DB%8Cc"), ("utf-16le", "é", "%C3%A9"), ("utf-8", "é", "%C3%A9"),
    ])
    func `a query is in the encoding of its page`(encoding: String, query: String, expected: String) throws {
        #expect(try queries(["?" + query], in: encoding) == [expected])
    }

    @Test(arguments: [
        ("é?é", "http://example.org/%C3%A9?%E9"), ("é#?é", "http://example.org/%C3%A9#?%C3%A9"),
        ("HTTPS://é.example/?é", "https://xn--9ca.example/?%E9"),
        ("javascript:f('?é')", "javascript:f('?%C3%A9')"),
        ("//é.example?é", "http://xn--9ca.example/?%E9"), ("a:b?é", "a:b?%C3%A9"),
    ])
    func `only the query of an address that is requested is`(href: String, expected: String) throws {
        let scanner = PageScanner(.links)
        _ = scanner.title(
            of: "<meta charset=windows-1252><a href=\"\(href)\">", contentType: "text/html; charset=utf-8",
            pieces: .max)
        let declared = try #require(scanner.links.first).href
        #expect(declared == href)

        // The same page in windows-1252.
        let bytes = href.unicodeScalars.map { UInt8($0.value) }
        scanner.reset(contentType: "text/html; charset=windows-1252")
        (Array("<a href=\"".utf8) + bytes + Array("\">".utf8)).withUnsafeBytes { scanner.feed($0) }
        scanner.finish()
        let link = try #require(scanner.links.first)
        #expect(
            try WebURL(parsing: link.href, base: WebURL(parsing: "http://example.org/")).href == expected)
    }

    @Test func `the base and the canonical address are encoded as links are`() {
        let scanner = PageScanner([.links, .metadata])
        let page =
            "<meta charset=windows-1252><base href='/b?&eacute;'><link rel=canonical href='/c?&eacute;'>"
        _ = scanner.title(of: page, contentType: "text/html", pieces: .max)

        #expect(scanner.baseHref == "/b?%E9")
        #expect(scanner.metadata.canonical == "/c?%E9")
    }

    @Test func `the next page of a scanner is encoded for itself`() {
        let scanner = PageScanner(.links)
        for (charset, expected) in [("windows-1252", "?%E9"), ("utf-8", "?é"), ("ibm866", "?%26%23233%3B")] {
            _ = scanner.title(
                of: "<meta charset=\(charset)><a href='?&eacute;'>", contentType: "text/html", pieces: .max)
            #expect(scanner.links.map(\.href) == [expected])
        }
    }

    /// Every character that has a code is decoded from it again.
    @Test(arguments: ["windows-1258", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr"])
    func `what is encoded is decoded to the same`(encoding: String) throws {
        let scalars = (0xA0...0xFFFF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
        var encoded: [UInt8] = []
        var expected = String.UnicodeScalarView()
        for chunk in stride(from: 0, to: scalars.count, by: 20_000) {
            let part = scalars[chunk..<min(chunk + 20_000, scalars.count)]
            for (scalar, query) in zip(part, try queries(part.map { "?\($0)" }, in: encoding)) {
                // What has no code, and what is read otherwise than it is written: see the Encoding Standard's encoders.
                let isOneWay =
                    scalar == "\u{A5}" || scalar == "\u{203E}" || scalar == "\u{2212}"
                    || "\u{E000}"..."\u{F8FF}" ~= scalar
                guard !query.hasPrefix("%26%23"), !isOneWay else { continue }
                encoded += bytes(percentDecoding: query)
                expected.append(scalar)
            }
        }
        let scanner = PageScanner(.text)
        scanner.reset(contentType: "text/plain; charset=\(encoding)")
        encoded.withUnsafeBytes { scanner.feed($0) }
        scanner.finish()

        #expect(expected.count > 90)
        scanner.withText { #expect($0.elementsEqual(String(expected).utf8)) }
    }

    private func bytes(percentDecoding text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"),
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
