import Foundation
import HTMLScan
import Testing

/// Real pages of Debian's documentation packages, as the corpora's tables name them.
///
/// They are looked for where `TRAWL_SITES` says, laid out by the corpora's `sites.py`, and where their packages are installed.
/// A page of another digest than the table says is of another version, and left out.
struct RealPages {
    /// One page, and its row of the table.
    struct Page {
        let path: String
        let row: [String: Any]
        let bytes: [UInt8]
    }

    let pages: [Page]
    /// How many rows of the table have no page here.
    let absent: Int

    private static let folders =
        [ProcessInfo.processInfo.environment["TRAWL_SITES"]].compactMap { $0 } + [
            "/usr/share/doc", "/usr/share",
        ]

    static func arePresent(_ name: String) -> Bool {
        guard Corpus.isPresent(name), let pages = try? RealPages(name, limit: 50) else { return false }
        return !pages.pages.isEmpty
    }

    /// Reads a table and its pages.
    init(_ name: String, limit: Int = .max) throws {
        var pages: [Page] = []
        var absent = 0
        for line in try Corpus.text(name).split(separator: "\n") where pages.count < limit {
            let row = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let path = try #require(row["path"] as? String)
            if let data = Self.page(path) {
                pages.append(Page(path: path, row: row, bytes: [UInt8](data)))
            } else {
                absent += 1
            }
        }
        let digests = try Self.digests(of: pages.map(\.bytes))
        let others = zip(pages, digests).filter { $0.row["sha256"] as? String != $1 }.count
        pages = zip(pages, digests).filter { $0.row["sha256"] as? String == $1 }.map(\.0)
        absent += others
        self.pages = pages
        self.absent = absent
    }

    /// The SHA-256 of each body, as `sha256sum` prints it.
    private static func digests(of bodies: [[UInt8]]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "trawl-pages-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = try bodies.indices.map { index in
            let file = folder.appending(path: "\(index)")
            try Data(bodies[index]).write(to: file)
            return file.path
        }
        guard !files.isEmpty else { return [] }
        let output = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        process.arguments = files
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map { String($0.prefix(64)) }
    }

    private static func page(_ path: String) -> Data? {
        // A package's files are in a folder of its name, or of the program's.
        let withoutPackage = "/" + path.split(separator: "/").dropFirst().joined(separator: "/")
        for folder in folders {
            for file in [folder + path, folder + withoutPackage] {
                if let data = try? Data(contentsOf: URL(filePath: file)) { return data }
            }
        }
        return nil
    }
}
