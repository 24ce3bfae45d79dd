import CrawlCore
import Testing

/// Strings of JSON.
@Suite struct JSONTextTests {
    private static func string(_ text: String, _ style: JSONText.Style) -> String {
        var output: [UInt8] = []
        JSONText.append(text, style, to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""), ("a é 中 😀/'", "a é 中 😀/'"), ("\"\\", #"\"\\"#), ("a\nb\tc\rd", #"a\nb\tc\rd"#),
        ("\0\u{8}\u{C}\u{1F}\u{7F}", #"\u0000\u0008\u000c\u001f\u007f"#),
        ("\u{80}\u{2028}", "\u{80}\u{2028}"),
    ])
    func `control characters are escaped in what is printed and sent`(text: String, escaped: String) {
        #expect(JSONText.escaped(text) == escaped)
        #expect(Self.string(text, .printed) == "\"\(escaped)\"")
    }

    @Test(arguments: [
        ("\u{7F}\u{80}\u{85}\u{9F}\u{A0}", "\\u007f\\u0080\\u0085\\u009f\u{A0}"),
        ("\u{2027}\u{2028}\u{2029}\u{202A}", "\u{2027}\\u2028\\u2029\u{202A}"),
        ("\u{FEFF}\u{FFFD}\u{FFFE}\u{FFFF}", "\\ufeff\u{FFFD}\\ufffe\\uffff"), ("a\0é\r\n", #"a\u0000é\r\n"#),
        ("é😀中", "é😀中"),
    ])
    func `what YAML takes for something else is escaped for it`(text: String, escaped: String) {
        #expect(Self.string(text, .yaml) == "\"\(escaped)\"")
    }

    @Test(arguments: [
        ("a\0b", "a\u{FFFD}b"), ("\r\n\t\u{1}", #"\u000d\n\t\u0001"#), ("\u{7F}\u{80}", "\u{7F}\u{80}"),
    ])
    func `what is stored of pages has no NUL`(text: String, escaped: String) {
        #expect(Self.string(text, .stored) == "\"\(escaped)\"")
    }

    @Test func `bytes that are no UTF-8 stay as they are`() {
        var output: [UInt8] = []
        ([0xFF, 0x22, 0xC2] as [UInt8]).withUnsafeBytes { JSONText.append($0, .yaml, to: &output) }

        #expect(output == [0x22, 0xFF, 0x5C, 0x22, 0xC2, 0x22])
    }
}
