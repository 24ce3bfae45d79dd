import CrawlCore
import Testing

/// What follows a page of a result.
@Suite struct PaginatorTests {
    private func request(
        _ url: String = "http://a.test/list?limit=2", details: String = "{}", place: ChainPlace? = nil
    ) -> Paginator.Request {
        Paginator.Request(
            page: PageID(rawValue: 7), url: url, name: "list", method: "GET", details: details, place: place)
    }

    private func reply(
        _ values: [ReplyPlace: String] = [:], items: Int? = 2, digest: Int64 = 1,
        url: String = "http://a.test/list?limit=2"
    ) -> Paginator.Reply {
        var reply = Paginator.Reply(url: url)
        reply.values = values.mapValues { json in
            let isText = json.hasPrefix("\"")
            let isScalar = !["{", "[", "n"].contains(json.prefix(1))
            let text = isText ? String(json.dropFirst().dropLast()) : isScalar ? json : nil
            return ReplyValue(json: json, text: text)
        }
        reply.items = items
        reply.digest = digest
        return reply
    }

    private func pages(
        _ paging: Paging, _ reply: Paginator.Reply, _ request: Paginator.Request? = nil
    ) -> [FollowingPage] {
        guard case .pages(let pages) = Paginator(paging, request ?? self.request()).step(after: reply) else {
            return []
        }
        return pages
    }

    /// Why a chain ends; nil where it goes on, or ends as it should.
    private func fault(
        _ paging: Paging, _ reply: Paginator.Reply, _ request: Paginator.Request? = nil
    ) -> String? {
        guard case .failed(_, let reason)? = pages(paging, reply, request).first?.end else { return nil }
        return reason
    }

    private func place(_ number: Int, _ change: (inout ChainPlace) -> Void = { _ in }) -> ChainPlace {
        var place = ChainPlace(
            first: PageID(rawValue: 7), number: number, firstURL: "http://a.test/list?limit=2")
        change(&place)
        return place
    }

    private let next = ReplyPlace.json("$.next")
    private let total = ReplyPlace.json("$.total")
    private func cursor(_ target: Paging.Target = .parameter("after")) -> Paging {
        Paging(.cursors([Paging.Cursor(next, to: target)]))
    }

    // MARK: Links

    @Test(arguments: [
        ("\"/list?page=2\"", "http://a.test/list?page=2"), ("\"?page=2\"", "http://a.test/list?page=2"),
        ("\"http://a.test/x#f\"", "http://a.test/x"), ("\"http://u:p@a.test/x\"", "http://a.test/x"),
        ("\"/x?$skiptoken=a%2Fb+c\"", "http://a.test/x?$skiptoken=a%2Fb+c"),
        ("\"/x?k=${env:HOME}\"", "http://a.test/x?k=%24{env:HOME}"),
    ])
    func `a next link is taken as it is, and resolved`(link: String, url: String) {
        #expect(pages(Paging(.next(next)), reply([next: link])).map(\.url) == [url])
    }

    @Test(arguments: ["null", "\"\"", "false", "{}", "[]"])
    func `nothing in place of a link is the end`(value: String) {
        #expect(pages(Paging(.next(next)), reply([next: value])) == [])
        #expect(pages(cursor(), reply([next: value])) == [])
    }

    @Test(arguments: [
        ("\"http://evil.test/\"", "the next link leads to another origin, http://evil.test"),
        ("\"//evil.test/\"", "the next link leads to another origin, http://evil.test"),
        ("\"http://a.test@evil.test/\"", "the next link leads to another origin, http://evil.test"),
        (
            "\"http://a.test:81/\"",
            "the next link leads to another origin, http://a.test:81; paginate.next.origin: first asks http://a.test instead"
        ),
        (
            "\"https://a.test/\"",
            "the next link leads to another origin, https://a.test; paginate.next.origin: first asks http://a.test instead"
        ),
        ("\"javascript:x\"", "the next link has the scheme javascript"),
        ("\"/x{?page}\"", "the next link is a template (RFC 6570)"),
        ("[1]", "$.next is [1], not a URL"),
        ("\"/list?limit=2\"", "page repeats: page 1 leads to itself"),
    ])
    func `a link that is not to be followed ends the result with its reason`(link: String, reason: String) {
        #expect(fault(Paging(.next(next)), reply([next: link])) == reason)
    }

    @Test func `the first page's origin takes the place of the link's where the job says so`() {
        var paging = Paging(.next(next))
        paging.origin = .first
        #expect(
            pages(paging, reply([next: "\"https://localhost:8080/list?page=2\""])).map(\.url)
                == ["http://a.test/list?page=2"])
    }

    @Test func `a request with secrets goes to no other origin, whatever the job says`() {
        var paging = Paging(.next(next))
        paging.origin = .any
        let elsewhere = reply([next: "\"http://b.test/2\""])
        var secret = request()
        secret.details = #"{"json":{"token":"${env:TOKEN}"}}"#

        #expect(pages(paging, elsewhere).map(\.url) == ["http://b.test/2"])
        #expect(
            fault(paging, elsewhere, secret)
                == "the next link leads to another origin, http://b.test, and the request has secrets")
    }

    // MARK: Cursors

    @Test func `a cursor replaces the one before, and goes where the job says`() {
        let second = request("http://a.test/list?limit=2&after=x", place: place(2))
        #expect(
            pages(cursor(), reply([next: "\"a+/=%&#\""]), second).map(\.url)
                == ["http://a.test/list?limit=2&after=a%2B%2F%3D%25%26%23"])
        let body = request(details: #"{"json":{"q":1.50,"variables":{"first":2}}}"#)
        #expect(
            pages(
                cursor(.body([.name("variables"), .name("after")])), reply([next: "12345678901234567890"]),
                body
            )
            .map(\.details) == [#"{"json":{"q":1.50,"variables":{"first":2,"after":12345678901234567890}}}"#])
        #expect(
            pages(
                cursor(.header("X-Next")), reply([next: "\"b\""]),
                request(details: #"{"headers":{"x-next":"a"}}"#)
            )
            .map(\.details) == [#"{"headers":{"x-next":"b"}}"#])
    }

    @Test func `a list of cursors goes into a body as it is`() {
        let request = request(details: #"{"json":{"size":2}}"#)
        #expect(
            pages(cursor(.body([.name("search_after")])), reply([next: "[1, \"x\"]"]), request).map(\.details)
                == [#"{"json":{"size":2,"search_after":[1,"x"]}}"#])
    }

    @Test func `no cursor of a server becomes a reference to a secret`() {
        #expect(fault(cursor(), reply([next: "\"${env:HOME}\""]))?.contains("reference to a secret") == true)
        for hidden in [##"["\u0024{env:HOME}"]"##, ##"{"a":{"b":"$\u007bfile:/etc/passwd}"}}"##] {
            let paging = cursor(.body([.name("after")]))
            #expect(
                fault(paging, reply([next: hidden]), request(details: #"{"json":{}}"#))?
                    .contains("reference to a secret") == true)
        }
        let long = "\"\(String(repeating: "x", count: 20_000))\""
        #expect(fault(cursor(), reply([next: long])) == "$.next is longer than 16384 bytes")
    }

    @Test func `merged members take the place of those of the first page only`() {
        var reply = reply(url: "http://a.test/w?x=1&b=2")
        reply.values[next] = ReplyValue(
            json: "{\"c\":\"||\"}", text: nil,
            members: [.init(name: "c", value: "||"), .init(name: "a", value: "3")])
        let second = request(
            "http://a.test/w?x=1&b=2",
            place: place(2) { $0.firstURL = "http://a.test/w?x=1" })
        #expect(pages(Paging(.merge(next)), reply, second).map(\.url) == ["http://a.test/w?x=1&c=%7C%7C&a=3"])
    }

    @Test func `requests after the first have the URL and body that the job says`() {
        var paging = cursor(.body([.name("scroll_id")]))
        var rest = Paging.Rest()
        (rest.url, rest.json) = ("http://a.test/scroll", #"{"scroll":"1m"}"#)
        paging.rest = rest
        let found = pages(paging, reply([next: "\"s\""]), request(details: #"{"json":{"size":2}}"#))
        #expect(found.map(\.url) == ["http://a.test/scroll"])
        #expect(found.map(\.details) == [#"{"json":{"scroll":"1m","scroll_id":"s"}}"#])
    }

    // MARK: Ends

    @Test func `an empty page ends numbered pages, and goes on where a cursor leads on`() {
        let numbered = Paging(.count(.init(.parameter("page"), start: 1, unit: .pages, size: nil)))
        #expect(pages(numbered, reply(items: 0)) == [])
        #expect(pages(cursor(), reply([next: "\"x\""], items: 0)).count == 1)
        var ending = cursor()
        ending.onEmpty = .end
        #expect(pages(ending, reply([next: "\"x\""], items: 0)) == [])
        ending.onEmpty = .fail
        #expect(fault(ending, reply([next: "\"x\""], items: 0)) == "page 1 is empty")
    }

    @Test func `a test goes before the cursor`() {
        var paging = cursor()
        paging.until = ReplyTest(.json("$.more"), .value("false"))
        #expect(pages(paging, reply([next: "\"x\"", .json("$.more"): "false"])) == [])
        #expect(pages(paging, reply([next: "\"x\"", .json("$.more"): "true"])).count == 1)
        #expect(pages(paging, reply([next: "\"x\""])).count == 1)
    }

    @Test func `a page with what the page before had is a repetition`() {
        let second = request(place: place(2) { $0.before = 5 })
        let step = Paginator(cursor(), second).step(after: reply([next: "\"x\""], digest: 5))
        #expect(step == .repeated("page repeats: page 2 has the same content as page 1"))
        var ending = cursor()
        ending.onRepeat = .end
        #expect(Paginator(ending, second).step(after: reply([next: "\"x\""], digest: 5)) == .pages([]))
        #expect(pages(cursor(), reply([next: "\"x\""], items: 0, digest: 5), second).count == 1)
    }

    @Test func `what is beyond the most pages is noted and not asked for`() {
        var paging = cursor()
        paging.mostPages = 3
        let found = pages(paging, reply([next: "\"x\""]), request(place: place(3)))
        #expect(found.map(\.end) == [.skipped(.limit, "more than paginate.pages (3)")])
        #expect(found.map(\.hostKey) == [nil])
    }

    @Test func `fewer items than the total is a failure`() {
        var paging = Paging(.next(next))
        paging.total = total
        let third = request(place: place(3) { $0.itemsBefore = 4 })
        #expect(fault(paging, reply([total: "7"]), third) == "fewer items than total: 6 of 7")
        #expect(pages(paging, reply([total: "6"]), third) == [])
        #expect(fault(paging, reply([total: "-1"]), third) == "$.total is -1, not a count of items")
        #expect(
            fault(paging, reply([total: "{\"a\":1}"]), third) == "$.total is {\"a\":1}, not a count of items")
    }

    // MARK: Numbers

    private func offset(size: Int? = 2, _ unit: Paging.Counter.Unit = .items) -> Paging {
        Paging(.count(.init(.parameter("offset"), start: 0, unit: unit, size: size)))
    }

    @Test func `a total sends out all pages at once, and one more if the last was full`() {
        var paging = offset()
        paging.total = total
        let found = pages(paging, reply([total: "6"]))
        #expect(found.map(\.url) == [2, 4].map { "http://a.test/list?limit=2&offset=\($0)" })
        #expect(found.map(\.place.number) == [2, 3])
        let last = request("http://a.test/list?limit=2&offset=4", place: found[1].place)
        #expect(pages(paging, reply(), last).map(\.url) == ["http://a.test/list?limit=2&offset=6"])
        let inner = request("http://a.test/list?limit=2&offset=2", place: found[0].place)
        #expect(pages(paging, reply(), inner) == [])
        #expect(
            fault(paging, reply(items: 1), inner) == "fewer items than total: page 2 has 1 of 2")
    }

    @Test(arguments: ["0", "1"])
    func `a total of one page needs no other`(text: String) {
        var paging = offset()
        paging.total = total
        #expect(pages(paging, reply([total: text], items: Int(text))) == [])
    }

    @Test func `a page size that the server caps is a failure`() {
        var paging = offset(size: 100)
        paging.total = total
        #expect(
            fault(paging, reply([total: "950"], items: 50))
                == "page size capped at 50: 100 were asked for, and there are 950")
    }

    @Test func `a page size that the server caps is one without a total as well`() {
        let second = request(
            "http://a.test/list?limit=100&offset=100", place: place(2) { $0.itemsBefore = 50 })
        #expect(
            fault(offset(size: 100), reply(items: 50), second)?.hasPrefix("page size capped at 50: 100 were")
                == true)
        // A list whose pages are of different lengths is none.
        #expect(pages(offset(size: 100), reply(items: 60), second).count == 1)
        #expect(pages(offset(size: 100), reply(items: 0), second).isEmpty)
    }

    @Test func `a total that nobody can count plans no more pages than there may be`() {
        var paging = offset()
        (paging.total, paging.mostPages) = (total, 5)
        let found = pages(paging, reply([total: "1000000000000000000"]))
        #expect(found.count == 5)
        #expect(found.last?.end == .skipped(.limit, "more than paginate.pages (5)"))
    }

    @Test func `without a total pages follow one another`() {
        #expect(pages(offset(), reply()).map(\.url) == ["http://a.test/list?limit=2&offset=2"])
        let received = request(place: place(3) { $0.itemsBefore = 9 })
        #expect(
            pages(offset(.received), reply(items: 4), received).map(\.url)
                == ["http://a.test/list?limit=2&offset=13"])
    }

    @Test func `a count of pages sends out the others`() {
        var paging = Paging(.count(.init(.parameter("page"), start: 1, unit: .pages, size: nil)))
        paging.pageCount = .json("$.pages")
        #expect(
            pages(paging, reply([.json("$.pages"): "3"])).map(\.url)
                == [2, 3].map { "http://a.test/list?limit=2&page=\($0)" })
        #expect(pages(paging, reply([.json("$.pages"): "1"])) == [])
        #expect(fault(paging, reply())?.contains("not a count of pages") == true)
    }

    // MARK: Beginning anew

    @Test func `an expired place begins the list anew, three times at most`() {
        var paging = cursor(.body([.name("after")]))
        paging.expired = .init()
        let second = pages(paging, reply([next: "\"x\""]), request(details: #"{"json":{"size":2}}"#))[0]
        let later = request(second.url, details: second.details, place: second.place)
        let again = Paginator(paging, later).restart()
        #expect(again?.details == #"{"json":{"size":2}}"#)
        #expect(again?.url == "http://a.test/list?limit=2")
        #expect(again?.place.restarts == 1)
        #expect(again?.place.number == 1)
        #expect(Paginator(paging, request(place: place(2) { $0.restarts = 3 })).restart() == nil)
        #expect(Paginator(paging, request()).restart() == nil)
    }
}
