import Foundation
import LoopbackServer
import Synchronization
import Testing

/// Items of XML, requests for rows of files, and what ends badly, by the program.
@Suite(.timeLimit(.minutes(15))) struct ShapeTests {
    private let bench: Workbench

    init() throws { bench = try Workbench() }

    private func run(_ server: LoopbackServer, _ requests: String..., more: String = "") async throws
        -> Finished
    {
        let list = requests.map { "  - \($0.replacing("URL", with: server.url("")))\n" }.joined()
        try bench.write("requests:\n\(list)retry: {delay: 1ms}\n\(more)\n", to: "api.yaml")
        return try await bench.trawl("run", "api.yaml")
    }

    private static func json(_ text: String) -> LoopbackServer.Response {
        .text(text, type: "application/json")
    }

    @Test func `a feed of Atom is collected with its empty pages asked for again`() async throws {
        let empty = Mutex(1)
        let server = try LoopbackServer { request in
            let start =
                URLComponents(string: request.target)?.queryItems?.first { $0.name == "start" }?.value
                .flatMap { Int($0) } ?? 0
            var ids = start..<min(start + 3, 7)
            if start == 3,
                empty.withLock({
                    $0 -= 1; return $0 >= 0
                })
            {
                ids = start..<start
            }
            let entries = ids.map { "<entry><id>http://arxiv.test/\($0)</id><title>T\($0)</title></entry>" }
            return .text(
                """
                <feed xmlns="http://www.w3.org/2005/Atom"><opensearch:totalResults
                xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">7</opensearch:totalResults>\(entries.joined())</feed>
                """, type: "application/atom+xml; charset=UTF-8")
        }
        let sample = try Manual("sample-jobs/api/arxiv.yaml").text
            .replacing("https://export.arxiv.org", with: server.url(""))
            .replacing("value: 500", with: "value: 3").replacing("20/min", with: "50/s")
        try bench.write(sample + "retry: {delay: 1ms}\n", to: "arxiv.yaml")
        let result = try await bench.trawl("run", "arxiv.yaml")

        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try bench.value(
                "SELECT group_concat(key || ' ' || (value ->> '$.title'), ', ') FROM (SELECT * FROM items ORDER BY key)"
            )
                == (0..<7).map { "http://arxiv.test/\($0) T\($0)" }.joined(separator: ", "))
        #expect(server.log.filter { $0.target.contains("start=3") }.count == 2)
    }

    @Test func `a large XML reply takes little memory`() async throws {
        let entry = "<entry><id>0123456789</id><title>\(String(repeating: "x", count: 400))</title></entry>"
        let body = Array(("<feed>" + String(repeating: entry, count: 150_000) + "</feed>").utf8)
        let server = try LoopbackServer { _ in .bytes(body, type: "application/xml") }
        try bench.write(
            "requests:\n  - {name: a, url: \"\(server.url("/"))\", items: {xpath: //entry}}\n", to: "api.yaml"
        )
        let result = try await bench.shell(
            "/usr/bin/env time -f %M $TRAWL run api.yaml -q 2>time; cat time",
            environment: ["TRAWL": Workbench.program])

        #expect(try bench.value("SELECT count(1) FROM items") == 150_000)
        if let peak = result.output.split(separator: "\n").last.flatMap({ Int($0) }) {
            #expect(peak < 120 << 10, "\(peak) KiB for \(body.count >> 10) KiB")
        }
    }

    @Test func `a request is made for each row of a file, and merged by it`() async throws {
        let server = try LoopbackServer { request in
            request.path.hasSuffix("/9")
                ? .status(404) : Self.json("[{\"path\":\"\(request.target)\"}]")
        }
        try bench.write("\u{FEFF}id,name\r\n1,\"A, B\"\r\n2,c/d\r\n9,x\r\n,empty\r\n", to: "ids.csv")
        let result = try await run(
            server,
            "{name: user, for_each: {file: ids.csv, column: id}, url: \"URL/u/${item}\", query: {n: \"${item.name}\"}, items: \"$[*]\"}",
            "{name: more, for_each: {request: user, item: \"$.path\"}, url: \"URL/more\", json: {p: \"${item}\"}, retry: {unsafe: true}}"
        )

        #expect(result.code == 4, "\(result.errors)")
        #expect(
            Set(server.log.map(\.target))
                == ["/u/1?n=A%2C%20B", "/u/2?n=c%2Fd", "/u/9?n=x", "/more"]
                || Set(server.log.map(\.target)) == ["/u/1?n=A%2C+B", "/u/2?n=c%2Fd", "/u/9?n=x", "/more"])
        #expect(
            try bench.value("SELECT skip_reason || ': ' || error FROM results WHERE state = 'skipped'")
                == "invalid_url: the item's value \"\" would make the URL another one")
        let merged = try await bench.trawl("merge", "api")
        let object = try Finished.object(merged.output)
        let users = try #require(object["user"] as? [String: Any])
        #expect(Set(users.keys) == ["1", "2"])
        #expect((users["1"] as? [Any])?.count == 1)
        #expect((object["more"] as? [String: Any])?.count == 2)
        let errors = try #require(object["errors"] as? [String: Any])
        #expect(
            ((errors["user"] as? [Any])?.first as? [String: Any])?["item"] as? String == "9"
                || errors["user"] != nil)
    }

    @Test func `a table that is none ends the run before it begins`() async throws {
        let server = try LoopbackServer { _ in Self.json("{}") }
        try bench.write("id,name\n1,a\n2\n", to: "ids.csv")
        let result = try await run(
            server, "{name: a, for_each: {file: ids.csv, column: id}, url: \"URL/${item}\"}")
        #expect(result.code != 0)
        #expect(result.errors.contains("line 3 has 1 fields, and the first row has 2"))
        #expect(server.counters.requests == 0)
        let missing = try await run(
            server, "{name: a, for_each: {file: none.csv, column: id}, url: \"URL/${item}\"}")
        #expect(missing.code != 0)
        #expect(missing.errors.contains("none.csv"))
        let other = try await run(
            server, "{name: a, for_each: {file: ids.csv, column: ID}, url: \"URL/${item}\"}")
        #expect(other.code == 2)
        #expect(other.errors.contains("no column has the name \"ID\"; there are id, name"))
        #expect(server.counters.requests == 0)
    }

    @Test func `a list that paginate.pages cuts ends with exit code 8`() async throws {
        let server = try LoopbackServer { request in
            Self.json("{\"data\":[\(request.hit)],\"next\":\"/?n=\(request.hit)-\(request.target.count)\"}")
        }
        let result = try await run(
            server,
            "{name: list, url: URL/, paginate: {next: {json: \"$.next\"}, pages: 3}, items: \"$.data[*]\"}")

        #expect(result.code == 8)
        #expect(result.errors.contains("list has more pages than paginate.pages allows"))
        #expect(try bench.value("SELECT count(1) FROM items") == 3)
    }

    @Test func `replies and items are checked by a schema`() async throws {
        let server = try LoopbackServer { request in
            switch request.path {
            case "/bad": Self.json("{\"data\":[{\"id\":1},{\"id\":\"x\"}]}")
            case "/html": .html(title: "no")
            default: Self.json("{\"data\":[{\"id\":1},{\"id\":2}]}")
            }
        }
        try bench.write(
            #"{"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}"#,
            to: "item.json")
        try bench.write(
            #"{"properties": {"data": {"minItems": 2, "items": {"type": "object"}}}, "required": ["data"]}"#,
            to: "reply.json")
        let result = try await run(
            server,
            "{name: a, url: URL/, items: \"$.data[*]\", expect: [{schema: item.json}]}",
            "{name: b, url: URL/bad, items: \"$.data[*]\", expect: [{schema: item.json}]}",
            "{name: c, url: URL/bad, expect: [{schema: reply.json}, {json: \"$.data\", absent: false}]}",
            "{name: d, url: URL/, expect: [{schema: item.json}]}",
            "{name: e, url: URL/html, expect: [{schema: reply.json}]}")

        #expect(result.code == 4, "\(result.errors)")
        let rows: [String] = try bench.values(
            "SELECT name || ' ' || state || coalesce(' ' || error_kind || ': ' || error, '') FROM results ORDER BY name"
        )
        #expect(
            rows.prefix(4) == [
                "a done", "b failed unexpected: expect: item 2: $.id is a string, not integer", "c done",
                "d failed unexpected: expect: $.id is not there",
            ])
        #expect(rows.last?.hasPrefix("e failed bad_response: ") == true)
        #expect(try bench.value("SELECT count(1) FROM items") == 2)
        try bench.write(#"{"if": {}}"#, to: "reply.json")
        let refused = try await run(server, "{url: URL/, expect: [{schema: reply.json}]}")
        #expect(refused.code == 2)
        #expect(refused.errors.contains("#/if: this keyword is not checked here"))
    }

    @Test func `what is hostile in a reply is a row with its kind`() async throws {
        let deep = String(repeating: "[", count: 100_000)
        let server = try LoopbackServer { request in
            switch request.path {
            case "/deep": Self.json("{\"data\":[1,\(deep)")
            case "/deep-item": Self.json("{\"data\":[1,\(deep)\(String(repeating: "]", count: 100_000))]}")
            case "/ragged": .text("id,name\n1,a\n2,b,c\n", type: "text/csv")
            case "/open": .text("id,name\n1,\"a\n", type: "text/csv")
            case "/less":
                Self.json("{\"total\":9,\"data\":[\(request.target.contains("page=2") ? "3" : "1,2")]}")
            case "/words": Self.json("{\"total\":\"many\",\"data\":[1]}")
            case "/more": Self.json("{\"total\":2,\"data\":[\(request.hit * 2),\(request.hit * 2 + 1)]}")
            case "/xml": .text("<r><i>1</i><i>&lol;</i></r>", type: "text/xml")
            default: .text("1\n{\"a\":\n3\n", type: "application/x-ndjson")
            }
        }
        let total = "paginate: {page: {param: page}, total: {json: \"$.total\"}}, items: \"$.data[*]\""
        let result = try await run(
            server, "{name: a-deep, url: URL/deep, items: \"$.data[*]\"}",
            "{name: b-deep, url: URL/deep-item, items: \"$.data[*]\"}",
            "{name: c-ragged, url: URL/ragged, items: {csv: true}}",
            "{name: d-open, url: URL/open, items: {csv: true}}", "{name: e-less, url: URL/less, \(total)}",
            "{name: f-words, url: URL/words, \(total)}", "{name: g-xml, url: URL/xml, items: {xpath: //i}}",
            "{name: h-line, url: URL/line, items: {ndjson: true}}")

        #expect(result.code == 4, "\(result.errors)")
        let rows: [String] = try bench.values(
            "SELECT DISTINCT name || ' ' || error_kind || ': ' || substr(error, 1, 60) FROM results WHERE state = 'failed' ORDER BY 1"
        )
        let starts = [
            "a-deep bad_response: items: ", "b-deep bad_response: items: ",
            "c-ragged bad_response: items: CSV: line 3 has 3 fields, and the first row ha",
            "d-open bad_response: items: CSV: line 2: a quote is not closed",
            "e-less unexpected: fewer items than total",
            "f-words unexpected: $.total is \"many\", not a count of items",
            "g-xml bad_response: items: XML: ", "h-line bad_response: items: line 2 is ",
        ]
        for start in starts { #expect(rows.contains { $0.hasPrefix(start) }, "\(start): \(rows)") }
        // Of the page that failed nothing counts.
        #expect(
            try bench.value(
                "SELECT count(1) FROM items WHERE name IN ('a-deep', 'c-ragged', 'g-xml', 'h-line')") == 0)
    }
}
