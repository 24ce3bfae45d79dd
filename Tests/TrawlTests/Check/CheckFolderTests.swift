import Testing
import TrawlTestSupport

/// `trawl check` on a folder, as a user runs it.
@Suite(.timeLimit(.minutes(15)))
struct CheckFolderTests {
    let bench: Workbench

    init() throws {
        bench = try Workbench()
    }

    private func links(_ output: Finished) throws -> [String] {
        try output.objects().map { "\($0["to_url"] ?? "") \($0["verdict"] ?? "") \($0["reason"] ?? "")" }
            .sorted()
    }

    @Test func `a folder is checked as the site that it will be`() async throws {
        let folder = try TestFolder([
            "public/index.html": """
            <link rel=canonical href="https://example.org/"><a href="https://example.org/a.html">a</a>
            <a href=gone.html>g</a><a href=https://www.example.org/>w</a>
            """,
            "public/a.html": "<a href=A.html>A</a>", "public/orphan.html": "<img src=gone.png>",
            "public/x.md": "",
        ])
        let site = folder.path + "/public"

        let check = try await bench.trawl(
            "check", site, "--base", "https://example.org", "--format", "ndjson")

        #expect(check.code == 4)
        #expect(
            try links(check) == [
                "https://example.org/A.html broken case_differs",
                "https://example.org/gone.html broken no_file",
                "https://example.org/gone.png broken no_file",
            ])
        #expect(check.errors.contains("Markdown is not read (1 file)"))
        let name: String? = try bench.value("SELECT name FROM jobs")
        #expect(name == "check-public")

        let excluded = try await bench.trawl(
            "check", site, "--base", "https://example.org", "--exclude", "gone|A.html", "--format", "ndjson")
        #expect(excluded.code == 0)
    }

    @Test(arguments: [
        (["--follow", "site"], "--follow is for sites"),
        (["--base", "ftp://x"], "the base ftp://x has to begin with"),
        (["https://example.org/"], "is checked by itself"),
    ])
    func `what a folder cannot have is refused`(more: [String], message: String) async throws {
        let folder = try TestFolder(["a.html": ""])

        let check = try await Running(
            Workbench.program, ["check", folder.path] + more, in: bench, environment: [:], input: ""
        ).finished()

        #expect(check.code == 2)
        #expect(check.errors.contains(message))
    }
}
