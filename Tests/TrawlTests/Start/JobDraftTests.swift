import CrawlCore
import Foundation
import JobFile
import Testing

@testable import trawl

/// The job files that `trawl init` writes.
@Suite struct JobDraftTests {
    /// What the questions come to for some typed lines, and what was shown.
    private func answer(_ lines: String...) -> (draft: JobDraft?, shown: String) {
        var rest = lines[...]
        var shown = ""
        let questions = Questionnaire(readLine: { rest.popFirst() }, write: { shown += $0 })
        return (questions.draft(), shown)
    }

    @Test(arguments: JobDraft.Reach.allCases, JobDraft.Pace.allCases)
    func `every answer gives a job file that says what was answered`(
        reach: JobDraft.Reach, pace: JobDraft.Pace
    ) throws {
        let draft = JobDraft(source: .url("https://example.org/docs/"), reach: reach, pace: pace)
        let job = try JobDocument(yaml: draft.text, source: .file("/jobs/example.org.yaml")).spec

        #expect(job.name == "example.org")
        #expect(job.urls == ["https://example.org/docs/"])
        #expect((job.follow == nil) == (reach == .none))
        #expect(draft.text.contains("robots: obey"))
    }

    @Test func `an empty line takes the first answer`() {
        let draft = answer("https://example.org/", "", "").draft

        #expect(draft?.source == .url("https://example.org/"))
        #expect(draft?.reach == .host)
        #expect(draft?.pace == .usual)
    }

    @Test func `numbers choose, and anything else is asked for again`() {
        let (draft, shown) = answer(" example.org/a ", "4", "two", "2", "0", "3")

        #expect(draft?.source == .url("https://example.org/a"))
        #expect(draft?.reach == .folder)
        #expect(draft?.pace == .own)
        #expect(shown.contains("Type a number from 1 to 3, or nothing for 1.\n"))
    }

    @Test func `what is neither a URL nor a file is asked for again`() {
        let (draft, shown) = answer("", "what?", "ftp://example.org/", "http://example.org/", "3", "")

        #expect(shown.contains("what? is neither a URL, as https://example.org/, nor a file that is there\n"))
        #expect(shown.contains("ftp is not supported; write http or https\n"))
        #expect(draft?.reach == JobDraft.Reach.none)
    }

    @Test func `input that ends early gives nothing`() {
        #expect(answer().draft == nil)
        #expect(answer("https://example.org/").draft == nil)
        #expect(answer("https://example.org/", "1").draft == nil)
    }

    @Test func `a list is a job that is called as it`() throws {
        let bench = try Workbench()
        try bench.write("https://example.org/1\nhttps://example.org/2\n", to: "my list.txt")
        let draft = try #require(answer(bench.path("my list.txt"), "", "2").draft)
        let job = try JobDocument(yaml: draft.text, source: .file(bench.path("my list.yaml"))).spec

        #expect(draft.name == "my list")
        #expect(job.urlsFrom == .file(bench.path("my list.txt")))
        #expect(job.follow == nil)
    }

    @Test(arguments: [
        ("docs", "docs"), ("my list", "'my list'"), ("it's", "'it'\\''s'"), ("-x", "'-x'"), ("", "''"),
        ("über/a.yaml", "über/a.yaml"), ("a;b", "'a;b'"),
    ]) func `a word to type is quoted where a shell needs it`(word: String, typed: String) {
        #expect(ShellWord.quoted(word) == typed)
    }
}
