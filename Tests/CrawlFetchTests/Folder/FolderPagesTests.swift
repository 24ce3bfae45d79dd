import CrawlCore
import CrawlFetch
import Testing
import TrawlTestSupport

/// Which pages a folder has.
@Suite struct FolderPagesTests {
    private func pages(_ folder: TestFolder, cleanURLs: Bool = false) throws -> [String] {
        Array(try FolderSite(root: folder.path, base: "https://example.org/d", cleanURLs: cleanURLs).pages())
            .map { String($0.dropFirst("https://example.org/d/".count)) }
    }

    @Test func `every page is listed in order, an index by its folder`() throws {
        let folder = try TestFolder([
            "index.html": "", "b.html": "", "a.HTM": "", "c.xhtml": "", "style.css": "", "noending": "",
            "b/index.html": "", "b/z.html": "", "deep/er/still/x.html": "", "empty/": "",
        ])

        #expect(
            try pages(folder) == ["a.HTM", "b/", "b/z.html", "b.html", "c.xhtml", "deep/er/still/x.html", ""])
    }

    @Test func `with clean URLs pages have no ending`() throws {
        let folder = try TestFolder([
            "index.html": "", "a.html": "", "b.htm": "", "d/.html/x.html": "", "d/e.html": "",
        ])

        #expect(try pages(folder, cleanURLs: true) == ["a", "b.htm", "d/e", ""])
    }

    @Test func `names are written as links would write them`() throws {
        let names = [
            "50%.html", "a b.html", "q?.html", "h#.html", "[1-3].html", "{x}.html", "back\\slash.html",
            "ä.html", "new\nline.html",
        ]
        let folder = try TestFolder(Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
        try folder.add(bytes: [0xFF] + Array(".html".utf8), "")
        let pages = try pages(folder)

        #expect(
            Set(pages) == [
                "50%25.html", "a%20b.html", "q%3F.html", "h%23.html", "[1-3].html", "%7Bx%7D.html",
                "back%5Cslash.html",
                "%C3%A4.html", "new%0Aline.html", "%FF.html",
            ])
        let site = try FolderSite(root: folder.path, base: "https://example.org/d")
        for url in site.pages() {
            guard case .file = site.answer(to: try .init(parsing: url)) else {
                Issue.record("\(url) is not found")
                continue
            }
        }
    }

    @Test func `links are listed where they lead to a page of the folder, and folders behind them once`()
        throws
    {
        let outer = try TestFolder(["secret.html": "", "site/a.html": "", "site/d/b.html": ""])
        try outer.link("site/alias.html", to: "a.html")
        try outer.link("site/out.html", to: "../secret.html")
        try outer.link("site/gone.html", to: "nowhere.html")
        try outer.link("site/ring", to: ".")
        try outer.link("site/d/up", to: "..")
        try outer.fifo("site/pipe.html")

        let site = try FolderSite(root: outer.path + "/site", base: "https://example.org/")

        #expect(
            Array(site.pages()) == [
                "https://example.org/a.html", "https://example.org/alias.html",
                "https://example.org/d/b.html",
            ])
    }

    @Test func `hidden files are left out and Markdown is counted`() throws {
        let folder = try TestFolder([
            ".git/x.html": "", ".hidden.html": "", ".well-known/a.html": "", "b.html": "", "README.md": "",
            "d/x.markdown": "",
        ])
        var pages = try FolderSite(root: folder.path).pages()
        var urls: [String] = []
        while let url = pages.next() { urls.append(url) }

        #expect(urls == ["http://localhost/.well-known/a.html", "http://localhost/b.html"])
        #expect(pages.markdownFiles == 2)
        #expect(pages.unreadable.isEmpty)
    }
}
