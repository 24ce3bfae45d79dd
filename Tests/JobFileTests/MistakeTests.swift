import CrawlCore
@testable import JobFile
import Testing

/// What a job file is refused for, and in which words.
@Suite struct MistakeTests {
    @Test func `a mistake is reported with file, line, column and key path`() {
        let error = #expect(throws: JobFileError.self) {
            try job("urls: [http://a/]\n\ntimeouts:\n  connect: 1s\n  read: 10 parsecs\n")
        }

        #expect(error?.source == "/jobs/docs.yaml")
        #expect((error?.line, error?.column) == (5, 9))
        #expect(error?.keyPath == "timeouts.read")
        #expect(
            error?.description
                == #"/jobs/docs.yaml:5:9: timeouts.read: "10 parsecs" is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        )
    }

    @Test func `the first mistake of the file is the one reported`() {
        #expect(mistake("delay: 1\nurlz: []\nbatch_size: x").hasPrefix("/jobs/docs.yaml:1:8: delay: "))
        #expect(mistake("urlz: []\nbatch_size: x\ndelay: 1").hasPrefix("/jobs/docs.yaml:1:1: urlz: "))
        #expect(mistake("retry: {on: [600], attempts: 0}").hasPrefix("/jobs/docs.yaml:1:14: retry.on[0]: "))
    }

    @Test(arguments: [
        ("delay: 10", #"delay: 10 has no unit; write a unit, for example 10s"#),
        ("delay: \"10\"", #"delay: "10" has no unit; write a unit, for example 10s"#),
        (
            "delay: -1s",
            #"delay: "-1s" is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "delay: 1h30m",
            #"delay: "1h30m" is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "delay: 1.s",
            #"delay: "1.s" is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        ("delay: s", #"delay: "s" is not a duration; write a number with ms, s, m, h or d, for example 30s"#),
        (
            "delay: true",
            #"delay: true is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "delay: [1s]",
            #"delay: a list is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "delay:",
            #"delay: nothing is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "delay: 366d",
            #"delay: "366d" is not a whole number of milliseconds up to 365d; write one that is"#
        ),
        (
            "delay: 0.5ms",
            #"delay: "0.5ms" is not a whole number of milliseconds up to 365d; write one that is"#
        ),
        (
            "delay: 99999999999999999999s",
            #"delay: "99999999999999999999s" is not a whole number of milliseconds up to 365d; write one that is"#
        ),
        (
            "limits: {body: 10 MiB}",
            #"limits.body: "10 MiB" is not a size; write bytes, or a number with KiB, MiB or GiB, for example 10MiB"#
        ),
        (
            "limits: {body: 10m}",
            #"limits.body: "10m" is not a size; write bytes, or a number with KiB, MiB or GiB, for example 10MiB"#
        ),
        (
            "limits: {body: -1}",
            #"limits.body: -1 is not a size; write bytes, or a number with KiB, MiB or GiB, for example 10MiB"#
        ),
        (
            "limits: {body: 9999999TiB}",
            #"limits.body: "9999999TiB" is not a whole number of bytes up to 1024 TiB; write one that is"#
        ),
        ("batch_size: 0", "batch_size: 0 is not a whole number from 1 to 100000; write one"),
        ("batch_size: 1.5", "batch_size: 1.5 is not a whole number from 1 to 100000; write one"),
        ("batch_size: 0x10", #"batch_size: "0x10" is not a whole number from 1 to 100000; write one"#),
        (
            "batch_size: \"100\"",
            #"batch_size: "100" is not a whole number from 1 to 100000; write one, without quotes"#
        ),
        (
            "concurrency: {per_host: 0}",
            "concurrency.per_host: 0 is not a whole number from 1 to 10000; write one"
        ),
        ("retry: {attempts: 0}", "retry.attempts: 0 is not a whole number from 1 to 100; write one"),
        (
            "request: {insecure: yes}",
            #"request.insecure: "yes" is neither true nor false; write one of them, without quotes"#
        ),
        ("timeouts: 10s", #"timeouts: "10s" is not a mapping; write keys and values under it"#),
        ("timeouts:", "timeouts: nothing is not a mapping; write keys and values under it"),
        ("name: 5", "name: 5 is not a text; put it in quotes"),
        ("name:", "name: nothing is not a text; write one"),
        ("name: \"\"", "name: the name is empty; write one, for example docs"),
        ("name: a/b", #"name: "a/b" holds a slash; use a hyphen instead"#),
        ("name: \"a\\nb\"", "name: the name holds a line break or control character; remove it"),
        ("name: \" a\"", #"name: " a" begins or ends with a space; remove it"#),
        ("accept: []", "accept: the list is empty; write at least one status"),
        ("accept: 200", #"accept: 200 is not a list; write one, for example ["200-299", 304]"#),
        (
            "accept: [200, 99]",
            #"accept[1]: 99 is not a status; write 100 to 599, or a range in quotes such as "200-299""#
        ),
        (
            "accept: [299-200]",
            #"accept[0]: "299-200" is not a status; write 100 to 599, or a range in quotes such as "200-299""#
        ),
        (
            "accept: [2xx]",
            #"accept[0]: "2xx" is not a status; write 100 to 599, or a range in quotes such as "200-299""#
        ),
        (
            "accept: [\"200-\"]",
            #"accept[0]: "200-" is not a status; write 100 to 599, or a range in quotes such as "200-299""#
        ),
        (
            "retry: {on: [transports]}",
            #"retry.on[0]: "transports" is not a condition; write a status, "500-599", transport or unexpected"#
        ),
        (
            "request: {headers: {\"a b\": c}}",
            #"request.headers.a b: "a b" is not the name of a header; write letters, digits and hyphens"#
        ),
        (
            "request: {headers: {a: b, A: c}}",
            "request.headers.A: the header is given twice; its case makes no difference, remove one of them"
        ),
        (
            "request: {headers: {a: \"b\\r\\nc: d\"}}",
            "request.headers.a: a header holds no line breaks or control characters; remove them"
        ),
        ("request: {headers: {a: 1.10}}", "request.headers.a: 1.10 is not a text; put it in quotes"),
        ("urls_from: \"\"", "urls_from: not a path; write that of a file, or - for standard input"),
    ])
    func `a wrong type, unit or range is refused`(key: String, message: String) {
        #expect(mistake(inKey: key) == message)
    }

    @Test(arguments: [
        (
            "urls: http://a/",
            #"urls: "http://a/" is not a list; write one, for example ["https://example.org/"]"#
        ),
        ("urls: []", "urls: the list is empty; write at least one URL, or remove the key"),
        ("urls: [http://a/, \"\"]", "urls[1]: the URL is empty; write one, or remove it"),
        ("urls: [http://a/, 5]", "urls[1]: 5 is not a text; put it in quotes"),
        (
            "urls: [\"http://a/[5-1]\"]",
            #"urls[0]: "[5-1]" is not a range; write [1-50], [001-100:3] or [a-z], or \[ for the character itself (at byte 10)"#
        ),
        ("delay: 1s", #"nothing to fetch; write urls: ["https://example.org/"], or urls_from"#),
        ("{}", #"nothing to fetch; write urls: ["https://example.org/"], or urls_from"#),
    ])
    func `a job must have something to fetch`(yaml: String, message: String) {
        let found = mistake(yaml)
        #expect(found.hasSuffix(": \(message)"), "\(found)")
        #expect(found.hasPrefix("/jobs/docs.yaml:1:"))
    }

    @Test(arguments: [
        ("timeout: 5s", #"timeout: unknown key "timeout"; did you mean "timeouts.total"?"#),
        ("timeuots: 5s", #"timeuots: unknown key "timeuots"; did you mean "timeouts"?"#),
        ("retries: 3", #"retries: unknown key "retries"; did you mean "retry.attempts"?"#),
        ("max_depth: 3", #"max_depth: unknown key "max_depth"; did you mean "follow.depth"?"#),
        (
            "allowed_domains: [a.example]",
            #"allowed_domains: unknown key "allowed_domains"; did you mean "follow.scope"?"#
        ),
        ("user-agent: x", #"user-agent: unknown key "user-agent"; did you mean "request.user_agent"?"#),
        ("USER_AGENT: x", #"USER_AGENT: unknown key "USER_AGENT"; did you mean "request.user_agent"?"#),
        ("rate-limit: 3", #"rate-limit: unknown key "rate-limit"; did you mean "rate"?"#),
        ("parallel: 3", #"parallel: unknown key "parallel"; did you mean "concurrency.total"?"#),
        (
            "retry: {max_retries: 3}",
            #"retry.max_retries: unknown key "max_retries"; did you mean "attempts"?"#
        ),
        ("follow: {max_depth: 3}", #"follow.max_depth: unknown key "max_depth"; did you mean "depth"?"#),
        ("delay: 99", #"delay: 99 has no unit; write a unit, for example 99s"#),
        (
            "delay: 500",
            #"delay: 500 has no unit; did you mean 500ms? If seconds are meant, write 500s"#
        ),
        ("Delay: 5s", #"Delay: unknown key "Delay"; did you mean "delay"?"#),
        ("batch-size: 5", #"batch-size: unknown key "batch-size"; did you mean "batch_size"?"#),
        ("shcedule: '@daily'", #"shcedule: unknown key "shcedule"; did you mean "schedule"?"#),
        ("per_host: 5", #"per_host: unknown key "per_host"; did you mean "concurrency.per_host"?"#),
        ("retry: {atempts: 5}", #"retry.atempts: unknown key "atempts"; did you mean "attempts"?"#),
        ("timeouts: {x: 5}", #"timeouts.x: unknown key "x"; known here are connect, read, total"#),
        ("limits: {page: 5}", #"limits.page: unknown key "page"; did you mean "pages"?"#),
    ])
    func `an unknown key is refused with the nearest known one`(key: String, message: String) {
        #expect(mistake(inKey: key) == message)
    }

    @Test func `every key that is suggested is one`() throws {
        for (foreign, key) in ForeignKey.ofJob {
            #expect(!JobSchema.root.fields.contains { $0.name == foreign }, "\(foreign)")
            let parts = key.split(separator: ".").map(String.init)
            let field = try #require(JobSchema.root.fields.first { $0.name == parts[0] }, "\(key)")
            if parts.count > 1 { #expect(field.children.contains(parts[1]), "\(key)") }
        }
    }

    @Test func `what a job lacks is found where it stands`() throws {
        let file = try job(
            """
            urls_from: list.txt
            request:
              headers:
                authorization: "Bearer ${env:TOKEN}"
            """)

        #expect(
            file.mistake(at: "urls_from", "gone").description == "/jobs/docs.yaml:1:12: urls_from: gone")
        #expect(
            file.mistake(of: .environment("TOKEN"), "not set")?.description
                == "/jobs/docs.yaml:4:20: request.headers.authorization: not set")
        #expect(file.mistake(of: .environment("OTHER"), "not set") == nil)
    }

    @Test func `a stem that is no name asks for one`() {
        let error = #expect(throws: JobFileError.self) {
            try JobDocument(yaml: "urls: [http://a/]", source: .file("a\u{7}.yaml"))
        }
        #expect(error?.keyPath == "name")
    }
}

/// References to what is known when a request is sent only.
@Suite struct ReferenceTests {
    @Test(arguments: [
        ("delay: ${env:DELAY}", "delay: "),
        ("batch_size: ${var:n}", "batch_size: "),
        ("robots: ${var:n}", "robots: "),
        ("request: {insecure: \"${env:X}\"}", "request.insecure: "),
        ("urls_from: \"${env:HOME}/urls.txt\"", "urls_from: "),
        ("accept: [\"${env:X}\"]", "accept[0]: "),
        ("name: a${env:X}", "name: "),
    ])
    func `a reference is refused where none is resolved`(key: String, message: String) {
        #expect(
            mistake(inKey: key) == message
                + "${env:…}, ${file:…} and ${var:…} have no meaning here; they have in requests, urls and headers"
        )
    }

    @Test func `a dollar sign alone is no reference`() throws {
        #expect(
            try job("urls: ['http://a/$x']\nrequest: {headers: {x: '${other}'}}").spec.urls == ["http://a/$x"]
        )
    }
}
