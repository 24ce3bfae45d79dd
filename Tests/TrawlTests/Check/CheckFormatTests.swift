import Foundation
import FoundationXML
import LoopbackServer
import Testing
import TrawlStore

@testable import trawl

/// How `trawl check` writes links: nothing of a page means anything there.
@Suite(.timeLimit(.minutes(15)))
struct CheckFormatTests {
    /// A text with all that may be taken for something.
    private let hostile =
        "=HYPERLINK(1) \u{1b}[31m \u{202e}x ]]> <!-- | `a` ``b`` ::error::x ##[error]x \u{1} \u{9b} \u{fffe} \"&' \\"

    private func fault(
        _ to: String = "http://a.test/gone", from: String = "http://a.test/", text: String? = nil,
        line: Int = 3,
        verdict: String = "broken", reason: String = "gone", status: Int? = 404, isKnown: Bool = false
    ) -> LinkFault {
        var link = LinkRow(from: from, to: to, element: "a", attribute: "href", line: line, count: 1)
        link.text = text
        link.verdict = verdict
        link.reason = reason
        link.statusCode = status
        return LinkFault(link: link, isKnown: isKnown, fails: verdict == "broken" && !isKnown)
    }

    private func written(_ format: CheckFormat, _ faults: [LinkFault]) throws -> String {
        final class Output { var text = "" }
        let output = Output()
        var tally = CheckTally()
        for fault in faults { tally.add(fault) }
        var writer = format.writer(job: "site", palette: Palette(isOn: false)) { output.text += $0 }
        try writer.begin(tally)
        for fault in faults { try writer.write(fault) }
        try writer.end()
        return output.text
    }

    @Test(arguments: CheckFormat.allCases)
    func `no format has what a terminal or the log of a CI system acts on`(format: CheckFormat) throws {
        let text = try written(
            format, [fault("http://[::error::\n::error::", from: "http://a.test/?##[x", text: hostile)])

        for scalar in text.unicodeScalars where scalar != "\n" && scalar != "\r" {
            #expect(!(0..<0x20).contains(scalar.value) && !(0x7f..<0xa0).contains(scalar.value))
            #expect(!(0x202a...0x202e).contains(scalar.value))
        }
        for line in text.split(whereSeparator: \.isNewline) {
            #expect(!line.drop { $0 == " " }.hasPrefix("::"), "\(line)")
        }
        #expect(!text.contains("##["))
    }

    @Test func `Markdown has the same names in all commands`() {
        #expect(CheckFormat(argument: "md") == .markdown)
        #expect(CheckFormat(argument: "markdown") == .markdown)
        #expect(CheckFormat(argument: "junit") == .junit)
        #expect(ReportFormat(argument: "md") == .md)
        #expect(ReportFormat(argument: "markdown") == .md)
        #expect(ReportFormat(argument: "xml") == nil)
    }

    @Test func `a reader who has seen enough does not change what the check says`() async throws {
        let bench = try Workbench()
        let links = String(repeating: "<p><a href=\"/gone\">x</a>\n", count: 20_000)
        let site = try LoopbackServer { request in
            request.path == "/" ? .html(title: "x", body: links) : .status(404)
        }
        let check = "$TRAWL check -q --delay 0 --format ndjson \(site.url("/"))"

        let run = try await bench.shell("(\(check); echo code $? >&2) | head -n 1")

        #expect(run.errors.contains("code 4"), "\(run.errors)")
    }

    @Test func `a table has the first ten links to a URL and the number of the rest`() throws {
        let many = (1...13).map { fault(from: "http://a.test/\($0)", text: "menu") }
        let text = try written(.table, many + [fault("http://a.test/other")])

        #expect(
            text.hasPrefix(
                "broken  404 gone  http://a.test/gone\n    http://a.test/1  line 3  <a href>  \"menu\"\n"))
        #expect(text.contains("http://a.test/10  ") && !text.contains("http://a.test/11  "))
        #expect(text.contains("    and 3 more links\nbroken  404 gone  http://a.test/other\n"))
    }

    @Test func `a formula is none in CSV`() throws {
        #expect(try written(.csv, [fault(text: "=1+1")]).contains(",'=1+1,"))
    }

    @Test func `what fails is a failure in JUnit, and the rest is skipped`() throws {
        let text = try written(
            .junit,
            [
                fault(text: "one"), fault(text: "two"), fault("http://a.test/known", isKnown: true),
                fault("http://b.test/", text: hostile, verdict: "unsure", reason: "refused", status: 403),
            ])
        let names = text.matches(of: /<testcase classname="[^"]*" name="[^"]*"/).map { String($0.0) }

        #expect(XMLParser(data: Data(text.utf8)).parse())
        #expect(
            text.contains("<testsuite name=\"site\" tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"2\">"))
        #expect(names.count == 4 && Set(names).count == 4)
        #expect(text.contains("message=\"unsure (403 refused)\""))
        #expect(text.contains("message=\"broken (404 gone), known\""))
    }

    @Test func `a summary in Markdown is bounded, and says what it leaves out`() throws {
        let long = String(repeating: "x", count: 1_000)
        let faults = (0..<300).flatMap { target in
            (0..<12).map { fault("http://a.test/\(target)/\(long)", from: "http://a.test/\($0)", text: long) }
        }
        let text = try written(.markdown, faults)

        #expect(text.utf8.count < 1 << 20)
        #expect(text.contains("more URLs of broken or unsure links are not shown here."))
        #expect(text.contains("| broken | 3,600 | 300 | gone × 300 |"))
    }

    @Test func `code in Markdown has a longer fence than its text`() {
        #expect(LinkText.markdownCode("a|b") == "`a|b`")
        #expect(LinkText.markdownCode("`a``b") == "``` `a``b ```")
    }

    @Test func `links are counted with the URLs that they lead to`() {
        var tally = CheckTally()
        for fault in [
            fault(), fault(from: "http://a.test/2"), fault("http://a.test/known", isKnown: true),
            fault("http://b.test/", verdict: "unsure", reason: "refused"), fault("http://c.test/"),
        ] { tally.add(fault) }

        #expect((tally.broken.links, tally.broken.targets) == (3, 2))
        #expect((tally.unsure.links, tally.known.links, tally.failing, tally.passing) == (1, 1, 3, 2))
        #expect(tally.brokenReasons == ["gone": 2])
    }

    @Test func `a baseline knows links by page and URL, and by URL alone`() throws {
        let bench = try Workbench()
        try bench.write(
            "# known\n\nhttp://a.test/ http://a.test/gone\r\nhttp://a.test/b#c\nhttp://a.test/ //a%20b\n",
            to: "known.txt")
        let baseline = try LinkBaseline(file: bench.path("known.txt"))
        var fragment = fault("http://a.test/b").link
        #expect(!baseline.contains(fragment))
        fragment.fragment = "c"

        #expect(baseline.contains(fragment))
        #expect(baseline.contains(fault().link))
        #expect(!baseline.contains(fault(from: "http://a.test/2").link))
        #expect(baseline.contains(fault("//a b").link))
        try bench.write("a b c\n", to: "wrong.txt")
        #expect(throws: CommandFailure.self) { try LinkBaseline(file: bench.path("wrong.txt")) }
    }
}
