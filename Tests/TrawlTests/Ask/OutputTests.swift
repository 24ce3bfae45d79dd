import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct OutputTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a", "/missing"))
    }

    @Test func `quiet is silent`() async throws {
        let run = try await bench.trawl("run", "-q", "docs.yaml")
        let retry = try await bench.trawl("retry", "-q", "docs")
        let add = try await bench.trawl("add", "-q", "docs.yaml")
        let check = try await bench.trawl("db", "check", "-q")

        #expect(run.code == 4)
        #expect((run.output + retry.errors + add.errors + check.errors).isEmpty)
        // What cron sends by mail is worth one line where not all is well.
        #expect(run.errorLines.count == 1)
    }

    @Test func `quiet says errors still`() async throws {
        let run = try await bench.trawl("run", "-q", "missing.yaml")

        #expect(run.errors.contains("missing.yaml"))
    }

    @Test func `colour comes only where it is wanted`() async throws {
        func coloured(_ arguments: String, _ environment: [String: String] = [:]) async throws -> Bool {
            let results = try await bench.shell("$TRAWL results docs \(arguments)", environment: environment)
            return results.output.contains("\u{1b}[")
        }
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        #expect(try await !coloured(""))
        #expect(try await coloured("--color always"))
        #expect(try await coloured("--color always", ["NO_COLOR": "1"]))
        #expect(try await !coloured("--color never"))
        #expect(try await !coloured("--color always -o out; cat out"))
    }

    @Test func `a terminal gets colour, unless NO_COLOR is set`() async throws {
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        let command = "script -qec '$TRAWL results docs' /dev/null"

        let plain = try await bench.shell(command, environment: ["NO_COLOR": "1", "TERM": "xterm"])
        let coloured = try await bench.shell(command, environment: ["TERM": "xterm"])

        #expect(!plain.output.contains("\u{1b}["))
        #expect(coloured.output.contains("\u{1b}["))
    }

    @Test(arguments: [
        "run slow.yaml", "results docs", "status --watch", "db backup copy.db", "fetch -v URL", "diff docs",
    ])
    func `a dumb terminal gets no escape sequence`(command: String) async throws {
        let slow = try LoopbackServer { _ in .html(title: "x").delayed(by: .milliseconds(600)) }
        try bench.job("slow", urls: slow.urls("/a"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        let line = command.replacing("URL", with: slow.url("/b"))

        let run = try await bench.shell(
            "script -qec '$TRAWL \(line)' /dev/null", environment: ["TERM": "dumb"])

        #expect(!run.output.isEmpty)
        #expect(!run.output.contains("\u{1b}"))
    }

    @Test func `every line of a JSON log is an object`() async throws {
        let run = try await bench.trawl("run", "-v", "--log-format", "json", "docs.yaml")
        let again = try await bench.trawl("retry", "--log-format", "json", "docs")
        let wrong = try await bench.trawl("run", "--log-format", "json", "dosc")

        #expect(run.code == 4)
        for line in run.errorLines + again.errorLines + wrong.errorLines {
            let object = try Finished.object(line)
            #expect(object["time"] is String)
            #expect(object["level"] is String)
            #expect(object["message"] is String)
        }
        #expect(run.errors.contains("finished"))
        #expect(try wrong.errorLines.map { try Finished.object($0)["level"] as? String } == ["error"])
    }

    @Test(arguments: ["long-name-of-a-job", "日本語日本語日本語日本語"])
    func `the live line fits a narrow terminal`(name: String) async throws {
        let slow = try LoopbackServer { _ in .html(title: "x").delayed(by: .milliseconds(600)) }
        try bench.job("slow", urls: slow.urls("/a"), "name: \(name)")

        let run = try await bench.shell(
            "script -qec 'stty cols 20; $TRAWL run slow.yaml' /dev/null",
            environment: ["TERM": "xterm", "NO_COLOR": "1"])

        // What stands between turning wrapping off and on again, without what moves the cursor.
        let live = run.output.components(separatedBy: "\u{1b}[?7l").dropFirst().flatMap { drawing in
            (drawing.components(separatedBy: "\u{1b}[?7h").first ?? "").replacing(
                "\r\u{1b}[2K \u{1b}[J\r", with: ""
            )
            .replacing("\r\u{1b}[2K \u{1b}[J", with: "").replacing(/\u{1b}\[[0-9]*A/, with: "").split {
                $0.isNewline
            }
        }
        #expect(live.count > 1)
        for line in live {
            let columns = line.unicodeScalars.reduce(0) { $0 + ($1.value >= 0x2e80 ? 2 : 1) }
            #expect(columns < 20, "\(line)")
        }
    }
}
