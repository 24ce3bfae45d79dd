import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct ReportCommandTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `a report has failures, redirects, titles, hosts and changes`() async throws {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/old": .redirect(to: "/new", status: 301)
            case "/twin1", "/twin2": .html(title: "Twins</script>")
            case "/bare": .html(title: "")
            default: Site.page(request)
            }
        }
        let urls = site.urls("/", "/old", "/twin1", "/twin2", "/bare", "/missing?token=secret1")
        try bench.job("docs", urls: urls, "request: {headers: {x-key: secret2}}")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        try bench.job("docs", urls: urls + [site.url("/added")])
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let json = try await bench.trawl("report", "docs", "--format", "json")
        let report = try Finished.object(json.output)
        let tables = try #require(report["tables"] as? [String: [String: Any]])
        func rows(_ table: String) throws -> [[String: Any]] {
            try #require(tables[table]?["rows"] as? [[String: Any]])
        }

        #expect(report["failures"] as? [String: Int] == ["status 404": 1])
        #expect(try rows("redirects").first?["permanent_url"] as? String == site.url("/new"))
        #expect(try rows("duplicate-titles").first?["pages"] as? Int == 2)
        #expect(try rows("missing-titles").count == 1)
        #expect(try rows("hosts").first?["pages_failed"] as? Int == 1)
        #expect(try rows("changes").first?["url"] as? String == site.url("/added"))
        #expect(try rows("pages").count == 7)

        let first = try await bench.trawl("report", "docs", "--run", "1", "--format", "json")
        #expect(try Finished.object(first.output)["changes"] is NSNull)
        #expect(!first.output.contains("secret2"))

        try await bench.trawl("report", "docs", "-o", "docs.html").expectSuccess()
        try await bench.trawl("report", "docs", "-o", "again.html").expectSuccess()
        let page = try bench.text(of: "docs.html")
        #expect(page.hasPrefix("<!DOCTYPE html>"))
        #expect(page.contains("Twins&lt;/script&gt;"))
        #expect(page == (try bench.text(of: "again.html")))
        for format in ["html", "json", "md"] {
            let anonymous = try await bench.trawl("report", "docs", "--format", format, "--anonymous")
            #expect(anonymous.code == 0)
            #expect(!anonymous.output.contains("secret1"))
        }
    }

    @Test func `a job that is not there, and the database itself, are refused`() async throws {
        try bench.job("docs", urls: ["http://127.0.0.1:9/"])
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        let unknown = try await bench.trawl("report", "other", "-o", "x.html")
        let itself = try await bench.trawl("report", "docs", "-o", "trawl.db")

        #expect(unknown.code == 2 || unknown.code == 3)
        #expect(unknown.errors.contains("there is no job other"))
        #expect(itself.code == 2)
        #expect(try bench.value("SELECT count(*) FROM jobs", as: Int.self) == 1)
    }
}
