import CrawlCore
import Foundation
import HTMLScan

/// Prints what pages and style sheets refer to, an object a file, for scripts/benchmarks/chromium_links.py.
struct ReferenceListing {
    /// Where the files are.
    private let folder: URL
    /// What stands for the folder in the URLs of the files.
    private let url: WebURL

    /// One file: what it refers to as element, attribute, text and absolute URL, and how many ids it has.
    private struct Line: Encodable {
        let path: String
        var references: [[String?]] = []
        var ids = 0
        var isCutShort = false
    }

    init(folder: String?, url: String?) throws {
        self.folder = URL(filePath: folder ?? ".")
        self.url = try WebURL(parsing: url ?? "")
    }

    /// Reads names of files from standard input, relative to the folder.
    func print() throws {
        let pages = PageScanner(.references)
        let sheets = StyleSheetScanner()
        let encoder = JSONEncoder()
        while let path = readLine() {
            let body = try Data(contentsOf: folder.appending(path: path))
            let file = try WebURL(
                parsing: path.replacing("%", with: "%25").replacing("?", with: "%3F"), base: url)
            var line = Line(path: path)
            if path.hasSuffix(".css") {
                sheets.reset(contentType: "text/css")
                body.withUnsafeBytes { sheets.feed($0) }
                sheets.finish()
                add(sheets.references, base: file, to: &line)
            } else {
                pages.reset(contentType: "text/html")
                body.withUnsafeBytes { pages.feed($0) }
                pages.finish()
                if let found = pages.references {
                    add(found, base: WebURL.base(pages.baseHref, of: file), to: &line)
                }
            }
            Swift.print(String(decoding: try encoder.encode(line), as: UTF8.self))
        }
    }

    private func add(_ found: PageReferences, base: WebURL, to line: inout Line) {
        for reference in found.references.map(\.reference) {
            let url = try? WebURL(parsing: reference.url, base: WebURL.base(reference.base, of: base))
            line.references.append([reference.element, reference.attribute, reference.text, url?.href])
        }
        line.ids = found.ids.hashes.count
        line.isCutShort = found.isCutShort
    }
}
