import Foundation
import LoopbackServer
import Testing

/// Lists of APIs, with all their pages and items.
@Suite(.timeLimit(.minutes(15))) struct CollectionTests {
    private let bench: Workbench
    private let list: ListServer
    private let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        let list = ListServer()
        self.list = list
        site = try LoopbackServer { list.answer($0) }
    }

    private func job(_ requests: String..., more: String = "") throws {
        let list = requests.map { "  - \($0.replacing("URL", with: site.url("")))\n" }.joined()
        try bench.write("requests:\n\(list)retry: {delay: 1ms}\n\(more)\n", to: "api.yaml")
    }

    private let link =
        "{name: link, url: URL/link, paginate: {next: {header: link}}, items: \"$[*]\", item_key: \"$.id\"}"

    @Test func `each way to the next page collects every item once`() async throws {
        try job(
            link,
            "{name: cursor, url: URL/cursor, paginate: {cursor: {item: \"$.id\", param: after}, until: {json: \"$.more\", is: false}}, items: \"$.data[*]\"}",
            "{name: offset, url: URL/offset, paginate: {offset: {param: offset, size: {param: limit, value: 5}}, total: {json: \"$.total\"}}, items: \"$.data[*]\"}",
            "{name: body, url: URL/body, json: {first: 10}, retry: {unsafe: true}, paginate: {cursor: {json: \"$.end\", body: \"$.after\"}}, items: \"$.data[*]\"}",
            "{name: csv, url: URL/csv, items: {csv: {delimiter: \";\", charset: windows-1252}}}")
        let result = try await bench.trawl("run", "api.yaml")

        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try bench.value(
                "SELECT group_concat(name || ' ' || n || ' ' || d, ', ') FROM (SELECT name, count(1) AS n, count(DISTINCT value) AS d FROM items GROUP BY name)"
            ) == "body 25 25, csv 1 1, cursor 25 25, link 25 25, offset 25 25")
        #expect(
            try bench.value(
                "SELECT group_concat(page) FROM (SELECT DISTINCT page FROM items WHERE name = 'link')")
                == "1,2,3")
        #expect(try bench.value("SELECT value FROM items WHERE name = 'csv'") == #"{"id":"1","name":"ä"}"#)
        // Five pages, and one more since the last was full.
        #expect(
            list.requests(to: "/offset").map(\.target).sorted()
                == (0...5).map { "/offset?limit=5&offset=\($0 * 5)" }.sorted())
        let bodies = list.requests(to: "/body").map { String(decoding: $0.body, as: UTF8.self) }
        #expect(
            bodies == [
                "{\"first\":10}", "{\"first\":10,\"after\":\"10\"}", "{\"first\":10,\"after\":\"20\"}",
            ])
    }

    @Test func `a table that cannot be read is a mistake of its request`() async throws {
        try bench.write("id,name\n1,a\n2\n", to: "ids.csv")
        try job(
            "{name: a, url: \"URL/echo/${item}\", for_each: {file: ids.csv, column: id}, items: \"$[*]\"}")
        let result = try await bench.trawl("run", "api.yaml")
        #expect(result.code == 2)
        #expect(result.errors.contains("api.yaml:2:3: requests: "), "\(result.errors)")
        #expect(result.errors.contains("ids.csv: cannot be read: CSV: line 3 has 1 fields"))
    }

    @Test(arguments: [
        ("empty", "bad_response: items: the body is empty"),
        ("304", "http_status: status 304, although the request had no condition"),
        ("link", "bad_response: the field Link cannot be read: <http"),
    ])
    func `what only looks like the end of a list is a failure`(kind: String, error: String) async throws {
        let site = try LoopbackServer { request in
            let reply = LoopbackServer.Response.text("[1]", type: "application/json")
            guard request.query == "page=2" else { return reply.header("Link", "</?page=2>; rel=next") }
            return switch kind {
            case "304": .status(304)
            case "empty": .text("", type: "application/json")
            default: reply.header("Link", "<http://127.0.0.1/?page=3; rel=next")
            }
        }
        try bench.write(
            """
            requests:
              - {name: a, url: "\(site.url("/"))", paginate: {next: {header: link}}, items: "$[*]"}
            retry: {attempts: 1}
            """, to: "api.yaml")
        #expect(try await bench.trawl("run", "api.yaml").code == 4)
        let found: String? = try bench.value(
            "SELECT error_kind || ': ' || error FROM results WHERE state = 'failed'")
        #expect(found?.hasPrefix(error) == true, "\(found ?? "-")")
    }

    @Test func `items are exported, and written while a run goes on`() async throws {
        try job(link)
        let run = try await bench.trawl("run", "api.yaml", "--format", "ndjson", "--items", "-q")
        let rows = try await bench.trawl("results", "api", "--items")

        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 25)
        #expect(lines.first == #"{"name":"link","page":1,"position":1,"key":"0","value":{"id":0}}"#)
        #expect(rows.output == run.output)
        let merged = try await bench.trawl("merge", "api")
        #expect(merged.output.hasPrefix(#"{"link":[{"id":0},{"id":1},"#))
        #expect(merged.output.hasSuffix("{\"id\":24}],\"errors\":{}}\n"))
        let csv = try await bench.trawl("results", "api", "--items", "--format", "csv")
        #expect(csv.output.hasPrefix("name,page,position,key,value\r\nlink,1,1,0,\"{\"\"id\"\":0}\"\r\n"))
        #expect(try await bench.trawl("results", "api", "--items", "--failed").code == 2)
        #expect(try await bench.trawl("run", "api.yaml", "--items").code == 2)
    }

    @Test func `what ends a list badly is a failure with its reason`() async throws {
        try job(
            "{name: loop, url: URL/loop, paginate: {next: {json: \"$.next\"}}, items: \"$.data[*]\"}",
            "{name: elsewhere, url: URL/elsewhere, paginate: {next: {json: \"$.next\"}}, items: \"$.data[*]\"}",
            "{name: error, url: URL/error, items: \"$.data[*]\", expect: [{json: \"$.ok\", is: true}], retry: {attempts: 2, on: [unexpected]}}",
            "{name: capped, url: URL/cursor, paginate: {cursor: {item: \"$.id\", param: after}, pages: 2}, items: \"$.data[*]\"}",
            "{name: object, url: URL/offset, items: \"$[*]\"}")
        let result = try await bench.trawl("run", "api.yaml")

        #expect(result.code != 0)
        let errors: String? = try bench.value(
            "SELECT group_concat(name || ': ' || coalesce(error_kind, skip_reason) || ': ' || error, '\n') FROM (SELECT * FROM results WHERE state <> 'done' ORDER BY name)"
        )
        #expect(
            errors == """
                capped: limit: more than paginate.pages (2)
                elsewhere: unexpected: the next link leads to another origin, http://localhost:1
                error: unexpected: expect: $.ok is true, and the reply has false
                loop: unexpected: page repeats: the request of page 4 is that of page 2
                object: bad_response: items: not JSON at byte 1: a list of items was expected, not an object
                """)
        #expect(list.requests(to: "/loop").count == 3)
        #expect(list.requests(to: "/error").count == 2)
        #expect(try bench.value("SELECT count(1) FROM items WHERE name IN ('loop', 'elsewhere')") == 4)
    }

    @Test func `a list whose place has expired is read again, and has its items once`() async throws {
        try job(
            "{name: list, url: URL/expires, paginate: {next: {json: \"$.next\"}, expired: {status: 404}}, items: \"$.data[*]\"}"
        )
        let result = try await bench.trawl("run", "api.yaml")

        #expect(result.code == 0, "\(result.errors)")
        #expect(try bench.value("SELECT group_concat(value) FROM items") == #"{"id":1},{"id":2}"#)
        #expect(list.targets.count == 4)
    }

    @Test func `each item has a request of its own, to any depth`() async throws {
        try job(
            link,
            "{name: echo, for_each: {request: link, item: \"$.id\"}, url: \"URL/echo/${item}\", query: {x: \"${item.id}\"}, items: \"$[*]\"}",
            "{name: deep, for_each: {request: echo}, url: URL/echo/deep, json: {v: \"${item}\"}, retry: {unsafe: true}}"
        )
        let result = try await bench.trawl("run", "api.yaml")

        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try bench.value(
                "SELECT group_concat(name || ' ' || n, ', ') FROM (SELECT name, count(1) AS n FROM results WHERE state = 'done' GROUP BY name)"
            ) == "deep 25, echo 25, link 3")
        #expect(list.targets.contains("/echo/24?x=24"))
        #expect(
            Set(list.requests(to: "/echo/deep").map { String(decoding: $0.body, as: UTF8.self) })
                == Set((0..<25).map { "{\"v\":\($0)}" }))
        #expect(try bench.value("SELECT input FROM results WHERE url LIKE '%/echo/7?%'") == #"{"item":7}"#)
    }

    @Test func `items that are new, changed or gone are told from the run before`() async throws {
        try job(link)
        _ = try await bench.trawl("run", "api.yaml")
        _ = try await bench.trawl("run", "api.yaml")
        #expect(try bench.value("SELECT count(1) FROM item_changes") == 0)
        #expect(try bench.value("SELECT count(1) FROM changes") == 0)
        try bench.execute(
            "UPDATE item_rows SET key = 'old' WHERE key = '3' AND page_id IN (SELECT id FROM pages WHERE run_id = 1)"
        )
        #expect(
            try bench.value(
                "SELECT group_concat(change || ' ' || key) FROM (SELECT * FROM item_changes ORDER BY change)")
                == "gone old,new 3")
        #expect(try await bench.trawl("db", "check").code == 0)
    }
}
