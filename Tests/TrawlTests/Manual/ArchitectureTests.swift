import Foundation
import Testing

/// ARCHITECTURE.md names what is there.
@Suite struct ArchitectureTests {
    private let page: Manual

    init() throws { page = try Manual("ARCHITECTURE.md") }

    @Test func `every function on the way of a page is in the file that is named`() throws {
        let steps = Manual.words(page.section("## The way of a page").joined(separator: " "))
            .filter { $0.contains(".swift:") }
        #expect(steps.count >= 15)
        for step in steps {
            let parts = step.split(separator: ":")
            let file = Manual.project.appending(path: "Sources/\(parts[0])")
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            #expect(text.contains("func \(parts[1])(") || text.contains("func \(parts[1])<"), "\(step)")
        }
    }

    @Test func `every file to change is there`() throws {
        let files = Manual.words(page.section("## Where to change what").joined(separator: " "))
            .filter { $0.contains(".swift") || $0.contains("/") && !$0.hasPrefix("scripts/") }
        #expect(files.count >= 30)
        let names = Set(try Manual.files(under: "Sources").map(\.lastPathComponent))
        for file in files {
            let places = [Manual.project, Manual.project.appending(path: "Sources")]
            #expect(
                names.contains(file)
                    || places.contains {
                        FileManager.default.fileExists(atPath: $0.appending(path: file).path)
                    }, "\(file)")
        }
    }

    @Test func `every invariant names tests that are there`() throws {
        let rows = Manual.rows(page.section("## What always holds")).dropFirst()
        #expect(rows.count >= 5)
        let tests = try Manual.files(under: "Tests").map { try String(contentsOf: $0, encoding: .utf8) }
        for row in rows {
            let names = Manual.words(row.last ?? "")
            #expect(!names.isEmpty, "\(row)")
            for name in names { #expect(tests.contains { $0.contains("func `\(name)`") }, "\(name)") }
        }
    }

    @Test func `every target is described`() throws {
        let package = try Manual("Package.swift").text
        let described = Manual.words(page.section("## Targets").joined(separator: " "))
        for match in package.matches(of: /\.(target|systemLibrary|executableTarget)\(\s*name: "(\w+)"/) {
            let name = String(match.2)
            guard !package.contains("name: \"\(name)\", path: \"Tests/") else { continue }
            #expect(described.contains(name) || name.hasPrefix("Scan"), "\(name)")
        }
    }
}

extension Manual {
    /// The Swift files of a folder.
    fileprivate static func files(under folder: String) throws -> [URL] {
        let root = project.appending(path: folder)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { $0.hasSuffix(".swift") }.map { root.appending(path: $0) }
    }
}
