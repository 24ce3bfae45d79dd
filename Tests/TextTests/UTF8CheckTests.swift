import Testing
import TrawlText

/// Whether bytes are UTF-8.
@Suite struct UTF8CheckTests {
    private static func check(_ bytes: [UInt8]) -> UTF8Check { bytes.withUnsafeBytes { UTF8Check($0) } }

    @Test func `text in UTF-8 is`() {
        #expect(Self.check([]).isUTF8)
        #expect(Self.check(Array("plain".utf8)).isUTF8)
        #expect(Self.check(Array("é中😀".utf8)).isUTF8)
    }

    @Test func `a character that is cut off at the end does not count`() {
        #expect(Self.check(Array("é".utf8) + [0xE4, 0xB8]).isUTF8)
    }

    @Test(
        arguments: [
            [0xC0, 0x80, 0x20], [0xE0, 0x80, 0x80, 0x20], [0xED, 0xA0, 0x80, 0x20],
            [0xF4, 0x90, 0x80, 0x80, 0x20],
            [0xFF, 0x20], [0x80, 0x20],
        ] as [[UInt8]])
    func `overlong forms, surrogates and stray bytes are errors`(bytes: [UInt8]) {
        #expect(!Self.check(bytes).isUTF8)
    }

    @Test func `one slip in ten characters is forgiven`() {
        let text = Array("éééééééééé".utf8)

        #expect(Self.check(text + [0xFF, 0x20]).isUTF8)
        #expect(!Self.check(text + [0xFF, 0xFF, 0x20]).isUTF8)
    }
}
