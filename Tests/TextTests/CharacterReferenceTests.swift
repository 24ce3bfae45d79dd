import Testing
import TrawlText

/// Character references of HTML.
@Suite struct CharacterReferenceTests {
    /// What a text that begins with `&` resolves to, and how many bytes that takes.
    private static func resolve(_ text: String, isAttribute: Bool = false) -> (text: String, length: Int) {
        var output: [UInt8] = []
        let length = Array(text.utf8).withUnsafeBytes {
            CharacterReference.resolve($0, at: 0, isAttribute: isAttribute, into: &output)
        }
        return (String(decoding: output, as: UTF8.self), length)
    }

    @Test(arguments: [
        ("&amp;x", "&", 5), ("&ampx", "&", 4), ("&notit;", "¬", 4), ("&notin;", "∉", 7), ("&#65;", "A", 5),
        ("&#x41 ", "A", 5), ("&#128;", "€", 6), ("&#0;", "\u{FFFD}", 4), ("&#xD800;", "\u{FFFD}", 8),
        ("&#99999999999;", "\u{FFFD}", 14), ("&acE;", "∾̳", 5), ("&", "", 0), ("&;", "", 0), ("&#;", "", 0),
        ("&nothing;", "¬", 4), ("&unknown;", "", 0),
    ])
    func `references in text are resolved`(text: String, resolved: String, length: Int) {
        let result = Self.resolve(text)

        #expect(result.text == resolved)
        #expect(result.length == length)
    }

    @Test func `in an attribute a parameter is no reference`() {
        #expect(Self.resolve("&copy=1", isAttribute: true).length == 0)
        #expect(Self.resolve("&copy1", isAttribute: true).length == 0)
        #expect(Self.resolve("&copy&x", isAttribute: true).text == "©")
        #expect(Self.resolve("&copy;=1", isAttribute: true).text == "©")
    }
}
