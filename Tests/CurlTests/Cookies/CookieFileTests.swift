import CrawlCore
import Foundation
import LoopbackServer
import Testing

@testable import Curl

/// Cookies in Netscape's format.
@Suite struct CookieFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "trawl-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func file(_ text: String?, isSaved: Bool = false) throws -> JobSpec.CookieFile {
        let path = folder.appending(path: "cookies.txt").path
        try text?.write(toFile: path, atomically: false, encoding: .utf8)
        var file = JobSpec.CookieFile(path: path)
        file.isSaved = isSaved
        return file
    }

    private func mistake(_ text: String?, isSaved: Bool = false) throws -> String? {
        let file = try file(text, isSaved: isSaved)
        let error = #expect(throws: CookieFileError.self) { try file.read() }
        return error?.description.replacingOccurrences(of: file.path, with: "cookies.txt")
    }

    @Test func `comments and empty lines are no cookies, but for those that scripts must not see`() throws {
        let file = try file(
            "# Netscape HTTP Cookie File\r\n\n#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1\r\n.example.org\tTRUE\t/x\ttrue\t4102444800\tb\t\n"
        )

        #expect(
            try file.read() == [
                "#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1",
                ".example.org\tTRUE\t/x\ttrue\t4102444800\tb\t",
            ])
    }

    @Test(arguments: [
        "a=1; b=2", "127.0.0.1 FALSE / FALSE 0 a 1", "127.0.0.1\tFALSE\t/\tFALSE\tsoon\ta\t1",
        "127.0.0.1\tno\t/\tFALSE\t0\ta\t1", "127.0.0.1\tFALSE\t\tFALSE\t0\ta\t1",
        "127.0.0.1\tFALSE\t/\tFALSE\t0\t\t1", "Set-Cookie: a=1", "[{\"name\": \"a\"}]",
        "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1\u{0}",
    ])
    func `a line of another format is named`(line: String) throws {
        let message = try #require(try mistake("# Netscape HTTP Cookie File\n\(line)\n"))

        #expect(message.hasPrefix("cookies.txt:2: not a cookie in Netscape's format: "))
    }

    @Test func `a file that is missing is a mistake, unless it is to be written`() throws {
        #expect(try mistake(nil) == "cookies.txt: cannot be read: No such file or directory")
        #expect(try file(nil, isSaved: true).read() == [])
        var elsewhere = JobSpec.CookieFile(path: "/nowhere/cookies.txt")
        elsewhere.isSaved = true
        let error = #expect(throws: CookieFileError.self) { try elsewhere.read() }
        #expect(
            error?.description == "/nowhere/cookies.txt: cannot be made: /nowhere: No such file or directory")
    }

    @Test func `what is written is read again, and by its owner only`() throws {
        let file = try file("old", isSaved: true)
        let cookies = [
            "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1", "#HttpOnly_.example.org\tTRUE\t/\tTRUE\t1\tb\t2",
        ]

        try file.write(cookies)

        #expect(try file.read() == cookies)
        #expect(
            try String(contentsOfFile: file.path, encoding: .utf8).hasPrefix("# Netscape HTTP Cookie File\n"))
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["cookies.txt"])
    }

    @Test func `a file that cannot be written is named, and the old one stays`() throws {
        let file = JobSpec.CookieFile(path: "/nowhere/cookies.txt")

        let error = #expect(throws: CookieFileError.self) { try file.write([]) }

        #expect(error?.description == "/nowhere/cookies.txt: cannot be written: No such file or directory")
    }

    @Test func `cookies of a file are sent, and those of a server are added`() throws {
        let server = try LoopbackServer { request in
            .text(request.headers["Cookie"] ?? "none").header("Set-Cookie", "b=2; HttpOnly")
        }
        let store = try CookieStore(lines: [
            "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1", "127.0.0.1\tFALSE\t/\tFALSE\t1\told\t1",
            "127.0.0.2\tFALSE\t/\tFALSE\t0\tother\t1",
        ])
        let test = try TestTransfer(TransferLoop(connections: 1), cookies: store)

        try test.fetch(server.url("/"))
        #expect(test.text == "a=1")

        #expect(
            try store.lines().sorted() == [
                "#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\tb\t2", "127.0.0.1\tFALSE\t/\tFALSE\t0\ta\t1",
                "127.0.0.2\tFALSE\t/\tFALSE\t0\tother\t1",
            ])
    }

    @Test func `of more cookies than are kept the file's many are cut`() throws {
        let lines = (0..<4_000).map { "h\($0 / 40).example\tFALSE\t/\tFALSE\t0\ta\($0)\t1" }

        let count = try CookieStore(lines: lines).lines().count

        #expect(count > 2_900 && count <= CookieStore.maximumCount)
    }
}
