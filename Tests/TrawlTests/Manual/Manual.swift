import Foundation

/// A page of the documentation, read as tables, links and code.
struct Manual {
    /// The file, relative to the project's folder.
    let name: String
    let text: String

    /// The project's folder.
    static let project = URL(filePath: #filePath).appending(path: "../../../..").standardizedFileURL

    init(_ name: String) throws {
        self.name = name
        text = String(
            decoding: try Data(contentsOf: Manual.project.appending(path: name)), as: UTF8.self)
    }

    /// README.md, and every page of docs/.
    static func all() throws -> [Manual] {
        let pages = try FileManager.default.contentsOfDirectory(
            atPath: project.appending(path: "docs").path
        ).filter { $0.hasSuffix(".md") }.sorted()
        return try (["README.md"] + pages.map { "docs/\($0)" }).map { try Manual($0) }
    }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// What stands between a heading and the next one of its level or above.
    func section(_ heading: String) -> [Substring] {
        let level = heading.prefix { $0 == "#" }.count
        guard let start = lines.firstIndex(where: { $0 == heading }) else { return [] }
        return Array(
            lines[(start + 1)...].prefix { line in
                !(1...level).contains { line.hasPrefix(String(repeating: "#", count: $0) + " ") }
            })
    }

    /// The headings of a level that begin so, without that.
    func headings(_ prefix: String) -> [String] {
        lines.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// The cells of tables, row by row, the names of their columns too.
    static func rows(_ lines: some Sequence<Substring>) -> [[String]] {
        lines.filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// The rows of docs/job-file.md that are about a key: its name, type, default and meaning.
    static func jobKeys() throws -> [[String]] {
        rows(try Manual("docs/job-file.md").lines).compactMap { row in
            guard row.count == 4, let name = row[0].wholeMatch(of: /`([^`]+)`/)?.1 else { return nil }
            return [String(name)] + row.dropFirst()
        }
    }

    /// What stands in backticks.
    static func words(_ text: String) -> [String] {
        text.matches(of: /`([^`]+)`/).map { String($0.1) }
    }

    /// The code between fences of a language.
    func blocks(_ language: String) -> [String] {
        var blocks: [String] = []
        var block: [Substring]?
        for line in lines {
            if let open = block {
                if line == "```" { blocks.append(open.joined(separator: "\n")) }
                block = line == "```" ? nil : open + [line]
            } else if line == "```\(language)" {
                block = []
            }
        }
        return blocks
    }

    /// Where links lead, without those to the web.
    var links: [String] {
        text.matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }.filter { !$0.contains("://") }
    }

    /// The names that headings have in links, as GitHub makes them.
    var anchors: Set<String> {
        Set(
            lines.filter { $0.hasPrefix("#") }.map { line in
                let title = line.drop { $0 == "#" }.dropFirst().lowercased()
                return String(
                    title.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
                        .map { $0 == " " ? "-" : $0 })
            })
    }

    /// Queries behind `sqlite3 FILE`, in double quotes as a shell reads them, and those that stand by themselves in a code block.
    var queries: [String] {
        let quoted = text.matches(of: /sqlite3 [^"\n]*"((?:[^"\\]|\\.)*)"/)
            .map { String($0.1).replacing("\\\"", with: "\"") }
        let bare = lines.filter { $0.hasPrefix("    SELECT ") }.map(String.init)
        return quoted + bare
    }
}
