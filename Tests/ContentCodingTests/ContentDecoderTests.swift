import ContentCoding
import Testing

@Suite struct ContentDecoderTests {
    private let page = bytes("<title>Ä</title>" + (0..<3000).map { "<p>\($0 * 7919)" }.joined())

    /// The page in every coding, and in several at once.
    private func encodings() throws -> [(codings: String, body: [UInt8])] {
        [
            ("gzip", try gzip(page)), ("x-gzip", try gzip(page)), ("GZIP", try gzip(page)),
            ("deflate", try deflated(page, windowBits: 15)), ("deflate", try deflated(page, windowBits: -15)),
            ("zstd", try zstd(page)), ("zstd", try zstd(page, windowLog: 23)),
            ("gzip, zstd", try zstd(gzip(page))),
            ("zstd,gzip", try gzip(zstd(page))),
            ("gzip, gzip, gzip, gzip, gzip", try gzip(gzip(gzip(gzip(gzip(page)))))),
            ("identity", page), ("", page), ("identity, gzip", try gzip(page)),
            ("gzip", try gzip(Array(page.prefix(9))) + gzip(Array(page.dropFirst(9)))),
            ("zstd", try zstd(Array(page.prefix(9))) + zstd(Array(page.dropFirst(9)))),
        ]
    }

    @Test(arguments: [1, 2, 7, 1460, 16384, .max])
    func `a body decodes to the same however it is cut`(pieces: Int) throws {
        let decoder = ContentDecoder()
        for (codings, body) in try encodings() {
            let decoded = Decoded(body, codings, pieces: pieces, by: decoder)

            #expect(decoded.failure == nil, "\(codings)")
            #expect(decoded.body == page, "\(codings)")
        }
    }

    @Test(arguments: [1, 7, .max])
    func `brotli decodes however it is cut`(pieces: Int) {
        #expect(Decoded(Brotli.page, "br", pieces: pieces).text == "<title>brotli</title>")
        #expect(Decoded(Brotli.spaces, "br", pieces: pieces).body.count == 5021)
    }

    @Test func `every coding that is offered is undone`() throws {
        for coding in ContentDecoder.acceptEncoding.split(separator: ",") {
            #expect(throws: Never.self) {
                try ContentDecoder().begin(String(coding), intermediateLimit: 1)
            }
        }
    }

    @Test func `a body that is cut off anywhere is truncated, and what came is there`() throws {
        let decoder = ContentDecoder()
        for (codings, body) in try encodings() where codings.contains("z") || codings == "deflate" {
            // Members and frames that are whole are a body.
            guard try body != gzip(Array(page.prefix(9))) + gzip(Array(page.dropFirst(9))) else { continue }
            guard try body != zstd(Array(page.prefix(9))) + zstd(Array(page.dropFirst(9))) else { continue }
            for count in [1, 2, 5, 17, body.count / 2, body.count - 4, body.count - 1] {
                let decoded = Decoded(Array(body.prefix(count)), codings, by: decoder)

                guard case .truncated = decoded.failure else {
                    Issue.record(
                        "\(codings), \(count) of \(body.count): \(String(describing: decoded.failure))")
                    continue
                }
                #expect(page.starts(with: decoded.body))
                if codings == "gzip", count == body.count / 2 { #expect(decoded.body.count > 1000) }
            }
        }
        #expect(Decoded(Array(Brotli.page.dropLast()), "br").failure == .truncated(coding: "br"))
    }

    @Test func `a second member that is cut off is truncated`() throws {
        let body = try gzip(bytes("first")) + gzip(bytes("second")).dropLast(3)

        #expect(Decoded(body, "gzip").failure == .truncated(coding: "gzip"))
        #expect(Decoded(body, "gzip", pieces: 1).text.hasPrefix("first"))
    }

    @Test(arguments: [1, 3, .max])
    func `what follows the end is left alone, unless it is another member`(pieces: Int) throws {
        for garbage: [UInt8] in [
            [0], [0x1F], [0x1F, 0x1F, 0x8B], Array(repeating: 0, count: 600), bytes("<html>garbage"),
        ] {
            for (coding, body) in [
                ("gzip", try gzip(page)), ("deflate", try deflated(page, windowBits: 15)),
                ("deflate", try deflated(page, windowBits: -15)), ("zstd", try zstd(page)),
            ] {
                let decoded = Decoded(body + garbage, coding, pieces: pieces)
                #expect(decoded.failure == nil, "\(coding) \(garbage.prefix(3))")
                #expect(decoded.body == page)
            }
            #expect(Decoded(Brotli.page + garbage, "br", pieces: pieces).failure == nil)
        }
        #expect(Decoded(try gzip(page) + [0x1F, 0x8B, 0x08], "gzip").failure == .truncated(coding: "gzip"))
    }

    @Test func `the check sum and the length at the end of gzip are checked`() throws {
        let body = try gzip(page)
        for index in body.count - 8..<body.count {
            var damaged = body
            damaged[index] ^= 1

            let decoded = Decoded(damaged, "gzip")

            guard case .corrupt(coding: "gzip", _) = decoded.failure else {
                Issue.record("\(index): \(String(describing: decoded.failure))")
                continue
            }
            #expect(decoded.body == page, "what was read before is kept")
        }
    }

    @Test(arguments: ["gzip", "br", "zstd"])
    func `what is not in its coding is corrupt`(coding: String) {
        for body in [page, bytes("\u{8B}\u{05}\u{80}not brotli at all"), Array(repeating: 0xFF, count: 100)] {
            let decoded = Decoded(body, coding)

            guard case .corrupt = decoded.failure else {
                Issue.record("\(coding): \(String(describing: decoded.failure))")
                continue
            }
            #expect(decoded.text.isEmpty)
        }
    }

    @Test(arguments: [
        "utf-8", "UTF8", "text/html", "none", "binary", "8bit", "iso-8859-1", "x-sjis",
        "chunked", "*",
        "utf-8, none", "\"gzip\"", ",", "gzipped, utf-8",
    ])
    func `a name that is no coding leaves the body as it is`(name: String) {
        #expect(Decoded(page, name).body == page)
        #expect(Decoded(page, name).failure == nil)
    }

    @Test func `a name that is no coding does not hide one that is`() throws {
        let zipped = try gzip(page)
        #expect(Decoded(zipped, "utf-8, gzip").body == page)
        #expect(Decoded(zipped, "gzip, utf-8").body == page)
        let many = Array(repeating: "utf-8", count: 100_000).joined(separator: ", ")
        #expect(Decoded(page, many).body == page)
    }

    @Test(arguments: ["compress", "x-compress", "bzip2", "dcz", "exi", "lzma", "x-frobnicate", "gzip;q=1"])
    func `a coding that cannot be undone is refused`(name: String) {
        #expect(Decoded(page, name).failure == .unknownCoding(name))
    }

    @Test func `more than five codings are refused`() {
        let many = Array(repeating: "gzip", count: 100).joined(separator: ", ")
        #expect(Decoded(page, many).failure == .tooManyCodings(100))
        #expect(Decoded(page, "br,br,br,br,br,br").failure == .tooManyCodings(6))
    }

    @Test func `a zstd window of more than 8 MiB is refused`() throws {
        let large = try zstd(Array(repeating: 65, count: 100), windowLog: 24)

        guard case .corrupt(coding: "zstd", let message) = Decoded(large, "zstd").failure else {
            Issue.record("not refused")
            return
        }
        #expect(message.contains("memory"))
    }

    @Test func `a deflate stream that needs a dictionary is corrupt`() {
        // RFC 1950, section 2.2: FDICT is bit 5 of the second byte.
        #expect(
            Decoded([0x78, 0xBB, 1, 2, 3, 4, 5, 6], "deflate").failure
                == .corrupt(coding: "deflate", "it needs a dictionary"))
    }

    @Test func `a decoder that failed decodes the next body`() throws {
        let decoder = ContentDecoder()
        _ = Decoded(Array(try gzip(page).prefix(100)), "gzip", by: decoder)
        _ = Decoded(page, "zstd", by: decoder)
        _ = Decoded(Array(try zstd(page).prefix(100)), "zstd", by: decoder)
        _ = Decoded(page, "br, gzip, gzip", by: decoder)

        for (codings, body) in try encodings() {
            #expect(Decoded(body, codings, by: decoder).body == page, "\(codings)")
        }
    }

    @Test func `a body without a byte is no error`() {
        #expect(
            Decoded([], "gzip").failure == .truncated(coding: "gzip"), "for who asks; a transfer does not")
        #expect(Decoded([], "").failure == nil)
    }

    @Test func `random damage never does worse than an error`() throws {
        var random = SystemRandomNumberGenerator()
        let decoder = ContentDecoder()
        let bodies =
            try encodings().filter { !$0.codings.isEmpty } + [
                ("br", Brotli.spaces), ("br, gzip", gzip(Brotli.page)),
            ]
        for _ in 0..<60 {
            for (codings, body) in bodies {
                var damaged = body
                for _ in 0..<Int.random(in: 1...5, using: &random) {
                    damaged[Int.random(in: damaged.indices, using: &random)] = UInt8.random(
                        in: 0...255, using: &random)
                }

                let decoded = Decoded(damaged, codings, pieces: 1000, limit: 1 << 20, by: decoder)

                #expect(decoded.body.count <= 1 << 20 + ContentDecoder.sliceSize)
                #expect(decoded.largestSlice <= ContentDecoder.sliceSize || codings == "identity")
            }
        }
    }
}
