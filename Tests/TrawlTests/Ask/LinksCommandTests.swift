import Foundation
import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct LinksCommandTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Crawls `/`, which links to `/a` three times, to `/gone`, to another host, and to what is no URL; `/a` links back.
    @discardableResult
    private func crawl(_ more: String = "check: {external: false}") async throws -> LoopbackServer {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/":
                .html(
                    title: "Top", links: ["/a", "/a"],
                    body: """
                        <a href="/a#x" rel="next">=1+1 \u{202e}"q"</a>
                        <a href=/gone rel="Nofollow x">gone</a><a href="http://other.example/?a=1&amp;b='%22">other</a>
                        <a href="http://[">odd</a><a href="mailto:a@b.example">mail</a>
                        """)
            case "/a": .html(title: "A", links: ["/"], body: "<p id=p>")
            default: .status(404)
            }
        }
        try bench.job("docs", urls: [site.url("/")], "follow: {}\ndelay: 0s\n\(more)")
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        return site
    }

    private func links(_ arguments: String) async throws -> Finished {
        try await bench.shell("$TRAWL links docs \(arguments)")
    }

    private func targets(_ arguments: String, _ site: LoopbackServer) async throws -> [String] {
        try await links("--format ndjson \(arguments)").objects().compactMap { $0["to_url"] as? String }
            .map { $0.replacing(site.url("/"), with: "/") }.sorted()
    }

    @Test func `links are chosen by verdict, ends, host and rel`() async throws {
        let site = try await crawl()

        #expect(try await targets("", site).count == 7)
        #expect(try await targets("--broken", site) == ["/a", "/gone", "http://["])
        #expect(try await targets("--to '\(site.url("/a#any"))'", site) == ["/a", "/a"])
        #expect(try await targets("--from '\(site.url("/a"))'", site) == ["/"])
        #expect(try await targets("--external", site) == ["http://other.example/?a=1&b=%27%22"])
        #expect(try await targets("--rel '^(next|nofollow)'", site) == ["/a", "/gone"])
        #expect(try await targets("--broken --rel nofollow", site) == ["/gone"])
    }

    @Test func `every format has the same fields, and text does no harm`() async throws {
        let site = try await crawl()

        let row = try #require(
            try await links("--rel next --format ndjson").objects().first)
        let csv = try await links("--rel next --format csv")
        let raw = try await links("--rel next --format csv --raw-csv")
        let table = try await links("--rel next")
        let json = try await links("--format json")

        #expect(row["from_url"] as? String == site.url("/"))
        #expect(
            [row["element"], row["attribute"], row["rel"]].map { $0 as? String } == ["a", "href", "next"])
        #expect(row["verdict"] as? String == "broken")
        #expect(row["reason"] as? String == "no_fragment")
        #expect(row["is_external"] as? Bool == false)
        #expect(
            csv.output.hasPrefix(
                "from_url,to_url,element,attribute,rel,text,fragment,line,count,verdict,reason,"))
        #expect(csv.output.contains(",\"'=1+1 "))
        #expect(raw.output.contains(",\"=1+1 "))
        #expect(table.output.contains("broken"))
        #expect(table.output.contains("\\u{202e}"))
        #expect(!table.output.contains("\u{202e}"))
        #expect(try (JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [Any])?.count == 7)
    }

    @Test func `a file gets what stdout would get`() async throws {
        try await crawl()

        let out = try await links("--format csv")
        try await links("--format csv -o links.csv").expectSuccess()

        #expect(try bench.text(of: "links.csv") == out.output)
        #expect(try await links("-o trawl.db").code == 2)
    }

    @Test func `a job that keeps no links is told how to`() async throws {
        try await crawl("")

        let wrong = try await links("")

        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("docs keeps no links; give the job links: keep"))
    }

    @Test func `a wrong expression is wrong usage`() async throws {
        try await crawl()

        let wrong = try await links("--rel '('")

        #expect(wrong.code == 2)
        #expect(wrong.errors.contains("--rel (: missing )"))
    }

    @Test func `a graph has a node a URL, and an edge a pair with its weight`() async throws {
        let site = try await crawl()

        let dot = try await links("--format dot")

        #expect(dot.lines.first == "digraph {")
        let nodes = dot.lines.filter { $0.contains("label=") }
        #expect(nodes.count == 4)
        #expect(nodes.contains { $0.contains("\"\(site.url("/gone"))\"") })
        let edges = dot.lines.filter { $0.contains("->") }
        #expect(edges.count == 4)
        #expect(edges.count { $0.contains("weight=3") } == 1)
        #expect(try await links("--broken --format dot").lines.filter { $0.contains("->") }.count == 2)
    }

    @Test(
        .enabled(if: PythonTools.areInstalled, "skipped: networkx and pydot cannot be had from PyPI"))
    func `networkx reads every format of graphs alike`() async throws {
        try await crawl()
        for (format, file) in [("graphml", "g.graphml"), ("gexf", "g.gexf"), ("dot", "g.dot")] {
            try await links("--format \(format) -o \(file)").expectSuccess()
        }
        try bench.write(
            """
            import networkx as nx
            def edges(graph):
                label = lambda n: graph.nodes[n]["label"].strip('"')
                return sorted((label(a), label(b), int(float(data["weight"]))) for a, b, data in graph.edges(data=True))
            graphml = nx.read_graphml("g.graphml")
            gexf = nx.read_gexf("g.gexf")
            dot = nx.DiGraph(nx.nx_pydot.read_dot("g.dot"))
            assert graphml.is_directed() and not graphml.is_multigraph()
            assert edges(graphml) == edges(gexf) == edges(dot), (edges(graphml), edges(gexf), edges(dot))
            for edge in edges(graphml): print(*edge)
            """, to: "read.py")

        let read = try await bench.shell("\(PythonTools.python) read.py")

        #expect(read.code == 0, "\(read.errors)")
        #expect(read.lines.count == 4)
        #expect(read.lines.contains { $0.hasSuffix("/a 3") })
        #expect(read.lines.contains { $0.contains("http://other.example/?a=1&b=%27%22 1") })
    }
}
