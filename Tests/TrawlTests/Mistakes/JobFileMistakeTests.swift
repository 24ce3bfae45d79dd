import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct JobFileMistakeTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    @Test(arguments: [
        ("urls: [", "job.yaml:", "not valid YAML"),
        ("urls: [\"http://h/\"]\nconcurency: 3", "job.yaml:2:1: concurency", "concurrency"),
        ("urls: [\"http://h/\"]\ndelay: 5parsecs", "job.yaml:2:8: delay", "not a duration"),
        ("urls: [\"http://h/\"]\nlimits: {body: 1furlong}", "job.yaml:2:16: limits.body", "1furlong"),
        ("urls: [\"http://h/\"]\nschedule: '@dayly'", "job.yaml:2:11: schedule", "@dayly"),
        ("urls: []", "job.yaml:1:7: urls", "empty"),
        ("delay: 1s", "job.yaml:", "urls"),
        ("", "job.yaml:1:1", "empty"),
    ])
    func `a mistake is named with its line and key`(text: String, place: String, words: String) async throws {
        try bench.write(text, to: "job.yaml")

        let run = try await bench.trawl("run", "job.yaml")

        #expect(run.code == 2)
        #expect(run.errorLines.count == 1)
        #expect(run.errors.contains(place))
        #expect(run.errors.contains(words))
        #expect(!bench.exists("trawl.db"))
    }

    @Test(arguments: [
        ("./missing.yaml", "No such file"), ("./", "directory"), ("/proc/self/mem.yaml", "No such file"),
    ])
    func `a job file that cannot be read is named`(path: String, words: String) async throws {
        let run = try await bench.trawl("run", path)

        #expect(run.code == 2)
        #expect(run.errors.contains(path))
        #expect(run.errors.contains(words))
    }

    @Test(arguments: ["", "# nothing but a comment\n\n"])
    func `a list without a URL is a mistake`(list: String) async throws {
        try bench.write(list, to: "list.txt")
        try bench.write("urls_from: list.txt", to: "job.yaml")

        let run = try await bench.trawl("run", "job.yaml")

        #expect(run.code == 2)
        #expect(run.errors.contains("there is no URL to fetch"))
        #expect(try bench.value("SELECT count(*) FROM runs") == 0)
        #expect(try bench.value("SELECT count(*) FROM jobs") == 0)
    }

    @Test func `a list that is missing is named`() async throws {
        try bench.write("urls_from: list.txt", to: "job.yaml")

        let run = try await bench.trawl("run", "job.yaml")

        #expect(run.code == 2)
        #expect(run.errors.contains("job.yaml:1:12: urls_from: "))
        #expect(run.errors.contains("list.txt: cannot be read: No such file"))
        #expect(try bench.value("SELECT count(*) FROM runs") == 0)
        #expect(try bench.value("SELECT count(*) FROM jobs") == 0)
    }

    @Test func `a secret that is missing is named with its line and key, before anything is asked for`()
        async throws
    {
        let file = try bench.job(
            "docs", urls: site.urls("/a"), "request:\n  headers:\n    authorization: Bearer ${env:NO_TOKEN}")

        let run = try await bench.trawl("run", file)

        #expect(run.code == 2)
        #expect(
            run.errors.hasPrefix(
                "trawl: docs.yaml:7:20: request.headers.authorization: ${env:NO_TOKEN}: the environment variable"
            ), "\(run.errors)")
        #expect(site.counters.requests == 0)
        #expect(try bench.value("SELECT count(*) FROM jobs") == 0)
    }

    @Test func `a line that is no URL is skipped with its number, and the rest runs`() async throws {
        try bench.write(
            "\(site.url("/a"))\nhttp://[bad\n\n{\"url\": 3}\n\(site.url("/b"))\n\(site.url("/a"))\n",
            to: "list.txt")
        try bench.write("urls_from: list.txt", to: "job.yaml")

        let run = try await bench.trawl("run", "job.yaml")

        #expect(run.code == 4)
        #expect(run.errors.contains("invalid_url × 2"))
        #expect(
            try bench.values("SELECT line FROM results WHERE skip_reason = 'invalid_url' ORDER BY line") == [
                2, 4,
            ])
        #expect(try bench.value("SELECT line FROM results WHERE skip_reason = 'duplicate'") == 6)
        #expect(
            try bench.values("SELECT title FROM results WHERE state = 'done' ORDER BY 1") == ["/a", "/b"])
        #expect(
            try bench.value(
                "SELECT count(*) FROM results WHERE skip_reason = 'invalid_url' AND error IS NULL") == 0)
    }
}
