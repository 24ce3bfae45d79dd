import Testing

@Suite(.serialized, .timeLimit(.minutes(5)))
struct HelpTests {
    static let subcommands = [
        "run", "fetch", "check", "add", "jobs", "runs", "status", "results", "report", "links", "diff",
        "explain",
        "retry",
        "abandon", "merge", "sitemap", "schema",
        "bench",
        "daemon", "db", "db migrate", "db check", "db backup", "db copy", "db prune",
    ]
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `help names every subcommand and every exit code`() async throws {
        let help = try await bench.trawl("--help")

        #expect(help.code == 0)
        for name in HelpTests.subcommands where !name.contains(" ") {
            #expect(help.output.contains("\n  \(name) "))
        }
        #expect(help.output.contains("7 interrupted"))
        #expect(help.output.contains("9 diff --exit-code"))
        #expect(help.errors.isEmpty)
    }

    @Test(arguments: subcommands)
    func `every subcommand explains itself`(name: String) async throws {
        let help = try await bench.shell("$TRAWL \(name) --help")

        #expect(help.code == 0)
        #expect(help.output.contains("USAGE: trawl \(name)"))
        #expect(help.output.contains("OVERVIEW: "))
    }

    @Test(arguments: subcommands)
    func `a flag that no subcommand has is wrong usage`(name: String) async throws {
        let arguments =
            [
                "fetch", "check", "add", "runs", "results", "report", "links", "diff", "retry", "abandon",
                "merge",
                "bench",
                "db backup",
            ]
            .contains(name)
            ? "x" : ["explain", "db copy"].contains(name) ? "x y" : name == "sitemap" ? "x -o y" : ""
        let wrong = try await bench.shell("$TRAWL \(name) \(arguments) --bogus")

        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("--bogus"))
        #expect(wrong.errors.contains("--help"))
        #expect(wrong.output.isEmpty)
        #expect(!bench.exists("trawl.db"))
    }

    @Test(arguments: [
        ("https://example.org/", "to keep nothing: trawl fetch https://example.org/"),
        ("urls.txt", "to fetch it into a database: trawl run urls.txt"), ("statsu", "did you mean status?"),
        ("crawl-it-all", "trawl --help lists them"),
    ])
    func `a word that is no command gets the one that is meant`(word: String, way: String) async throws {
        let wrong = try await bench.shell("$TRAWL \(word)")

        #expect(wrong.code == 2)
        #expect(wrong.errors.hasPrefix("trawl: \(word) is no command; "), "\(wrong.errors)")
        #expect(wrong.errors.contains(way), "\(wrong.errors)")
    }

    @Test func `a version is printed`() async throws {
        let version = try await bench.trawl("--version")

        #expect(version.code == 0)
        #expect(version.output.contains(/^[0-9]+\.[0-9]+\.[0-9]+\n$/))
    }

    @Test func `bash gets completions that it can read`() async throws {
        let script = try await bench.shell(
            "$TRAWL --generate-completion-script bash > completions && bash -n completions && cat completions"
        )

        #expect(script.code == 0)
        #expect(script.output.contains("--per-host"))
    }

    @Test(arguments: [
        "fetch --retry 9223372036854775807 http://127.0.0.1/", "fetch --retry=-1 http://127.0.0.1/",
        "fetch --header nonsense http://127.0.0.1/", "fetch --delay 5parsecs http://127.0.0.1/",
        "fetch --threads 0 http://127.0.0.1/", "fetch --max-filesize 1furlong http://127.0.0.1/",
        "fetch --per-host 0 http://127.0.0.1/", "fetch", "run --drain soon", "add", "add http://127.0.0.1/",
        "results", "results x --run 0", "results x --format xml", "run -q -v", "jobs --color pink",
        "jobs --db ''",
    ])
    func `a wrong option says which and exits 2`(line: String) async throws {
        let wrong = try await bench.shell("$TRAWL \(line)")

        #expect(wrong.code == 2)
        #expect(!wrong.errors.isEmpty)
        if let flag = line.split(separator: " ").first(where: { $0.hasPrefix("--") }), !line.contains("--run")
        {
            #expect(wrong.errors.contains(flag.split(separator: "=")[0]))
        }
        #expect(!bench.exists("trawl.db"))
    }
}
