import CrawlCore
import CrawlEngine
import TrawlSQLite
import TrawlStore
import LoopbackServer
import Testing

/// What pages hold beside their titles, from the server to the database.
@Suite(.timeLimit(.minutes(15))) struct ContentTests {
    private static let page = """
        <!DOCTYPE html><html lang=de-AT><title>Shop</title>
        <meta name=description content=" Tea &amp;
          more "><meta name=robots content=nofollow>
        <base href="/shop/"><link rel=canonical href="tea?a=1#x">
        <h1>Green <b>tea</b></h1><p>£4.50<p>£12<a href=1>1</a><a href=2>2</a><a name=x>x</a>
        """

    private static func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
        var response = LoopbackServer.Response.text(page)
        response.headers = response.headers.filter { $0.name.lowercased() != "content-type" }
        switch request.path {
        case "/moved": return .redirect(to: "/new/page")
        case "/missing": response.status = 404
        case "/json":
            response.body = Array(#"{"data": {"id": 7, "tags": ["a", "b"], "price": "£3"}}"#.utf8)
            return response.header("Content-Type", "application/json")
        case "/image":
            response.body = Array("\u{89}PNG £9 <h1>no</h1>".utf8)
            return response.header("Content-Type", "image/png").header("X-Robots-Tag", "noindex")
        case "/empty": response.body = []
        default: break
        }
        return response.header("Content-Type", "text/html; charset=utf-8")
            .header("X-Robots-Tag", "noindex")
    }

    private func crawl(
        _ paths: [String], _ change: (inout JobSpec) -> Void
    ) async throws -> (LoopbackServer, CrawlHarness) {
        let server = try LoopbackServer { Self.answer($0) }
        let harness = try CrawlHarness()
        try await harness.crawl(paths.map { server.url($0) }, spec: CrawlHarness.spec(change))
        return (server, harness)
    }

    @Test func `what a page says of itself is in its row where the job asks for it`() async throws {
        let (server, harness) = try await crawl(["/moved"]) { $0.metadata = true }

        let row = try #require(try harness.rows().first)
        #expect(row.title == "Shop")
        #expect(row.canonicalURL == server.url("/shop/tea?a=1#x"))
        #expect(row.language == "de-AT")
        #expect(row.pageDescription == "Tea & more")
        #expect(row.robots == "noindex, nofollow")
        #expect(row.linkCount == 2)
        #expect(row.extracted == nil)
    }

    @Test func `a job that asks for the title alone stores no more`() async throws {
        let (_, harness) = try await crawl(["/"]) { _ in }

        let row = try #require(try harness.rows().first)
        #expect(row.title == "Shop")
        #expect(row.canonicalURL == nil)
        #expect(row.linkCount == nil)
        #expect(row.robots == "noindex")
    }

    @Test func `fields are one JSON object a page, of error pages and JSON replies too`() async throws {
        let (_, harness) = try await crawl(["/", "/missing", "/json", "/image"]) {
            $0.extract = [
                ExtractionField(name: "h1", source: .xpath("//h1")),
                ExtractionField(name: "price", source: .regex("£([0-9.]+)")),
                ExtractionField(name: "prices", source: .xpath("//p/text()"), isMany: true),
                ExtractionField(name: "id", source: .json("$.data.id")),
                ExtractionField(name: "tags", source: .json("$.data.tags[*]"), isMany: true),
            ]
        }

        let rows = try harness.rows()
        let html = #"{"h1":"Green tea","price":"4.50","prices":["£4.50","£12"],"id":null,"tags":null}"#
        #expect(rows.map(\.statusCode) == [200, 404, 200, 200])
        #expect(rows.map(\.state) == [.done, .failed, .done, .done])
        #expect(rows[0].extracted == html)
        #expect(rows[1].extracted == html)
        #expect(rows[2].extracted == #"{"h1":null,"price":"3","prices":null,"id":7,"tags":["a","b"]}"#)
        #expect(rows[3].extracted == nil)
        // Who asks for fields reads the whole page, and gets what it says of itself.
        #expect(rows.map(\.linkCount) == [2, 2, nil, nil])
        #expect(
            try harness.value(
                "SELECT extracted ->> 'price' FROM results WHERE url LIKE '%/json'", as: String.self) == "3")
        #expect(
            try harness.value(
                "SELECT count(*) FROM results WHERE extracted ->> 'h1' IS NULL", as: Int.self) == 2)
    }

    @Test
    func `fields of the header are taken from every response, and values that cannot be converted are told`()
        async throws
    {
        let (server, harness) = try await crawl(["/", "/image", "/empty", "/moved"]) {
            $0.extract = [
                ExtractionField(name: "robots", source: .header("x-robots-tag")),
                ExtractionField(name: "link", source: .css("a::attr(href)"), type: .url),
                ExtractionField(name: "price", source: .css("h1"), type: .number),
            ]
        }

        let rows = try harness.rows()
        let html = #"{"robots":"noindex","link":"\#(server.url("/shop/1"))","price":null}"#
        let bare = #"{"robots":"noindex","link":null,"price":null}"#
        #expect(rows.map(\.state) == [.done, .done, .done, .done])
        #expect(rows.map(\.extracted) == [html, bare, bare, html])
        #expect(
            rows.map(\.error) == ["extract: price is no number", nil, nil, "extract: price is no number"])
    }

    @Test func `a page that is asked for again has its fields from the last answer`() async throws {
        let server = try LoopbackServer { request in
            request.hit == 0
                ? .html(title: "1").claiming(length: 9_000).closing() : .html(title: "2")
        }
        let harness = try CrawlHarness()

        try await harness.crawl(
            [server.url("/")],
            spec: CrawlHarness.spec {
                $0.extract = [ExtractionField(name: "t", source: .xpath("string(//title)"))]
            })

        #expect(try harness.rows().map(\.extracted) == [#"{"t":"2"}"#])
    }
}
