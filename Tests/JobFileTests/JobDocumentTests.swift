import CrawlCore
import Foundation
@testable import JobFile
import Testing

@Suite struct JobDocumentTests {
    static let full = """
        name: python-docs
        urls: ["https://docs.python.org/3/", "https://example.org/list?page=[1-50]"]
        urls_from: lists/urls.txt
        concurrency: {total: 64, per_host: 4}
        delay: 250ms
        robots: ignore
        timeouts: {connect: 5s, read: 1.5m, total: 0}
        retry: {attempts: 5, delay: 2s, max_delay: 1h, on: [429, "500-599", transport]}
        limits: {body: 1MiB, redirects: 3, pages: 0, time: 0s, bytes: 0, url_length: 0}
        batch_size: 50
        request:
          headers: {Accept: text/html, x-empty: ""}
          user_agent: "bot/1.0 (+https://example.org/)"
          proxy: "socks5h://127.0.0.1:9050"
          cookies: ignore
          insecure: true
        accept: ["200-299", 304, "404"]
        keep_body: none
        """

    @Test func `every key of a job file is typed`() throws {
        let spec = try job(Self.full).spec

        #expect(spec.name == "python-docs")
        #expect(spec.urls == ["https://docs.python.org/3/", "https://example.org/list?page=[1-50]"])
        #expect(spec.urlsFrom == .file("/jobs/lists/urls.txt"))
        #expect((spec.concurrency.total, spec.concurrency.perHost) == (64, 4))
        #expect(spec.delay == .milliseconds(250))
        #expect(spec.timeouts.connect == .seconds(5))
        #expect(spec.timeouts.read == .seconds(90))
        #expect(spec.timeouts.total == .zero)
        #expect(
            (spec.retry.attempts, spec.retry.delay, spec.retry.maxDelay) == (5, .seconds(2), .seconds(3600)))
        #expect(spec.retry.transport)
        #expect(
            [408, 429, 499, 500, 599].map(spec.retry.statuses.contains) == [false, true, false, true, true])
        #expect((spec.limits.body, spec.limits.redirects, spec.limits.urlLength) == (1 << 20, 3, 0))
        #expect(spec.batchSize == 50)
        #expect(
            spec.request.headers == [
                .init(name: "Accept", value: "text/html"), .init(name: "x-empty", value: ""),
            ])
        #expect(spec.request.userAgent == "bot/1.0 (+https://example.org/)")
        #expect(spec.request.proxy == "socks5h://127.0.0.1:9050")
        #expect(spec.request.insecure)
        #expect(
            [199, 200, 299, 300, 304, 404].map(spec.accept.contains) == [
                false, true, true, false, true, true,
            ])
    }

    @Test func `what a file does not say has its default`() throws {
        var expected = JobSpec(name: "docs")
        expected.urls = ["http://a/"]

        #expect(try job("urls: [http://a/]").spec == expected)
    }

    @Test func `a list of retry conditions takes the place of the defaults`() throws {
        let retry = try job("urls: [http://a/]\nretry: {on: [503]}").spec.retry

        #expect(!retry.transport)
        #expect([429, 503].map(retry.statuses.contains) == [false, true])
    }

    @Test(arguments: [
        ("docs.yaml", "docs"), ("./jobs/docs.v2.yml", "docs.v2"), ("/jobs/docs", "docs"),
        ("/docs.json", "docs"),
        (".docs", ".docs"),
    ])
    func `a job without a name is called after its file`(path: String, name: String) throws {
        let document = try JobDocument(yaml: "urls: [http://a/]", source: .file(path))

        #expect(document.spec.name == name)
        #expect(document.json == "{\"name\":\"\(name)\",\"urls\":[\"http://a/\"]}")
    }

    @Test(arguments: [
        ("/jobs/docs.yaml", "urls.txt", "/jobs/urls.txt"),
        ("/jobs/docs.yaml", "./../urls.txt", "/jobs/../urls.txt"),
        ("/jobs/docs.yaml", "/lists/urls.txt", "/lists/urls.txt"),
        ("/docs.yaml", "urls.txt", "/urls.txt"),
        ("docs.yaml", "urls.txt", FileManager.default.currentDirectoryPath + "/urls.txt"),
        ("jobs/docs.yaml", "urls.txt", FileManager.default.currentDirectoryPath + "/jobs/urls.txt"),
    ])
    func `a list is looked for beside the job file`(path: String, list: String, absolute: String) throws {
        let document = try JobDocument(yaml: "urls_from: \(list)", source: .file(path))

        #expect(document.spec.urlsFrom == .file(absolute))
        #expect(document.json == "{\"name\":\"docs\",\"urls_from\":\"\(absolute)\"}")
    }

    @Test func `a hyphen is standard input`() throws {
        let document = try job("urls_from: '-'")

        #expect(document.spec.urlsFrom == .standardInput)
        #expect(document.json == #"{"name":"docs","urls_from":"-"}"#)
    }
}

/// What is stored in the database.
@Suite struct JobJSONTests {
    @Test func `the JSON says what the file says, in its order, and no defaults`() throws {
        let yaml = """
            # A comment.
            accept: [200, "300-301"]
            request: {insecure: false, headers: {x-note: "a \\"b\\" \\\\ \\t \\U0001F600 \\u2028"}}
            timeouts: {read: 0}
            urls:
              - http://a/*?q=1
              - "http://b/\\u0001\\x7F\\uFEFF\\N"
            """

        #expect(
            try job(yaml).json
                == #"{"name":"docs","accept":[200,"300-301"],"request":{"insecure":false,"#
                + #""headers":{"x-note":"a \"b\" \\ \t 😀 \u2028"}},"#
                + #""timeouts":{"read":0},"urls":["http://a/*?q=1","http://b/\u0001\u007f\ufeff\u0085"]}"#)
    }

    @Test func `the stored JSON gives the same job when it is read from the database`() throws {
        let document = try job(JobDocumentTests.full)

        let again = try JobDocument(yaml: document.json, source: .database(name: "python-docs"))

        #expect(again == document)
    }

    @Test func `JSON of any layout is read, escapes of surrogate pairs included`() throws {
        let json =
            "\n{\n\t\"urls\":[\"http:\\/\\/a\\/\",\n\t\t\"http://b/\\\\ud83d\\ud83d\\ude00\"],\"batch_size\":7}\r\n"

        let spec = try JobDocument(yaml: json, source: .database(name: "x")).spec

        #expect(spec.urls == ["http://a/", "http://b/\\ud83d😀"])
        #expect(spec.batchSize == 7)
    }

    @Test func `the row of a job names it whatever its spec says`() throws {
        let source = JobSource.database(name: "row")

        #expect(try JobDocument(yaml: #"{"urls":["http://a/"]}"#, source: source).spec.name == "row")
        #expect(
            try JobDocument(yaml: #"{"name":"x","urls":["http://a/"]}"#, source: source).spec.name == "row")
    }

    @Test func `a mistake of a job in the database names the job`() {
        let error = #expect(throws: JobFileError.self) {
            try JobDocument(yaml: #"{"urls":["http://a/"],"delay":"1x"}"#, source: .database(name: "row"))
        }
        #expect(
            error?.description.hasPrefix(#"job "row" in the database:1:31: delay: "1x" is not a duration"#)
                == true)
    }

    @Test(arguments: [
        JobDocumentTests.full, "name: docs\nurls: ['http://a/']",
        "name: docs\nurls: ['http://a/']\nfollow: {}\nrate: 60/min",
        "name: a\nsitemaps: ['http://a/s']\nnewer_than: 7d\ndelay: 1s..3s\naccept_types: [text/html]\nretry: {max_wait: 5m}",
        "name: a\nurls: ['http://a/']\nrequest: {cookies: {file: /c.txt, save: true}}",
        "name: a\nurls: ['http://a/']\nschedule: '@daily'\ntimezone: UTC\njitter: 90s\nmissed: skip",
        "name: a\nurls: ['http://a/']\non_finish: {exec: [./a, 5], webhook: {url: 'http://b/'}, timeout: 5s}",
        "name: a\nrequests: [{url: 'http://a/', json: {a: 1}}]\nnormalize: {drop: [utm_*]}\nrobots: obey",
    ])
    func `a job with every setting written out is the same job`(yaml: String) throws {
        let document = try job(yaml)

        let text = document.complete()

        #expect(try job(text).spec == document.spec, "\(text)")
        for field in JobSchema.root.fields where !CompleteKeys.optional.contains(field.name) {
            #expect(text.contains("\n\(field.name): ") || text.hasPrefix("\(field.name): "), "\(field.name)")
        }
    }
}

/// Keys that are written only where a job has them.
private enum CompleteKeys {
    static let optional: Set = [
        "urls", "urls_from", "sitemaps", "follow", "normalize", "requests", "vars", "rate", "extract",
        "allow_private", "accept_types", "newer_than", "check", "links", "on_finish", "schedule", "timezone",
        "missed",
        "jitter",
    ]
}
