import CrawlCore
import Testing

/// Requests that are made for each item of another.
@Suite struct ChainTemplateTests {
    private func page(
        _ url: String, item: String, steps: [JSONStep] = [], query: [RequestTemplate.Parameter] = [],
        details: String? = nil
    ) throws -> FollowingPage {
        var request = RequestTemplate(JobSpec(name: "api"))
        (request.name, request.url, request.query, request.details) = ("detail", url, query, details)
        request.forEach = ForEach(request: "list", steps: steps)
        return try #require(ChainTemplate(request)).page(for: item, of: PageID(rawValue: 3))
    }

    private func fault(_ url: String, item: String, details: String? = nil) throws -> String? {
        guard case .failed(.invalidURL, let reason)? = try page(url, item: item, details: details).end else {
            return nil
        }
        return reason
    }

    @Test(arguments: [
        (#"{"id":7,"n":{"a":"x y/é"}}"#, "http://a.test/u/7?q=x+y%2F%C3%A9"),
        (#"{"id":"a/b?c#d%","n":{"a":"&="}}"#, "http://a.test/u/a%2Fb%3Fc%23d%25?q=%26%3D"),
        (#"{"id":12345678901234567890,"n":{"a":false}}"#, "http://a.test/u/12345678901234567890?q=false"),
        (#"{"id":0,"n":{"a":""}}"#, "http://a.test/u/0?q="),
        (#"{"id":"../admin","n":{"a":"\u00e9"}}"#, "http://a.test/u/..%2Fadmin?q=%C3%A9"),
    ])
    func `fields are escaped for where they stand in a URL`(item: String, url: String) throws {
        #expect(try page("http://a.test/u/${item.id}?q=${item.n.a}", item: item).url == url)
    }

    @Test func `an item is the value that the job says`() throws {
        let made = try page(
            "http://a.test/${item}", item: #"{"id":[4,5]}"#, steps: [.name("id"), .index(1)],
            query: [.init(name: "x", value: "${item}-${env:K}")])
        #expect(made.url == "http://a.test/5?x=5-${env:K}")
        #expect(made.input == #"{"item":5}"#)
        #expect(try page("http://a.test/${item}", item: "\"s\"").url == "http://a.test/s")
    }

    @Test func `a text of the body that is one place takes the value with its type`() throws {
        let made = try page(
            "http://a.test/", item: #"{"id":7,"tags":["a"],"t":"q\"\n"}"#,
            details:
                ##"{"json":{"id":"${item.id}","all":"${item.tags}","text":"<${item.t}>"},"headers":{"x-id":"${item.id}"},"items":"$.${item.id}"}"##
        )
        #expect(
            made.details
                == ##"{"json":{"id":7,"all":["a"],"text":"<q\"\n>"},"headers":{"x-id":"7"},"items":"$.${item.id}"}"##
        )
    }

    @Test(arguments: [
        ("{}", "the item has no field id"), (#"{"id":null}"#, "the item has no field id"),
        (#"{"id":""}"#, "the item's value \"\" would make the URL another one"),
        (#"{"id":".."}"#, "the item's value \"..\" would make the URL another one"),
        (#"{"id":[1]}"#, "the item's field id is a list or an object"),
        (#"{"id":"${env:HOME}"}"#, "the item's field id looks like a reference to a secret"),
        (##"{"id":"\u0024{env:HOME}"}"##, "the item's field id looks like a reference to a secret"),
    ])
    func `an item that makes no request is a failed row with its reason`(item: String, reason: String) throws
    {
        #expect(try fault("http://a.test/${item.id}", item: item) == reason)
    }

    @Test func `no item ends a header field`() throws {
        let details = #"{"headers":{"x":"${item}"}}"#
        #expect(
            try fault("http://a.test/", item: #""a\r\nb: c""#, details: details)
                == "the item's value holds a line break, which no header field may")
    }
}
