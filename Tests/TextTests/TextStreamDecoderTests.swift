import Testing
import TrawlText

/// Texts that are no HTML pages, decoded piece by piece.
@Suite struct TextStreamDecoderTests {
    /// The text of some bytes that come in pieces of one length.
    private static func text(_ bytes: [UInt8], contentType: String? = nil, pieces: Int = .max) -> String {
        bytes.withUnsafeBytes { bytes in
            let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(TextStreamDecoder.headLength))
            var decoder = TextStreamDecoder(head: head, contentType: contentType)
            var output: [UInt8] = []
            var rest = bytes.dropFirst(decoder.markLength)
            while !rest.isEmpty {
                decoder.decode(UnsafeRawBufferPointer(rebasing: rest.prefix(pieces)), into: &output)
                rest = rest.dropFirst(pieces)
            }
            decoder.finish(into: &output)
            return String(decoding: output, as: UTF8.self)
        }
    }

    @Test(arguments: [1, 2, 3, .max])
    func `the byte order mark goes before the header`(pieces: Int) {
        let cases: [(bytes: [UInt8], text: String)] = [
            ([0xEF, 0xBB, 0xBF, 0xC3, 0xA9], "é"), ([0xFE, 0xFF, 0x00, 0xE9], "é"),
            ([0xFF, 0xFE, 0xE9, 0x00, 0x3D, 0xD8, 0x00, 0xDE], "é😀"),
        ]

        for (bytes, text) in cases {
            #expect(Self.text(bytes, contentType: "text/plain; charset=koi8-r", pieces: pieces) == text)
        }
    }

    @Test(arguments: [1, 2, 3, .max])
    func `the header goes before the XML declaration`(pieces: Int) {
        let declared = Array("<?xml version='1.0' encoding='koi8-r'?>".utf8)

        #expect(Self.text(declared + [0xC1], pieces: pieces).hasSuffix("?>а"))
        #expect(
            Self.text(declared + [0xE9], contentType: "text/xml; charset=latin1", pieces: pieces).hasSuffix(
                "?>é"))
        #expect(Self.text(declared + [0xE9], contentType: "text/xml; charset=nonsense").hasSuffix("?>И"))
    }

    @Test func `UTF-16 without a mark is known by its first character`() {
        #expect(Self.text([0x00, 0x61, 0x00, 0xE9]) == "aé")
        #expect(Self.text([0x61, 0x00, 0xE9, 0x00]) == "aé")
        // The header is wrong: a character of one byte is none of UTF-16.
        #expect(Self.text(Array("ab".utf8), contentType: "text/plain; charset=utf-16") == "ab")
    }

    @Test(arguments: [1, 2, .max])
    func `a character cut off at the end is one error`(pieces: Int) {
        #expect(Self.text([0xFE, 0xFF, 0x00, 0x61, 0xD8], pieces: pieces) == "a\u{FFFD}")
        #expect(Self.text([0xFE, 0xFF, 0x00, 0x61, 0xD8, 0x3D], pieces: pieces) == "a\u{FFFD}")
        #expect(
            Self.text([0x61, 0x82], contentType: "text/plain; charset=sjis", pieces: pieces) == "a\u{FFFD}")
    }

    @Test(arguments: [1, 2, .max])
    func `legacy encodings are decoded across pieces`(pieces: Int) {
        for (charset, bytes, text) in [
            ("shift_jis", [0x82, 0xA0, 0x61, 0xB1], "あaｱ"), ("euc-kr", [0xC7, 0xD1, 0x62], "한b"),
            ("big5", [0xA4, 0xA4], "中"), ("gb18030", [0x84, 0x31, 0xA4, 0x37, 0xD6, 0xD0], "\u{FFFD}中"),
            ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x24, 0x22, 0x1B, 0x28, 0x42, 0x61], "あa"),
            ("windows-1252", [0x80, 0xE9], "€é"), ("windows-1251", [0xCF], "П"),
        ] as [(String, [UInt8], String)] {
            #expect(Self.text(bytes, contentType: "text/plain; charset=\(charset)", pieces: pieces) == text)
        }
    }

    @Test func `the length of the source is told from decoded text`() {
        func length(_ text: String, _ charset: String) -> Int {
            let decoder = Array("ab".utf8).withUnsafeBytes {
                TextStreamDecoder(head: $0, contentType: "text/plain; charset=\(charset)")
            }
            return Array(text.utf8).withUnsafeBytes { decoder.sourceLength(of: $0) }
        }

        #expect(length("aé", "utf-8") == 3)
        #expect(length("aé", "windows-1252") == 2)
        #expect(length("aあ", "shift_jis") == 3)
    }
}
