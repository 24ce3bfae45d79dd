import Foundation
import Testing
import TrawlTestSupport

@testable import Authentication

/// The file that keeps the refresh token which is good next.
struct RefreshTokenFileTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `what is written is read again, and only its owner can read it`() throws {
        let path = folder.path + "/token"
        let file = RefreshTokenFile(path: path)
        #expect(try file.read() == nil)
        try file.write("first")
        try file.write("second")

        #expect(try file.read() == "second")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["token"])
    }

    @Test func `a file that others may read is one that only its owner can read after the next token`() throws
    {
        let path = folder.path + "/token"
        try Data("old\n".utf8).write(to: URL(filePath: path))
        #expect(chmod(path, 0o644) == 0)
        let file = RefreshTokenFile(path: path)
        #expect(try file.read() == "old")
        try file.write("new")
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `a folder that is not there is a failure that names the file`() throws {
        let file = RefreshTokenFile(path: folder.path + "/none/token")
        let failure = #expect(throws: RefreshTokenFile.Failure.self) { try file.write("x") }
        #expect(failure?.description.contains("none/token cannot be written: No such file") == true)
    }
}
