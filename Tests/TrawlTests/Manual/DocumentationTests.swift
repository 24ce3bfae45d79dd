import CrawlCore
import Foundation
import GRDB
import JobFile
import Testing

/// The pages for users say what the program does.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct DocumentationTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    // MARK: README and links

    @Test func `the README has at most 150 lines`() throws {
        let readme = try Manual("README.md")

        #expect(readme.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().count <= 150)
    }

    @Test func `every page says in its first sentence whom it is for`() throws {
        for page in try Manual.all() where page.name != "README.md" {
            let first = page.lines.dropFirst().first { !$0.isEmpty }

            #expect(first?.hasPrefix("For ") == true, "\(page.name)")
        }
    }

    @Test func `every link leads to a file, and to a heading where it names one`() throws {
        for page in try Manual.all() {
            let folder = Manual.project.appending(path: page.name).deletingLastPathComponent()
            for link in page.links {
                let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let target =
                    parts[0].isEmpty
                    ? Manual.project.appending(path: page.name) : folder.appending(path: String(parts[0]))
                let exists = FileManager.default.fileExists(atPath: target.path)
                #expect(exists, "\(page.name): \(link)")
                guard exists, parts.count == 2 else { continue }
                let path = target.standardizedFileURL.path.dropFirst(Manual.project.path.count)
                let anchors = try Manual(String(path.drop { $0 == "/" })).anchors
                #expect(anchors.contains(String(parts[1])), "\(page.name): \(link)")
            }
        }
    }

    @Test func `the index has a link to every page, and the README one to the index`() throws {
        let pages = try Manual.all().map(\.name).filter { $0.hasPrefix("docs/") && $0 != "docs/README.md" }

        #expect(Set(pages).subtracting(try Manual("docs/README.md").links.map { "docs/\($0)" }) == [])
        #expect(try Manual("README.md").links.contains("docs/README.md"))
    }

    // MARK: Job files

    @Test func `the page on job files has every key that the parser knows, and no other`() throws {
        let known = JobKeys.all()
        let named = try keys().map(\.name)

        #expect(known.count > 70)
        #expect(Set(known).subtracting(named) == [], "not in docs/job-file.md")
        #expect(Set(named).subtracting(known) == [], "not known to the parser")
        #expect(named.count == Set(named).count)
    }

    @Test func `a key that is set to the default of its page changes nothing`() throws {
        for key in try keys() {
            guard let value = key.value else { continue }
            let without = JobKeys.document(key.name, nil)
            let with = JobKeys.document(key.name, value)

            #expect(try JobKeys.meaning(of: with) == JobKeys.meaning(of: without), "\(key.name): \(value)")
        }
    }

    @Test func `every job file of the pages is one`() throws {
        for page in try Manual.all() {
            for block in page.blocks("yaml") {
                #expect(throws: Never.self, "\(page.name): \(block)") { try JobKeys.read(block) }
            }
        }
    }

    /// The keys of docs/job-file.md, with their defaults where these are values.
    private func keys() throws -> [(name: String, value: String?)] {
        try Manual.jobKeys().map { row in
            (row[0], row[2].wholeMatch(of: /`([^`]+)`/).map { String($0.1) })
        }
    }

    // MARK: Command line

    @Test func `the page on the command line has every command of trawl help, and no other`() async throws {
        let named = try commands()
        let groups = Set(named.filter { $0.contains(" ") }.compactMap { $0.split(separator: " ").first })
        var known: [String] = []
        for group in [""] + groups.map(String.init) {
            let help = try await bench.shell("$TRAWL help \(group)")
            let listed = help.output.components(separatedBy: "SUBCOMMANDS:").last ?? ""
            known += listed.matches(of: /\n  ([a-z]+) +[A-Z]/).map { "\(group) \($0.1)" }
        }
        let whole = known.map { $0.trimmingCharacters(in: .whitespaces) }.filter {
            !groups.contains(Substring($0))
        }

        #expect(whole.count > 15)
        #expect(Set(whole) == Set(named))
    }

    @Test func `the page on the command line has every long flag of each command, and no other`() async throws
    {
        let page = try Manual("docs/command-line.md")
        for command in try commands() {
            let heading = page.headings("### trawl ").first { self.command(of: $0) == command } ?? ""
            let section = page.section("### trawl \(heading)")
            var named = flags(in: section)
            for group in section.joined(separator: " ").matches(of: /\]\(#([a-z]+)\)/) {
                named.formUnion(flags(in: page.section("### \(group.1.capitalized)")))
            }
            let help = try await bench.shell("$TRAWL help \(command)")
            let known = help.output.matches(of: /\n  (?:-[A-Za-z], )?--([a-z-]+)/).map { String($0.1) }

            #expect(help.code == 0)
            #expect(named == Set(known).subtracting(["help", "version"]), "trawl \(command)")
        }
    }

    @Test func `the page on the command line has every exit code of trawl help, and no other`() async throws {
        let rows = Manual.rows(try Manual("docs/command-line.md").section("## Exit codes"))
        let help = try await bench.trawl("help").output.split { $0.isWhitespace }.joined(separator: " ")
        let listed = try #require(help.firstMatch(of: /Exit codes: ([^.]+)\./)).1
        let known = listed.split(separator: ";").compactMap { Int($0.split(separator: " ")[0]) }

        #expect(known.count >= 10)
        #expect(rows.compactMap { Int($0[0]) } == known)
    }

    private func commands() throws -> [String] {
        try Manual("docs/command-line.md").headings("### trawl ").map(command)
    }

    /// The command of a heading, without what it takes: `db prune` of `db prune [JOB]`.
    private func command(of heading: String) -> String {
        heading.split(separator: " ").prefix { word in word.allSatisfy(\.isLowercase) }
            .joined(separator: " ")
    }

    private func flags(in section: [Substring]) -> Set<String> {
        Set(
            Manual.rows(section).flatMap { $0[0].matches(of: /`--([a-z-]+)/).map { String($0.1) } })
    }

    // MARK: Database

    @Test func `the page on the database has every table and view, and no other`() async throws {
        try await migrate()
        let page = try Manual("docs/database.md")
        let parts: [(heading: String, type: String, elsewhere: [String])] = [
            ("## Tables", "table", []), ("## The other views", "view", ["results"]),
        ]
        for (heading, type, elsewhere) in parts {
            let named = Manual.rows(page.section(heading)).flatMap { Manual.words($0[0]) } + elsewhere
            let known = try bench.values(
                "SELECT name FROM sqlite_schema WHERE type = '\(type)' AND name NOT LIKE 'sqlite_%'",
                as: String.self)

            #expect(Set(named) == Set(known))
        }
    }

    @Test func `the page on the database has every column of each view, and no other`() async throws {
        try await migrate()
        let page = try Manual("docs/database.md")
        let results = Manual.rows(page.section("## The view results")).flatMap { Manual.words($0[0]) }
        var named = ["results": Set(results)]
        for row in Manual.rows(page.section("## The other views")) {
            guard let view = Manual.words(row[0]).first else { continue }
            // "those of `changes`, and …"
            named[view] = Manual.words(row[2]).reduce(into: Set<String>()) { columns, word in
                if let others = named[word] { columns.formUnion(others) } else { columns.insert(word) }
            }
        }

        for (view, columns) in named {
            let known = try bench.values(
                "SELECT name FROM pragma_table_info('\(view)')", as: String.self)
            #expect(columns == Set(known), "\(view)")
        }
    }

    @Test(arguments: ["error_kind", "skip_reason"])
    func `the page on the database has every word that is stored, and no other`(column: String) async throws {
        try await migrate()
        let words = try Manual("docs/database.md").section("## Words")
        // A table each, behind the sentence that names the column.
        let start = try #require(words.firstIndex { $0.hasPrefix("`\(column)` of") })
        let table = words[(start + 1)...].drop { $0.isEmpty }.prefix { $0.hasPrefix("|") }
        let named = Manual.rows(table).flatMap { Manual.words($0[0]) }
        let schema = try #require(
            try bench.value("SELECT sql FROM sqlite_schema WHERE name = 'pages'", as: String.self))
        let known = try schema.matches(of: Regex("\(column) = '([a-z_]+)'")).compactMap {
            $0.output[1].substring.map(String.init)
        }

        #expect(known.count > 5)
        #expect(Set(named) == Set(known))
    }

    @Test func `the page on the schema is what the migrations say`() async throws {
        let check = try await bench.shell("'\(Manual.project.path)/scripts/schema' --check")

        #expect(check.code == 0, "\(check.errors)")
    }

    @Test func `every query of the pages can be asked`() async throws {
        try await migrate()
        let queries = try Manual.all().flatMap { page in page.queries.map { (page.name, $0) } }

        #expect(queries.count > 15)
        for (page, query) in queries {
            #expect(throws: Never.self, "\(page): \(query)") { try explain(query) }
        }
    }

    @Test func `every query of the cookbook can be asked`() async throws {
        try await migrate()
        let queries = try Manual("docs/cookbook.md").blocks("sql")

        #expect(queries.count > 40)
        for query in queries {
            #expect(throws: Never.self, "\(query)") { try ask(query) }
        }
    }

    /// Asks for all rows of a query.
    private func ask(_ query: String) throws {
        _ = try bench.database().read { try Row.fetchAll($0, sql: query) }
    }

    @Test func `every stored word and exit code has a cause and a cure`() throws {
        let page = try Manual("docs/causes-and-cures.md")
        let named = Set(Manual.rows(page.lines).compactMap { $0.first }.flatMap(Manual.words))

        #expect(Set(ErrorKind.allCases.map(\.rawValue)).subtracting(named) == [])
        #expect(Set(SkipReason.allCases.map(\.rawValue)).subtracting(named) == [])
        #expect(
            Manual.rows(page.section("## Why the program ends with a number")).compactMap { Int($0[0]) }
                == Array(0...9))
    }

    /// Has SQLite compile a query.
    private func explain(_ query: String) throws {
        // The program sqlite3 has it, and SQLite itself has not.
        let uncompress = DatabaseFunction("sqlar_uncompress", argumentCount: 2, pure: true) { $0[0] }
        try bench.database().write { database in
            database.add(function: uncompress)
            try database.execute(sql: "EXPLAIN \(query)")
        }
    }

    private func migrate() async throws {
        #expect(try await bench.trawl("db", "migrate").code == 0)
    }
}

/// The keys of a job file, as the parser tells them: a key that it does not know is answered with those that it knows.
enum JobKeys {
    private static let url = "https://example.org/"
    /// A key that is like no other, or the parser would name that one.
    private static let unknown = "qqqqqqqqqqqqqqqq"

    static func read(_ yaml: String) throws -> JobDocument {
        try JobDocument(yaml: yaml, source: .commandLine(name: "docs"))
    }

    /// What a job file comes to, however it is written.
    static func meaning(of yaml: String) throws -> JobSpec {
        var spec = try read(yaml).spec
        // A request keeps its own text too.
        for index in spec.requests.indices { spec.requests[index].details = nil }
        return spec
    }

    /// Every key, those of mappings behind that of the mapping: `timeouts.read`, `requests[].url`, `extract.*.json`.
    static func all() -> [String] {
        within { $0 }.flatMap { key in
            switch key {
            case "requests":
                [key] + within { "requests: [{\($0)}]" }.map { "requests[].\($0)" }
            case "extract":
                [key] + within { "extract: {field: {\($0)}}" }.map { "extract.*.\($0)" }
            default:
                descend(key, [key])
            }
        }
    }

    /// A mapping's own key is in the list where it may be another value, too.
    private static func descend(_ key: String, _ path: [String]) -> [String] {
        let children = within { path.reversed().reduce($0) { "\($1): {\($0)}" } }
        guard !children.isEmpty else { return [key] }
        let nested = children.flatMap { descend("\(key).\($0)", path + [$0]) }
        return isScalar(path) ? [key] + nested : nested
    }

    /// Whether a text may stand where a mapping may: `rate: 60/min`.
    private static func isScalar(_ path: [String]) -> Bool {
        let message = message(
            path.dropLast().reversed().reduce("\(path[path.count - 1]): \(unknown)") { "\($1): {\($0)}" })
        return !message.contains("is not a mapping")
    }

    /// The keys that are known where a text puts one.
    private static func within(_ place: (String) -> String) -> [String] {
        let message = message(place("\(unknown): 1"))
        guard let list = message.firstMatch(of: /known here are (.+)$/)?.1 else { return [] }
        return list.split(separator: ", ").map(String.init)
    }

    private static func message(_ yaml: String) -> String {
        do {
            _ = try read(yaml)
            return ""
        } catch {
            return (error as? JobFileError)?.message ?? "\(error)"
        }
    }

    /// A job with a key of `request.auth` set, or with nothing in its place, and the keys that it goes with.
    private static func credential(_ path: [String], _ value: String?) -> String {
        var keys: [(String, String)] =
            switch path[0] {
            case "basic", "digest": [("user", "me"), ("password", "\"${env:A}\"")]
            case "api_key": [("header", "x-key"), ("value", "\"${env:A}\"")]
            case "oauth2":
                [("token_url", "\"\(url)\""), ("client_id", "me"), ("client_secret", "\"${env:A}\"")]
            case "login": [("request", "login"), ("token", "{json: \"$.token\"}")]
            case "aws_sigv4": [("key", "k"), ("secret", "\"${env:A}\""), ("region", "r"), ("service", "s")]
            default: []
            }
        if path.count > 1, let value {
            keys.removeAll { $0.0 == path[1] || path[1] == "query" && $0.0 == "header" }
            keys.append((path[1], path.count > 2 ? "{\(path[2]): \(value)}" : value))
        }
        let kind = keys.map { "\($0.0): \($0.1)" }.joined(separator: ", ")
        let auth = path.count > 1 ? "{\(path[0]): {\(kind)}}" : value.map { "{\(path[0]): \($0)}" } ?? "none"
        return "requests: [{name: login, url: \"\(url)\"}]\nrequest: {auth: \(auth)}"
    }

    /// A job with a key set, or with nothing in its place.
    static func document(_ key: String, _ value: String?) -> String {
        let path = key.split(separator: ".").map(String.init)
        let entry = value.map { "\(path[path.count - 1]): \($0)" } ?? ""
        switch path[0] {
        case "request" where path.count > 2 && path[1] == "auth":
            return credential(Array(path[2...]), value)
        case "requests[]":
            // These go with others.
            let more =
                switch key {
                case "requests[].item_key": ", items: \"$[*]\""
                case "requests[].pool", "requests[].rate": ", name: a"
                case "requests[].since": ", name: a, items: \"$[*]\""
                case "requests[].gzip": ", body: x"
                default: ""
                }
            let other = "{name: issues, url: \"\(url)\", items: \"$[*]\"}"
            return "requests: [{url: \"\(url)\"\(more)\(entry.isEmpty ? "" : ", " + entry)}, \(other)]"
        case "extract":
            return
                "urls: [\"\(url)\"]\nextract: {field: {regex: x\(entry.isEmpty ? "" : ", " + entry)}}"
        case "on_finish":
            return
                "urls: [\"\(url)\"]\non_finish: {exec: [x]\(entry.isEmpty ? "" : ", " + entry)}"
        case "timezone", "missed", "jitter":
            return "urls: [\"\(url)\"]\nschedule: \"@daily\"\n\(entry)\n"
        case "request" where path.count == 3:
            let file = ["file: cookies.txt", entry].filter { !$0.isEmpty }.joined(separator: ", ")
            return "urls: [\"\(url)\"]\nrequest: {\(path[1]): {\(file)}}\n"
        default:
            let nested = path.dropLast().reversed().reduce(entry) { "\($1): {\($0)}" }
            return "urls: [\"\(url)\"]\n\(nested)\n"
        }
    }
}
