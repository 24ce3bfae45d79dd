import Foundation
import JobFile
import Testing

/// `trawl schema`, the JSON Schema of job files, says what the parser and docs/job-file.md say.
@Suite(.timeLimit(.minutes(15)))
struct JobSchemaTests {
    private let root: [String: Any]

    init() throws {
        let schema = try JSONSerialization.jsonObject(with: Data(JobDocument.jsonSchema.utf8))
        root = try #require(schema as? [String: Any])
    }

    @Test func `the schema has every key that the parser knows, and no other`() {
        let known = JobKeys.all()
        let named = keys(of: root)

        // What is but a mapping of other keys is not in the parser's list.
        #expect(Set(known).subtracting(named.map(\.name)) == [], "not in the schema")
        #expect(
            Set(named.filter { $0.schema["properties"] == nil || $0.isScalar }.map(\.name))
                .subtracting(known) == [], "not known to the parser")
    }

    @Test func `the page on job files says of each key what the schema says`() throws {
        let schemas = Dictionary(uniqueKeysWithValues: keys(of: root).map { ($0.name, $0.schema) })
        for row in try Manual.jobKeys() {
            let schema = try #require(schemas[row[0]], "\(row[0])")
            let description = try #require(schema["description"] as? String)
            #expect(
                description.lowercased().hasPrefix(plain(row[3]).lowercased() + "."),
                "\(row[0]): \(description)")
            if let type = typeName(schema) { #expect(row[1] == type, "\(row[0])") }
            // A default that is a value stands in backticks.
            let value = row[2].wholeMatch(of: /`([^`]+)`/)?.1
            #expect((value != nil) == (schema["default"] != nil), "\(row[0]): \(row[2])")
        }
    }

    @Test func `every default of the schema is the parser's`() throws {
        for key in keys(of: root) {
            guard let value = key.schema["default"] else { continue }
            let text = String(
                decoding: try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed]),
                as: UTF8.self)

            let with = try JobKeys.meaning(of: JobKeys.document(key.name, text))

            #expect(try with == JobKeys.meaning(of: JobKeys.document(key.name, nil)), "\(key.name): \(text)")
        }
    }

    @Test func `every example of the schema is valid`() throws {
        for key in keys(of: root) where key.name != "name" {
            for example in key.schema["examples"] as? [Any] ?? [] {
                let text = String(
                    decoding: try JSONSerialization.data(
                        withJSONObject: example, options: [.fragmentsAllowed]),
                    as: UTF8.self)
                var document = JobKeys.document(key.name, text)
                // These take the place of what the document has.
                if ["urls", "requests[].url"].contains(key.name) { document = "urls: [\"http://a/\"]" }
                if key.name == "newer_than" {
                    document = "sitemaps: [\"http://a/\"]\nnewer_than: \(text)"
                }
                if key.name == "on_finish" { document = "urls: [\"http://a/\"]\non_finish: \(text)" }
                if key.name == "on_finish.exec" {
                    document = "urls: [\"http://a/\"]\non_finish: {exec: \(text)}"
                }
                if key.name.hasPrefix("on_finish.webhook.") {
                    let url = key.name == "on_finish.webhook.url" ? "" : "url: \"http://a/\", "
                    document =
                        "urls: [\"http://a/\"]\non_finish: {webhook: {\(url)\(key.name.dropFirst(18)): \(text)}}"
                }
                if key.name == "request.cookies.file" {
                    document = "urls: [\"http://a/\"]\nrequest: {cookies: {file: \(text)}}"
                }
                if key.name == "rate.burst" {
                    document = "urls: [\"http://a/\"]\nrate: {per_host: 60/min, burst: \(text)}"
                }
                if key.name == "extract" { document = "urls: [\"http://a/\"]\nextract: \(text)" }
                if key.name.hasPrefix("extract.*.") {
                    document = "urls: [\"http://a/\"]\nextract: {field: {\(key.name.dropFirst(10)): \(text)}}"
                }

                #expect(throws: Never.self, "\(key.name): \(text)") { try JobKeys.read(document) }
            }
        }
    }

    @Test func `the schema in docs is what the program prints`() async throws {
        let printed = try await Workbench().trawl("schema")

        printed.expectSuccess()
        #expect(printed.output == JobDocument.jsonSchema)
        #expect(
            try Manual("docs/job.schema.json").text == printed.output,
            "make it anew: .build/debug/trawl schema > docs/job.schema.json")
    }

    @Test func `every sample job names the schema in its first line`() throws {
        for file in try Self.samples() {
            let first = try Manual(file).lines.first
            let up = file.dropLast().split(separator: "/").dropLast().map { _ in "../" }.joined()
            #expect(first == "# yaml-language-server: $schema=\(up)docs/job.schema.json", "\(file)")
        }
    }

    // MARK: The validator

    @Test(.enabled(if: PythonTools.areInstalled, "skipped: jsonschema cannot be had from PyPI"))
    func `a validator and the parser agree on valid jobs`() async throws {
        let bench = try Workbench()
        var files = try Self.samples().map { Manual.project.appending(path: $0).path }
        for (index, block) in try Manual.all().flatMap({ $0.blocks("yaml") }).enumerated() {
            files.append(bench.path(try bench.write(block, to: "block-\(index).yaml")))
        }

        let verdicts = try await validate(files, bench)

        #expect(files.count > 20)
        #expect(verdicts == files.map { "valid \($0)" })
        for file in files { #expect(throws: Never.self, "\(file)") { try JobDocument.load(path: file) } }
    }

    @Test(.enabled(if: PythonTools.areInstalled, "skipped: jsonschema cannot be had from PyPI"))
    func `a validator and the parser agree on broken jobs`() async throws {
        let bench = try Workbench()
        var files: [String] = []
        let broken = Self.brokenKeys.map { "urls: [\"http://a/\"]\n\($0)" } + Self.brokenJobs
        for (index, text) in broken.enumerated() {
            files.append(bench.path(try bench.write(text + "\n", to: "broken-\(index).yaml")))
        }

        let verdicts = try await validate(files, bench)

        for (job, (file, verdict)) in zip(broken, zip(files, verdicts)) {
            #expect(verdict.hasPrefix("invalid \(file): "), "\(job)")
            #expect(throws: JobFileError.self, "\(job)") { try JobDocument.load(path: file) }
        }
    }

    private static let brokenKeys = [
        "retries: 3", "delay: 500", "delay: 5 s", "delay: true", "timeouts: 10s", "timeouts: {connect: fast}",
        "retry: {attempts: 0}", "retry: {on: [transports]}", "retry: {max_retries: 3}",
        "concurrency: {total: 0}", "concurrency: {total: \"8\"}", "limits: {body: 10 MiB}",
        "limits: {pages: many}", "rate: 60", "rate: 60/fortnight", "robots: maybe", "accept: [99]",
        "accept: 200", "follow: {scope: everything}", "follow: [host]", "follow: {links: []}",
        "request: {insecure: yes}", "request: {headers: {\"a b\": c}}", "request: {headers: {a: 1.10}}",
        "keep_body: some", "name: a/b", "name: 5", "timezone: Europe/Berlin", "schedule: daily",
        "extract: {h1: {many: true}}", "extract: {h1: {xpath: //h1, regex: x}}", "extract: {}",
        "urls_from: 5", "vars: {a: [1]}", "requests: [{name: a}]",
        "requests: [{url: http://a/, body: x, json: {}}]",
        "requests: [{url: http://a/, retry: {delay: 1}}]",
    ]

    private static let brokenJobs = [
        "delay: 1s", "urls: http://a/", "urls: []", "sitemaps: []", "[]", "text",
    ]

    private func validate(_ files: [String], _ bench: Workbench) async throws -> [String] {
        let script = Manual.project.appending(path: "Tests/TrawlTests/Manual/validate.py").path
        try bench.write(JobDocument.jsonSchema, to: "job.schema.json")
        let names = files.map { "'\($0)'" }.joined(separator: " ")
        let checked = try await bench.shell("\(PythonTools.python) \(script) job.schema.json \(names)")
        #expect(checked.code == 0, "\(checked.errors)")
        return checked.lines
    }

    private static func samples() throws -> [String] {
        try ["sample-jobs", "sample-jobs/api"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: Manual.project.appending(path: folder).path)
                .filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
        }
    }

    // MARK: Keys of the schema

    private struct Key {
        let name: String
        let schema: [String: Any]
        /// Whether the value may be something else than a mapping of keys.
        var isScalar: Bool { (schema["type"] as? String) != "object" }
    }

    /// The keys of a mapping and all below them, named as in docs/job-file.md.
    private func keys(of schema: [String: Any], below path: String = "") -> [Key] {
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        var found = properties.sorted { $0.key < $1.key }.flatMap { name, value in
            let name = path.isEmpty ? name : "\(path).\(name)"
            // A request's own mappings are as the job's.
            let isRepeated = path == "requests[]"
            return [Key(name: name, schema: value)] + (isRepeated ? [] : keys(of: value, below: name))
        }
        if let element = schema["items"] as? [String: Any] { found += keys(of: element, below: "\(path)[]") }
        if let value = schema["additionalProperties"] as? [String: Any] {
            found += keys(of: value, below: "\(path).*")
        }
        return found
    }

    /// What the page calls a type, where the keywords say so.
    private func typeName(_ schema: [String: Any]) -> String? {
        if let words = schema["enum"] as? [String] { return words.map { "`\($0)`" }.joined(separator: ", ") }
        switch schema["type"] as? String {
        case "boolean": return "true or false"
        case "object": return "mapping"
        case "integer":
            let range = [schema["minimum"], schema["maximum"]].map { $0 as? Int }
            guard let first = range[0], let last = range[1], last < 1_000_000 else { return "number" }
            return "number, \(first)–\(last)"
        default: break
        }
        let message = schema["patternErrorMessage"] as? String ?? ""
        for unit in ["duration", "size", "rate"] where message.contains(Self.hints[unit] ?? "") {
            return message.contains("two with ..") ? "\(unit), or two with `..` between them" : unit
        }
        return nil
    }

    private static let hints = ["duration": "ms, s, m, h or d", "size": "MiB", "rate": "60/min"]

    /// A cell without its links: `(see [a page](page.md))` behind the meaning is left out.
    private func plain(_ cell: String) -> String {
        cell.replacing(#/ \(\[[^\]]+\]\([^)]+\)\)/#, with: "")
            .replacing(/\[([^\]]+)\]\([^)]+\)/) { String($0.1) }
    }
}
