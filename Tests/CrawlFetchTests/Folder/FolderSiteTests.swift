import CrawlCore
import CrawlFetch
import Glibc
import Testing
import TrawlTestSupport

/// What a folder answers in the place of a server.
@Suite struct FolderSiteTests {
    private static func answer(_ folder: TestFolder, _ url: String, base: String, cleanURLs: Bool) throws
        -> String
    {
        let site = try FolderSite(root: folder.path, base: base, cleanURLs: cleanURLs)
        switch site.answer(to: try WebURL(parsing: url)) {
        case .file(let file): return "200 \(file.contentType) \(file.length)"
        case .redirect(let target): return "301 \(target)"
        case .fault(.noFile): return "no file"
        case .fault(.isDirectory): return "directory"
        case .fault(.caseDiffers(let path)): return "spelled \(path)"
        case .fault(.refused(let reason)): return "refused: \(reason)"
        case .outside: return "outside"
        case nil: return "not its host"
        }
    }

    private func answer(
        _ folder: TestFolder, _ url: String, base: String = "https://example.org/", cleanURLs: Bool = false
    ) throws -> String {
        try Self.answer(folder, url, base: base, cleanURLs: cleanURLs)
    }

    @Test(arguments: [
        ("/", "200 text/html 4"), ("/index.html", "200 text/html 4"), ("/?q", "200 text/html 4"),
        ("/dir", "301 https://example.org/dir/"), ("/dir?a=1", "301 https://example.org/dir/?a=1"),
        ("/dir/", "200 text/html 3"), ("/dir//index.html", "200 text/html 3"),
        ("/empty/", "directory"), ("/empty", "301 https://example.org/empty/"),
        ("/a.html?v=2", "200 text/html 1"), ("/a.html/", "no file"), ("/a.html/b", "no file"),
        ("/a%2Ehtml", "200 text/html 1"), ("/x/../a.html", "200 text/html 1"),
        ("/style.CSS", "200 text/css 2"), ("/sprite.svg", "200 image/svg+xml 0"),
        ("/noending", "200 application/octet-stream 0"), ("/gone.html", "no file"),
        ("/a%20b%25.html", "200 text/html 5"), ("/a%20b%.html", "200 text/html 5"),
        ("/%C3%A4.html", "200 text/html 6"), ("/ä.html", "200 text/html 6"),
        ("/q%3F%23.html", "200 text/html 7"), ("/q?#.html", "no file"),
        ("/page", "no file"), ("/both", "301 https://example.org/both/"),
    ])
    func `a URL is answered as a static server would`(path: String, answer: String) throws {
        let folder = try TestFolder([
            "index.html": "root", "dir/index.html": "dir", "empty/": "", "a.html": "a", "style.CSS": "ab",
            "sprite.svg": "", "noending": "", "a b%.html": "12345", "ä.html": "123456", "q?#.html": "1234567",
            "page.html": "p", "both/index.html": "", "both.html": "b",
        ])

        #expect(try self.answer(folder, "https://example.org" + path) == answer)
    }

    @Test(arguments: [
        ("/page", "200 text/html 1"), ("/page.html", "200 text/html 1"), ("/page/", "no file"),
        ("/both", "200 text/html 2"), ("/both/", "200 text/html 3"), ("/dir/in", "200 text/html 4"),
        ("/dir", "301 https://example.org/dir/"), ("/gone", "no file"),
    ])
    func `with clean URLs a page needs no ending`(path: String, answer: String) throws {
        let folder = try TestFolder([
            "page.html": "1", "both.html": "12", "both/index.html": "123", "dir/in.html": "1234",
        ])

        #expect(try self.answer(folder, "https://example.org" + path, cleanURLs: true) == answer)
    }

    @Test(arguments: [
        ("https://example.org/docs/a.html", "200 text/html 1"),
        ("https://example.org/docs", "301 https://example.org/docs/"),
        ("https://example.org/%64ocs/a.html", "200 text/html 1"),
        ("https://example.org/docs-old/a.html", "outside"),
        ("https://example.org/", "outside"), ("https://example.org/a.html", "outside"),
        ("http://example.org/docs/a.html", "301 https://example.org/docs/a.html"),
        ("https://example.org:8443/docs/a.html", "not its host"),
        ("https://www.example.org/docs/a.html", "not its host"),
        ("mailto:a@example.org", "not its host"),
        ("https://user:pw@example.org/docs/a.html", "200 text/html 1"),
    ])
    func `the folder stands for its base's host and knows what is under the base`(url: String, answer: String)
        throws
    {
        let folder = try TestFolder(["a.html": "1", "index.html": ""])

        #expect(try self.answer(folder, url, base: "https://example.org/docs") == answer)
    }

    @Test(arguments: [
        "/%2e%2e/secret.html", "/..%2Fsecret.html", "/%2e%2e%2fsecret.html", "/dir%2Fa.html", "/dir%2fa.html",
        "/..\\secret.html", "/%00", "/a.html%00.png", "/dir/%2e%2e/%2e%2e/secret.html", "/....//secret.html",
    ])
    func `no path leads out of the folder`(path: String) throws {
        let outer = try TestFolder(["secret.html": "secret", "site/dir/a.html": "", "site/a.html": ""])
        let site = try FolderSite(root: outer.path + "/site", base: "https://example.org/")

        guard case .fault(.noFile) = site.answer(to: try WebURL(parsing: "https://example.org" + path)) else {
            Issue.record("\(path) is answered")
            return
        }
    }

    @Test func `symbolic links are followed within the folder and refused outside`() throws {
        let outer = try TestFolder([
            "secret.html": "secret", "site/a.html": "a", "site/dir/b.html": "bb", "site-old/c.html": "",
        ])
        let root = outer.path + "/site"
        try outer.link("site/relative.html", to: "dir/b.html")
        try outer.link("site/absolute.html", to: root + "/dir/b.html")
        try outer.link("site/linked", to: "dir")
        try outer.link("site/out.html", to: "../secret.html")
        try outer.link("site/out", to: "..")
        try outer.link("site/neighbour", to: outer.path + "/site-old")
        try outer.link("site/ring.html", to: "ring.html")
        try outer.link("site/dangling.html", to: "nowhere.html")
        try outer.link("site/passwd.html", to: "/etc/passwd")
        let site = try TestFolder()
        try site.link("root", to: root)

        for (path, answer) in [
            ("relative.html", "200 text/html 2"), ("absolute.html", "200 text/html 2"),
            ("linked/b.html", "200 text/html 2"),
            ("out.html", "refused: a symbolic link that leads out of the folder"),
            ("out/secret.html", "refused: a symbolic link that leads out of the folder"),
            ("neighbour/c.html", "refused: a symbolic link that leads out of the folder"),
            ("passwd.html", "refused: a symbolic link that leads out of the folder"),
            ("ring.html", "refused: symbolic links that lead in a circle"), ("dangling.html", "no file"),
        ] {
            // The folder itself may be named by a symbolic link.
            for root in [root, root + "/", site.path + "/root"] {
                let folder = try FolderSite(root: root, base: "https://example.org/")
                let found: String =
                    switch folder.answer(to: try WebURL(parsing: "https://example.org/" + path)) {
                    case .file(let file): "200 \(file.contentType) \(file.length)"
                    case .fault(.noFile): "no file"
                    case .fault(.refused(let reason)): "refused: \(reason)"
                    default: "something else"
                    }
                #expect(found == answer, "\(path)")
            }
        }
    }

    @Test func `what is no plain file is refused, without opening it`() throws {
        let folder = try TestFolder()
        try folder.fifo("pipe.html")

        #expect(try answer(folder, "https://example.org/pipe.html") == "refused: it is not a plain file")
    }

    @Test(.enabled(if: getuid() != 0, "root may read everything"))
    func `a file that cannot be read says so`() throws {
        let folder = try TestFolder(["a.html": "", "closed/b.html": ""])
        try folder.setMode(0, of: "a.html")
        try folder.setMode(0, of: "closed")
        defer { try? folder.setMode(0o700, of: "closed") }

        #expect(
            try answer(folder, "https://example.org/a.html")
                == "refused: the file cannot be read: Permission denied")
        #expect(
            try answer(folder, "https://example.org/closed/b.html")
                == "refused: the file cannot be read: Permission denied")
    }

    @Test(arguments: [
        ("/a.html", "spelled A.html"), ("/DOCS/intro.html", "spelled docs/Intro.html"),
        ("/docs/INTRO.HTML", "spelled docs/Intro.html"), ("/docs/a%20B.html", "spelled docs/A%20b.html"),
        ("/o%CC%88.html", "spelled %C3%B6.html"), ("/docs/gone.html", "no file"),
        ("/gone/Intro.html", "no file"),
    ])
    func `a file in other capitals is named`(path: String, answer: String) throws {
        let folder = try TestFolder([
            "A.html": "", "docs/Intro.html": "", "docs/A b.html": "", "\u{F6}.html": "",
        ])

        #expect(try self.answer(folder, "https://example.org" + path) == answer)
    }

    @Test func `a name that is no UTF-8 can be asked for`() throws {
        let folder = try TestFolder()
        try folder.add(bytes: [0xFF, 0xFE] + Array(".html".utf8), "page")

        #expect(try answer(folder, "https://example.org/%FF%FE.html") == "200 text/html 4")
    }

    @Test(arguments: [
        ("ftp://example.org/", "has to begin with https:// or http://"), ("example.org", "is no URL"),
        ("https://example.org/?q", "must have no query"), ("https://u:p@example.org/", "must have no query"),
        ("https://example.org/a%2Fb/", "is none of a folder"),
    ])
    func `a base that no folder can have is refused`(base: String, message: String) throws {
        let folder = try TestFolder()

        #expect {
            try FolderSite(root: folder.path, base: base)
        } throws: {
            "\($0)".contains(message)
        }
    }

    @Test func `a folder that is not there is refused`() throws {
        let folder = try TestFolder(["a.html": ""])

        #expect(throws: FolderSiteError.self) { try FolderSite(root: folder.path + "/gone") }
        #expect(throws: FolderSiteError.self) { try FolderSite(root: folder.path + "/a.html") }
    }
}
