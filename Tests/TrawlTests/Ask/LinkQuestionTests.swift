import GRDB
import LoopbackServer
import Testing

/// The queries of docs/link-questions.md give what the page says.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct LinkQuestionTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// A site with one of everything that the page asks for.
    private func crawl() async throws -> LoopbackServer {
        let site = try LoopbackServer { request in
            let here = "http://\(request.headers["Host"] ?? "")"
            func page(_ head: String, _ body: String = "") -> LoopbackServer.Response {
                .text(
                    "<html><head><title>x</title>\(head)</head><body>\(body)",
                    type: "text/html; charset=utf-8")
            }
            switch request.path {
            case "/sitemap.xml":
                let urls = ["/", "/orphan"].map { "<url><loc>\(here)\($0)</loc></url>" }.joined()
                return .text("<urlset>\(urls)</urlset>", type: "application/xml")
            case "/":
                return page(
                    "<link rel=alternate hreflang=de href=/de><link rel=alternate hreflang=fr href=/fr>",
                    """
                    <a href=/a>A</a> <a href=/a#x>A</a> <a href=/secure>S</a> <a rel="x nofollow" href=/b>B</a>
                    <a href=/moved>M</a> <a href=/de>de</a> <a href=/fr>fr</a> <a href=http://one.example/>1</a> <a href=http://one.example/2>2</a>
                    <script src=http://two.example/x.js></script>
                    """)
            case "/de": return page("<link rel=alternate hreflang=en href=/>", "<a href=/>up</a>")
            case "/fr": return page("", "<a href=/>up</a>")
            case "/a":
                return page("<link rel=canonical href=/gone>", "<a href=/>up</a> <a href=/deep>deep</a>")
            case "/secure": return page("", "<a href=/a>A</a>")
            case "/deep", "/orphan", "/b": return page("")
            case "/moved": return .redirect(to: "/a", status: 301)
            default: return .status(404)
            }
        }
        try bench.job(
            "docs", urls: [site.url("/")],
            "sitemaps: [\"\(site.url("/sitemap.xml"))\"]\nfollow: {}\ncheck: {external: false}\ndelay: 0s")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        // A loopback site has no https.
        try bench.execute("UPDATE pages SET url = replace(url, 'http:', 'https:') WHERE url LIKE '%/secure'")
        return site
    }

    /// The rows of the page's query that has these words, each as text.
    private func answer(_ words: String, _ site: LoopbackServer) throws -> [String] {
        let queries = try Manual("docs/link-questions.md").queries.filter { $0.contains(words) }
        #expect(queries.count == 1, "\(words)")
        let query = try #require(queries.first)
        return try bench.database().read { database in
            try Row.fetchAll(database, sql: query).map { row in
                row.map { _, value in "\(value)".replacing("\"", with: "") }.joined(separator: " ")
                    .replacing(site.url("/"), with: "/")
            }
        }
    }

    @Test func `each question has its answer`() async throws {
        let site = try await crawl()

        #expect(try answer("depth, count(*)", site) == ["0 2", "1 4", "2 1"])
        #expect(try answer("count(DISTINCT page_id)", site).first == "/ 3")
        #expect(try answer("count(DISTINCT from_page_id)", site).first == "/ 3")
        #expect(try answer("'sitemap'", site) == ["/orphan"])
        #expect(try answer("from_page_id = page_id", site).sorted() == ["/deep", "/orphan"])
        #expect(try answer("permanent_url", site) == ["/ 2 /moved /a"])
        #expect(
            try answer("'https:%'", site) == [
                site.url("/secure").replacing("http:", with: "https:") + " 1 a /a"
            ])
        #expect(try answer("'% nofollow %'", site) == ["/ 1 /b"])
        #expect(try answer("'canonical'", site) == ["/a /gone 404 broken gone"])
        #expect(try answer("AS back", site) == ["/ fr /fr"])
        #expect(try answer("AS site", site) == ["http://one.example 2", "http://two.example 1"])
        #expect(
            try answer("sum(count)", site).sorted() == [
                "http://one.example/ 1", "http://one.example/2 1", "http://two.example/x.js 1",
            ])
        #expect(try answer("'iframe'", site) == ["script http://two.example/x.js"])
        #expect(try answer("GROUP BY 1, 2", site) == ["/gone gone 1"])
        #expect(try answer("example.org/old", site) == [])
    }
}
