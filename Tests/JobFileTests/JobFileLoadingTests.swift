import CrawlCore
import Foundation
import Glibc
import JobFile
import Testing

@Suite struct JobFileLoadingTests {
    private func failure(of path: String) -> String? {
        #expect(throws: JobFileError.self) { try JobDocument.load(path: path) }?.description
    }

    @Test func `a job file is read from disk`() throws {
        let file = try TemporaryFile("\u{FEFF}urls_from: list.txt\r\n".utf8)

        let document = try JobDocument.load(path: file.path)

        #expect(document.spec.name == "job")
        #expect(document.spec.urlsFrom == .file("\(file.folder)/list.txt"))
    }

    @Test func `a file that is not there, and a directory, are refused`() throws {
        let file = try TemporaryFile([])

        #expect(
            failure(of: "\(file.path).not") == "\(file.path).not: cannot be read: No such file or directory")
        #expect(failure(of: file.folder) == "\(file.folder): cannot be read: it is a directory")
    }

    @Test func `bytes that are not UTF-8 are reported where they stand`() throws {
        let file = try TemporaryFile("urls: [http://a/]\nname: ü".utf8 + [0xFC, 0x0A])

        #expect(failure(of: file.path) == "\(file.path):2:8: not valid UTF-8; save the file as UTF-8")
    }

    @Test func `a file over 64 MiB is refused`() throws {
        let file = try TemporaryFile([])
        #expect(truncate(file.path, 64 << 20 + 1) == 0)

        #expect(
            failure(of: file.path)
                == "\(file.path): the file is larger than 64 MiB; move its URLs to a list and name it in urls_from"
        )
    }
}
