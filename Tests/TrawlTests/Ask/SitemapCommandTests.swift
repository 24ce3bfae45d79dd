import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct SitemapCommandTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `a sitemap has the pages that are to be found, and when they changed`() async throws {
        let site = try LoopbackServer { request in
            var page = LoopbackServer.Response.html(title: request.path)
            switch request.path {
            case "/":
                return .html(
                    title: "Top",
                    links: [
                        "/a?x=1&amp;y='", "/hidden", "/copy", "/dated", "/gone", "/moved", "/own",
                    ])
            case "/hidden": page.headers.append(("X-Robots-Tag", "noindex"))
            case "/copy": page.headers.append(("Link", "</a>; rel=canonical"))
            case "/own": page.headers.append(("Link", "</own>; rel=canonical"))
            case "/dated": page.headers.append(("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT"))
            case "/gone": page.status = 404
            case "/moved": return .redirect(to: "/own")
            case "/sitemap.xml":
                let url = "http://\(request.headers["Host"] ?? "")/mapped"
                return .text(
                    "<urlset><url><loc>\(url)</loc><lastmod>2026-02-03</lastmod></url></urlset>",
                    type: "application/xml")
            default: break
            }
            return page
        }
        try bench.job(
            "docs", urls: [site.url("/")],
            "sitemaps: [\"\(site.url("/sitemap.xml"))\"]\nfollow: {}\ndelay: 0s")
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let run = try await bench.trawl("sitemap", "docs", "-o", "sitemap.xml")

        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors == "docs: 5 URLs of \(site.url("/").dropLast()) in sitemap.xml\n")
        let text = try bench.text(of: "sitemap.xml")
        let entries = text.split(separator: "\n").filter { $0.hasPrefix("<url>") }.map(String.init).sorted()
        #expect(
            entries == [
                "<url><loc>\(site.url("/"))</loc></url>",
                "<url><loc>\(site.url("/a?x=1&amp;y=%27"))</loc></url>",
                "<url><loc>\(site.url("/dated"))</loc><lastmod>2026-01-02T03:04:05Z</lastmod></url>",
                "<url><loc>\(site.url("/mapped"))</loc><lastmod>2026-02-03T00:00:00Z</lastmod></url>",
                "<url><loc>\(site.url("/own"))</loc></url>",
            ])
        #expect(text.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns="))
        #expect(text.hasSuffix("</urlset>\n"))
        #expect(!bench.exists("sitemap.xml.part"))
    }

    @Test func `a sitemap is of one host, and .gz is gzip`() async throws {
        let site = try Site.pages()
        let other = try Site.pages()
        try bench.job("docs", urls: site.urls("/1", "/2") + other.urls("/3"))
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        let first = try await bench.trawl("sitemap", "docs", "-o", "map.xml.gz")
        let second = try await bench.trawl("sitemap", "docs", "-o", "other.xml", "--host", other.url("/"))
        let none = try await bench.trawl("sitemap", "docs", "-o", "none.xml", "--host", "http://127.0.0.9/")

        #expect(first.errors.contains("2 URLs of"))
        #expect(first.errors.contains("1 page of other hosts left out (--host)"))
        let unpacked = try await bench.shell("gzip -t map.xml.gz && zcat map.xml.gz")
        #expect(unpacked.code == 0)
        #expect(unpacked.lines.count == 5)
        #expect(second.errors.contains("1 URL of"))
        #expect(none.code == 2)
        #expect(none.errors.contains("nothing was written"))
        #expect(!bench.exists("none.xml"))
    }

    @Test func `what does not fit into one file is several, and an index names them`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.url("/1")])
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()
        // The first page stays as it is; 50,000 more are like it.
        try bench.execute(
            """
            INSERT INTO pages (run_id, host_id, state, url, status_code)
            WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= 50000)
            SELECT run_id, host_id, 'done', substr(url, 1, length(url) - 1) || i, 200 FROM pages, n;
            UPDATE runs SET last_page_id = (SELECT max(id) FROM pages), pages_done = 50001;
            """)

        let run = try await bench.trawl(
            "sitemap", "docs", "-o", "map 1.xml", "--base", "https://example.org/maps")

        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("50,001 URLs of"))
        #expect(run.errors.contains("in map 1.xml and 2 sitemaps beside it"))
        let index = try bench.text(of: "map 1.xml")
        #expect(index.contains("<sitemap><loc>https://example.org/maps/map%201-1.xml</loc></sitemap>"))
        #expect(index.contains("<sitemap><loc>https://example.org/maps/map%201-2.xml</loc></sitemap>"))
        #expect(index.contains("</sitemapindex>"))
        let entries = { (file: String) in
            try self.bench.text(of: file).split(separator: "\n").count { $0.hasPrefix("<url>") }
        }
        #expect(try entries("map 1-1.xml") == 50_000)
        #expect(try entries("map 1-2.xml") == 1)
    }

    @Test func `what cannot be is wrong usage`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: [site.url("/1")])
        try await bench.trawl("run", "-q", "docs.yaml").expectSuccess()

        #expect(try await bench.trawl("sitemap", "docs").code == 2)
        #expect(try await bench.trawl("sitemap", "docs", "-o", "trawl.db").code == 2)
        #expect(try await bench.trawl("sitemap", "docs", "-o", "a.xml", "--host", "example").code == 2)
        #expect(try await bench.trawl("sitemap", "docs", "-o", "no/such/folder.xml").code == 3)
    }
}
