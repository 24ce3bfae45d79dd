import CrawlCore
import CrawlFetch
import Testing
import TrawlTestSupport

/// Pages that come out of a folder.
@Suite struct FolderFetchTests {
    private func receiver(
        _ folder: TestFolder, cleanURLs: Bool = false, _ change: (inout JobSpec) -> Void = { _ in }
    ) throws -> TestReceiver {
        let site = try FolderSite(root: folder.path, base: "https://example.org/", cleanURLs: cleanURLs)
        return try TestReceiver(change, folder: site)
    }

    @Test func `a page is read from its file, with the digest that it would have from a server`() throws {
        let folder = try TestFolder(["a.html": "<title>A file</title>"])
        let receiver = try receiver(folder)

        let outcome = try receiver.fetch("https://example.org/a.html?x")

        #expect(outcome.verdict == .done)
        #expect(outcome.response.statusCode == 200)
        #expect(outcome.response.title == "A file")
        #expect(outcome.response.contentType == "text/html")
        #expect(outcome.response.contentLength == 21)
        #expect(outcome.response.contentDigest != nil)
        #expect(outcome.response.remoteIP == nil)
        #expect(receiver.signal == .answered)
    }

    @Test func `a folder's index is behind a redirect that is meant to last`() throws {
        let folder = try TestFolder(["dir/index.html": "<title>Index</title>"])

        let outcome = try receiver(folder).fetch("https://example.org/dir")

        #expect(outcome.response.title == "Index")
        #expect(outcome.response.finalURL == "https://example.org/dir/")
        #expect(outcome.linkVerdict?.verdict == .redirected)
    }

    @Test(
        arguments: [
            ("/gone.html", "no_file", "the folder has no such file"),
            ("/empty/", "is_directory", "the folder has a folder of that name, and no index.html in it"),
            ("/empty", "is_directory", "the folder has a folder of that name, and no index.html in it"),
            ("/a.html", "case_differs", "the folder has no such file, but one that is spelled A.html"),
            ("/pipe.html", "status", "it is not a plain file"),
        ], [true, false])
    func `what the folder cannot send is broken, with its reason`(
        file: (path: String, reason: String, message: String), asksWithHEAD: Bool
    ) throws {
        let folder = try TestFolder(["A.html": "", "empty/": ""])
        try folder.fifo("pipe.html")
        let check = CheckContext(isOwn: true, asksWithHEAD: asksWithHEAD)

        let outcome = try receiver(folder).fetch("https://example.org" + file.path, check: check)

        #expect(outcome.verdict == .failed(.httpStatus))
        #expect(outcome.error == file.message)
        #expect(outcome.linkVerdict?.verdict == .broken)
        #expect(outcome.linkVerdict?.reason?.rawValue == file.reason)
    }

    @Test func `a file that is only asked for is not read`() throws {
        let folder = try TestFolder(["big.png": String(repeating: "x", count: 3 << 20)])
        let receiver = try receiver(folder)

        let head = try receiver.fetch(
            "https://example.org/big.png", check: .init(isOwn: true, asksWithHEAD: true))
        let get = try receiver.fetch(
            "https://example.org/big.png", check: .init(isOwn: true, asksWithHEAD: false))

        #expect(head.verdict == .done)
        #expect(head.response.sizeDownload == 0)
        #expect(get.verdict == .done)
        #expect(get.response.sizeDownload <= 256 << 10)
    }

    @Test func `a large page is read in parts, up to the limit of bodies`() throws {
        let text = "<title>Large</title>" + String(repeating: "text ", count: 400_000)
        let folder = try TestFolder(["a.html": text])

        let whole = try receiver(folder) { $0.metadata = true }.fetch("https://example.org/a.html")
        let cut = try receiver(folder) { $0.limits.body = 1 << 20 }.fetch("https://example.org/a.html")

        #expect(whole.response.contentLength == Int64(text.utf8.count))
        #expect(whole.verdict == .done)
        #expect(cut.verdict == .failed(.tooLarge))
        #expect(cut.response.title == "Large")
    }

    @Test func `no server is asked for anything else`() throws {
        let folder = try TestFolder()
        let receiver = try receiver(folder)

        let outcome = try receiver.fetch("https://www.example.org/")

        #expect(outcome.verdict == .skipped(.scope))
        #expect(outcome.error == "it is not of the folder, and no server is asked")
        #expect(outcome.linkVerdict?.verdict == .notChecked)
    }

    @Test func `nothing of one answer is left for the next`() throws {
        let folder = try TestFolder(["a.html": "<title>A</title>", "b.css": "b{}"])
        let receiver = try receiver(folder)

        #expect(try receiver.fetch("https://example.org/gone").verdict == .failed(.httpStatus))
        #expect(try receiver.fetch("https://example.org/a.html").response.title == "A")
        #expect(try receiver.fetch("https://www.example.org/").response.statusCode == nil)
        #expect(try receiver.fetch("https://example.org/b.css").response.contentType == "text/css")
    }
}
