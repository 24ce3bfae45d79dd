import Foundation
import HTMLScan
import Testing

/// Paths as a browser's inspector gives them find in a page's tree what they found in the browser.
///
/// `Cases/browser-paths.jsonl` has pages, and of each all nodes that Chromium made of it: the path of each and the beginning of its
/// text. `TRAWL_BROWSER_PATHS` names another file of that form, which may be of any size.
@Suite struct BrowserPathTests {
    private struct Case: Decodable {
        let page: String
        let type: String?
        let nodes: [[String]]
    }

    private static func cases() throws -> [Case] {
        let file =
            ProcessInfo.processInfo.environment["TRAWL_BROWSER_PATHS"].map { URL(filePath: $0) }
            ?? URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "Cases/browser-paths.jsonl")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
            try JSONDecoder().decode(Case.self, from: Data($0.utf8))
        }
    }

    @Test func `every path of a browser's tree finds its node`() throws {
        let scanner = PageScanner(.tree)
        for page in try Self.cases() {
            var scanned = 0
            for (index, node) in page.nodes.enumerated() {
                // There is a limit to what may be asked of one page.
                if index % 500 == 0 {
                    _ = scanner.title(of: page.page, contentType: page.type ?? "text/html; charset=utf-8")
                    scanned = index
                }
                let value = scanner.evaluate(try XPathExpression(node[0]), limit: 2)
                guard case .nodes(let texts) = value, texts.count == 1, Self.begins(texts[0], node[1]) else {
                    Issue.record(
                        "\(node[0]) is \(String(describing: value)), not \(node[1].debugDescription), in \(page.page.prefix(2000))"
                    )
                    break
                }
                if index == page.nodes.count - 1, scanned == 0 {
                    let count = scanner.evaluate(
                        try XPathExpression("count(/html/descendant-or-self::node())"), limit: 1)
                    #expect(count == .number(Double(page.nodes.count)), "\(page.page.prefix(2000))")
                }
            }
        }
    }

    /// Whether a text is what the browser has: of long ones the first 60 characters, in UTF-16, are known.
    private static func begins(_ text: String, _ expected: String) -> Bool {
        let text = Array(text.utf16)
        let expected = Array(expected.utf16)
        return expected.count < 60 ? text == expected : text.starts(with: expected)
    }
}
