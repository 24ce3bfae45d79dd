import JobFile
import Testing

/// A list of URLs and a job file are told apart by how they begin.
@Suite struct URLListProbeTests {
    private func kind(_ text: String, isComplete: Bool = true) -> URLListProbe.Kind? {
        URLListProbe.kind(of: Array(text.utf8), isComplete: isComplete)
    }

    @Test(arguments: [
        "https://example.org/", "\u{FEFF}https://example.org/",
        "# a list\r\n\r\n  HTTP://example.org/ # note\r\n",
        "{\"url\": \"https://example.org/\", \"method\": \"POST\"}\n{\"url\": \"https://example.org/2\"}",
        "https://example.org/\tkey=value", "", "\n\n# nothing\n", "example.org\nhttps://example.org/",
    ])
    func `a list is one`(text: String) {
        #expect(kind(text) == .list)
    }

    @Test(arguments: [
        "urls: [https://example.org/]", "# a job\nname: docs\nurls:\n- https://example.org/",
        "---\nurls: [https://example.org/]", "{\"urls\": [\"https://example.org/\"]}", "{\n\"urls\": []\n}",
        "urls:\n  - https://example.org/", "\"urls\": [https://example.org/]", "%YAML 1.1\n---\nurls: []",
    ])
    func `a job file is one`(text: String) {
        #expect(kind(text) == .jobFile)
    }

    @Test func `the first line that is in neither is named`() {
        #expect(kind("# hosts\r\n\r\nexample.org\r\nexample.com") == .neither(line: 3, text: "example.org"))
        #expect(kind("a,b\nc,d\n") == .neither(line: 1, text: "a,b"))
        #expect(kind("- https://example.org/\n") == .neither(line: 1, text: "- https://example.org/"))
    }

    @Test func `a list in UTF-16 is one`() {
        #expect(URLListProbe.kind(of: [0xFF, 0xFE, 0x68, 0], isComplete: true) == .list)
    }

    @Test func `what a line is shows at its end`() {
        #expect(kind("# comment\nhttps://exam", isComplete: false) == nil)
        #expect(kind("# comment\n", isComplete: false) == nil)
        #expect(kind("https://example.org/\n", isComplete: false) == .list)
        #expect(kind(String(repeating: "#", count: URLListProbe.limit), isComplete: false) == .list)
    }
}
