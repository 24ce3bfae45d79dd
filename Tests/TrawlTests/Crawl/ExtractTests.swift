import Foundation
import LoopbackServer
import Testing

/// Fields, from the job file to the shell.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct ExtractTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func shop() throws -> LoopbackServer {
        try LoopbackServer { request in
            var response = LoopbackServer.Response.html(title: "Shop")
            response.body += Array(
                "<html lang=en><h1>Tea \"1\"</h1><p>£4.50<ul><li>a<li>b</ul><a href=x>x</a>".utf8)
            return response
        }
    }

    @Test func `a job's fields are asked for with the shell, and shown as JSON`() async throws {
        let site = try shop()
        try bench.job(
            "docs", urls: site.urls("/"),
            """
            extract:
              h1: {xpath: "//h1"}
              price: {regex: "£([0-9.]+)"}
              none: {json: "$.x"}
              all: {xpath: "//li", many: true}
            """)

        let run = try await bench.trawl("run", "docs.yaml", "--format", "ndjson")
        let csv = try await bench.trawl("results", "docs", "--format", "csv")
        let table = try await bench.trawl("results", "docs")

        let row = try #require(try run.objects().first)
        let extracted = try #require(row["extracted"] as? [String: Any])
        #expect(run.code == 0)
        #expect(extracted["h1"] as? String == "Tea \"1\"")
        #expect(extracted["price"] as? String == "4.50")
        #expect(extracted["none"] is NSNull)
        #expect(extracted["all"] as? [String] == ["a", "b"])
        #expect(row["link_count"] as? Int == 1)
        #expect(try bench.value("SELECT extracted ->> 'price' FROM results", as: String.self) == "4.50")
        #expect(csv.output.contains(#""{""h1"":""Tea \""1\"""","#))
        #expect(table.output.contains(#""price":"4.50""#))
    }

    @Test func `a bad expression is named by file, line and key, and nothing is stored`() async throws {
        try bench.write(
            "urls: [\"http://127.0.0.1:9/\"]\nextract:\n  h1: {xpath: \"//h1[\"}\n", to: "docs.yaml")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 2)
        #expect(run.errors.contains("docs.yaml:3:15: extract.h1.xpath: "))
        #expect(!bench.exists("trawl.db"))
    }

    @Test func `fetch takes fields from the command line`() async throws {
        let site = try shop()

        let rows = try await bench.trawl(
            "fetch", "-q", "--format", "ndjson", "--extract", "h=xpath://h1", "--extract", "li[]=xpath://li",
            site.url("/"))
        let metadata = try await bench.trawl("fetch", "-q", "--format", "ndjson", "--metadata", site.url("/"))
        let kinds = try await bench.trawl(
            "fetch", "-q", "--format", "ndjson", "--extract", "h=css:h1", "--extract",
            "li[]=css:li:nth-child(2)::text",
            "--extract", "type=header:content-type", "--extract", "ld=jsonld:$.x", site.url("/"))
        let bad = try await bench.trawl("fetch", "--extract", "h=regex:(", site.url("/"))
        let shapeless = try await bench.trawl("fetch", "--extract", "h1", site.url("/"))

        #expect(rows.output.contains(#""extracted":{"h":"Tea \"1\"","li":["a","b"]}"#))
        #expect(kinds.output.contains(#""extracted":{"h":"Tea \"1\"","li":["b"],"type":"text/html"#))
        #expect(kinds.output.contains(#""ld":null"#))
        #expect(try metadata.objects().first?["lang"] as? String == "en")
        #expect(bad.code == 2)
        #expect(bad.errors.contains("--extract: missing )"))
        #expect(shapeless.code == 2)
    }
}
