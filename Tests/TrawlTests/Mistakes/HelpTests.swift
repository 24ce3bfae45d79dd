import Foundation
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct HelpTests {
    static let subcommands = [
        "init", "demo", "run", "fetch", "check", "add", "jobs", "runs", "status", "results", "report",
        "links", "diff",
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

    @Test func `a version with more to it names the libraries, with the versions that Package.swift has`()
        async throws
    {
        let version = try await bench.trawl("--version", "--verbose")
        let package = try Manual("Package.swift").text

        #expect(version.code == 0)
        #expect(version.output.contains(#/^trawl [0-9.]+ \(\S+\)\nlibraries: libcurl/\S+ /#))
        #expect(
            version.output.contains(
                #/ libxml2/2\.\d+\.\d+ xxHash/0\.\d+\.\d+ .*SQLite/3\.\d+\.\d+ libpq/\d+\.\d+\n/#))
        #expect(version.output.contains(#/\ntime zones: \S+ in /usr/share/zoneinfo\n$/#))
        let pins = package.matches(of: #//([^/"]+)", exact: "([0-9.]+)"/#).map {
            "\($0.1.replacing(".swift", with: ""))/\($0.2)"
        }
        #expect(pins.count == 5)
        for pin in pins { #expect(version.output.contains(" \(pin)"), "\(pin)") }
    }

    @Test func `without a command and a terminal there is usage`() async throws {
        for command in ["$TRAWL", "$TRAWL < /dev/null", "$TRAWL init"] {
            let wrong = try await bench.shell(command)

            #expect(wrong.code == 2)
            #expect(wrong.output.isEmpty)
            #expect(wrong.errors.contains(command == "$TRAWL init" ? "on a terminal" : "USAGE: trawl"))
        }
    }

    @Test func `on a terminal three answers make a job file, and no file is written over`() async throws {
        let session = "printf 'https://example.org/\\n\\n\\n' | script -qec \"$TRAWL\" /dev/null"
        let first = try await bench.shell(session)
        let again = try await bench.shell(session.replacing("$TRAWL", with: "$TRAWL init example.org.yaml"))
        let second = try await bench.shell(session.replacing("$TRAWL", with: "$TRAWL init"))

        #expect(first.code == 0, "\(first.output)")
        #expect(first.output.contains("  trawl run example.org.yaml  "))
        #expect(again.code == 2)
        #expect(again.output.contains("example.org.yaml is there already"))
        #expect(second.output.contains("example.org-2.yaml is written"))
        #expect(try await bench.trawl("add", "--dry-run", "example.org.yaml").code == 0)

        // A list in this folder, and a job file in another.
        try bench.write("http://127.0.0.1:1/\n", to: "urls.txt")
        let other = session.replacing("https://example.org/", with: "urls.txt")
        let apart = try await bench.shell(
            "mkdir jobs && \(other.replacing("$TRAWL", with: "$TRAWL init jobs/list.yaml"))")
        #expect(apart.code == 0, "\(apart.output)")
        #expect(try await bench.trawl("add", "--dry-run", "jobs/list.yaml").output.contains("127.0.0.1:1"))
    }

    @Test func `every command has a page of the manual, with an example`() async throws {
        let made = try await bench.shell("'\(Manual.project.path)/scripts/manpages' $TRAWL pages && ls pages")

        #expect(made.code == 0, "\(made.errors)")
        for name in HelpTests.subcommands {
            #expect(made.lines.contains("trawl-\(name.replacing(" ", with: "-")).1"))
        }
        #expect(try bench.text(of: "pages/trawl-run.1").contains(".It Fl i , Fl -input-file Ar file\n"))
    }

    /// What a shell offers after `trawl da`.
    @Test(arguments: [
        (
            "bash",
            "source completions; COMP_WORDS=(trawl da); COMP_CWORD=1; COMP_LINE='trawl da'; COMP_POINT=8; _trawl; echo \"${COMPREPLY[@]}\""
        ),
        (
            "zsh",
            "autoload -U compinit; compinit -u; source ./completions; whence -w _trawl; grep -o daemon: completions"
        ),
        ("fish", "source completions; complete -C 'trawl da'"),
    ]) func `a shell that is here reads the completions and offers a command`(shell: String, script: String)
        async throws
    {
        let made = try await bench.shell("$TRAWL --generate-completion-script \(shell) > completions")
        #expect(made.code == 0)
        guard try await bench.shell("command -v \(shell)").code == 0 else { return }
        let offer = try await bench.shell(
            "PATH=$(dirname $TRAWL):$PATH \(shell) -c '\(script.replacing("'", with: "'\\''"))'")

        #expect(offer.code == 0, "\(offer.errors)")
        #expect(offer.output.contains("daemon"), "\(offer.output) \(offer.errors)")
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
