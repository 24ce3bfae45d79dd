import CrawlCore
import JobFile
import Testing

/// The keys of a request that say what is read of its reply.
@Suite struct ReplyKeyTests {
    private func job(_ keys: String) throws -> RequestTemplate {
        let yaml = "requests: [{url: \"http://a.test/\", \(keys)}]"
        return try #require(try JobDocument(yaml: yaml, source: .database(name: "api")).spec.requests.first)
    }

    private func mistake(_ keys: String) -> String {
        do {
            _ = try job(keys)
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test func `what leads to the next page is read in each of its forms`() throws {
        let link = try job("paginate: {next: {header: Link}}")
        #expect(link.paging?.walk == .next(.link))
        let next = try job(#"paginate: {next: {json: "$['@odata.nextLink']", origin: first}}"#)
        #expect(next.paging?.origin == .first)
        let cursors = try job(
            #"json: {}, items: "$.a[*]", paginate: {cursor: [{json: "$.a[-1].sort", body: "$.search_after"}, {json: "$.pit", body: "$.pit.id", optional: true}], expired: {status: 404}}"#
        )
        #expect(
            cursors.paging?.walk
                == .cursors([
                    .init(.json("$.a[-1].sort"), to: .body([.name("search_after")])),
                    .init(.json("$.pit"), to: .body([.name("pit"), .name("id")]), isOptional: true),
                ]))
        #expect(cursors.paging?.expired?.restarts == true)
        #expect(try job(#"paginate: {merge: "$.continue"}"#).paging?.walk == .merge(.json("$.continue")))
    }

    @Test func `numbers and sizes are in the first request too`() throws {
        let offset = try job(
            #"items: "$[*]", paginate: {offset: {param: offset, size: {param: limit, value: 100}}, total: {header: X-Total}}"#
        )
        #expect(offset.fullURL == "http://a.test/?limit=100&offset=0")
        #expect(offset.paging?.total == .header("x-total"))
        let page = try job(
            #"query: {page: 3}, items: "$[*]", paginate: {page: {param: page, start: 3}, pages: 7}"#)
        #expect(page.fullURL == "http://a.test/?page=3")
        #expect(page.paging?.mostPages == 7)
    }

    @Test func `items and their keys are read in each format`() throws {
        let json = try job(#"item_key: "$.id", items: "$.data[*]""#)
        #expect(json.items == ItemSelection(.json("$.data[*]"), key: "$.id"))
        let csv = try job(#"items: {csv: {delimiter: ";", charset: windows-1252}}, item_key: id"#)
        #expect(csv.items == ItemSelection(.csv(delimiter: 0x3B, charset: "windows-1252"), key: "id"))
        #expect(try job("items: {ndjson: true}").items?.format == .ndjson)
        #expect(try job(#"items: {sse: {until: "[DONE]"}}"#).items?.format == .events(until: "[DONE]"))
        #expect(try job("limits: {body: 1GiB}").bodyLimit == 1 << 30)
    }

    @Test func `what a reply has to say is read`() throws {
        let tests = try job(
            #"expect: [{json: "$.ok", is: true}, {json: "$.error", absent: true}, {type: application/json}, {header: X-A, is: "1"}], retry: {on: [unexpected]}"#
        )
        #expect(
            tests.expectations == [
                ReplyTest(.json("$.ok"), .value("true")), ReplyTest(.json("$.error"), .absent),
                ReplyTest(.type, .value("application/json")), ReplyTest(.header("x-a"), .value("1")),
            ])
        #expect(tests.retry.unexpected)
        #expect(!tests.retry.transport)
    }

    @Test(arguments: [
        ("paginate: {}", "write next, cursor, merge, page or offset"),
        (#"paginate: {next: {json: "$.a"}, merge: "$.b"}"#, "write next, cursor, merge, page or offset"),
        (#"paginate: {next: {json: "$..a"}}"#, "\"..\" is not followed while a reply comes"),
        (#"paginate: {cursor: {json: "$.a"}}"#, "write one of param, body and header"),
        (
            #"paginate: {cursor: {json: "$.a", body: "$.b"}}"#,
            "a value goes into the body, which has to be json"
        ),
        (#"paginate: {cursor: {item: "$.id", param: a}}"#, "goes with items"),
        (#"paginate: {page: {param: page}}"#, "need the count of items; write items"),
        (
            #"paginate: {next: {json: "$.a"}, pages: {json: "$.n"}}"#,
            "a count of pages goes with page and offset"
        ),
        (#"paginate: {next: {json: "$.a"}, expired: {do: fail}}"#, "write status, or test"),
        (#"paginate: {next: {json: "$.a"}, until: {json: "$.b"}}"#, "write is, or absent"),
        (#"paginate: {nxt: {json: "$.a"}}"#, "did you mean \"next\"?"),
        (#"items: "data""#, "a path begins with $"),
        (#"items: {json: "$.a", csv: true}"#, "items are in one format"),
        (#"items: {csv: {delimiter: "ab"}}"#, "write one character of ASCII"),
        (#"items: {csv: {charset: klingon}}"#, "is not an encoding"),
        (#"item_key: "$.id""#, "item_key goes with items"),
        (#"items: "$[*]", item_key: id"#, "a path begins with $"),
        (#"items: "$[*]", extract: {a: {json: "$.a"}}"#, "takes no extract"),
        (#"items: {csv: true}, paginate: {next: {json: "$.a"}}"#, "the body is no JSON"),
        (#"expect: [{json: "$.a"}]"#, "write is, or absent"), ("expect: [{type: x}]", "is not a type"),
        ("expect: []", "the list is empty"),
    ])
    func `a mistake is refused with what to write instead`(keys: String, message: String) {
        let found = mistake(keys)
        #expect(found.contains(message), "\(found)")
        #expect(found.contains("requests[0]"))
    }

    private func refusal(_ requests: String) -> String {
        do {
            _ = try JobDocument(yaml: "requests: [\(requests)]", source: .database(name: "api"))
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: [
        ("", "accepted"), (", for_each: {request: no}", "there is no request with the name \"no\""),
        (", for_each: {request: plain}", "the request \"plain\" has no items"),
        (", for_each: {request: b}", "the requests wait for one another's items"),
        (", for_each: {request: list, item: \"$[*]\"}", "is not a place"),
        (", for_each: {item: \"$.id\"}", "write the name of a request"),
    ])
    func `whose items requests are made for is checked`(key: String, message: String) {
        let all = """
            {name: list, url: "http://a/", items: "$[*]"}, {name: plain, url: "http://a/p"},
            {name: b, url: "http://a/b", items: "$[*]"\(key)}
            """
        #expect(refusal(all).contains(message), "\(refusal(all))")
    }

    @Test(arguments: ["http://${item}/", "${item.url}", "http://a.test:${item}/"])
    func `an item makes no host`(url: String) {
        let all = """
            {name: list, url: "http://a/", items: "$[*]"}, {url: "\(url)", for_each: {request: list}}
            """
        #expect(refusal(all).contains("may stand in the path and in the query"))
        #expect(mistake("query: {a: \"${item}\"}").contains("${item} goes with for_each"))
    }

    @Test func `a request of a later page is read as it is stored`() throws {
        let details =
            #"{"json":{"a":1},"first_json":{},"paginate":{"next":{"json":"$.next"}},"items":"$[*]","item_key":"$.id"}"#
        let request = try RequestTemplate(details: details, job: JobSpec(name: "api"))
        #expect(request.items?.key == "$.id")
        #expect(request.paging?.walk == .next(.json("$.next")))
    }

    @Test func `limits of a host are named by requests`() throws {
        let request = try job(
            #"name: papers, rate: 20/min, throttle: {remaining: "$.a", per_second: "$.b", need: "$.c"}"#)
        #expect(request.pool == PoolRule(pool: "request:papers", interval: .seconds(3)))
        #expect(request.throttle?.places.count == 3)
        #expect(
            try job("name: a, pool: search, rate: 1/s").pool
                == PoolRule(pool: "search", interval: .seconds(1)))
        #expect(mistake("pool: search").contains("needs a name"))
        #expect(mistake(#"throttle: {remaining: "$.a"}"#).contains("per_second"))
    }

    @Test func `a burst is a part of a rate`() throws {
        func rate(_ text: String) throws -> JobSpec.Rate {
            try JobDocument(
                yaml: "urls: [\"http://a.test/\"]\nrate: \(text)", source: .database(name: "api")
            ).spec.rate
        }
        #expect(
            try rate("{per_host: 5000/hour, burst: 10}").burst
                == StartBurst(size: 10, of: 5000, in: .seconds(3600)))
        #expect(try rate("5000/hour").perHost == .milliseconds(720))
        #expect(throws: (any Error).self) { try rate("{per_host: 5/hour, burst: 10}") }
        #expect(throws: (any Error).self) { try rate("{burst: 10}") }
    }
}
