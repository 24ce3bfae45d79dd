import CrawlCore
import Testing

@Suite struct TrapRuleTests {
    private func isTrap(
        _ url: String, depth: Int = 1, _ change: (inout JobSpec.TrapLimits) -> Void = { _ in }
    ) throws -> Bool {
        var limits = JobSpec.TrapLimits()
        change(&limits)
        return TrapRule(limits).isTrap(try WebURL(parsing: url), depth: depth)
    }

    @Test(arguments: [
        "http://a/", "http://a/b/b/c.html", "http://a/x/x/x", "http://a/2011/11/11", "http://a/a/b/a/b/c/",
        "http://a/python3.11-doc/python3.11/html/library/os.path.html", "http://a/?a/a/a/a/a/",
        "http://a/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20", "http://a/a/b/a/c",
    ])
    func `a URL as others have it is no trap`(url: String) throws {
        #expect(try !isTrap(url))
    }

    @Test(arguments: [
        "http://a/x/x/x/", "http://a/q/x/x/x/y", "http://a/a/b/a/b/a/b/", "http://a/a/b/c/a/b/c/a/b/c/d",
        "http://a/a/x/a/y/a/", "http://a/css/1/css/2/css/style.css",
    ])
    func `a path whose folders repeat themselves is a trap`(url: String) throws {
        #expect(try isTrap(url))
        #expect(try !isTrap(url) { $0.repeats = 3 })
        #expect(try !isTrap(url) { $0.repeats = 0 })
    }

    @Test func `a path of more segments than the limit is a trap`() throws {
        let path = (1...20).map(String.init).joined(separator: "/")

        #expect(try isTrap("http://a/\(path)/"))
        #expect(try !isTrap("http://a/\(path)/") { $0.segments = 21 })
        #expect(try !isTrap("http://a/\(path)/\(path)/x") { $0.segments = 0 })
    }

    @Test func `a page further away than the limit is a trap`() throws {
        #expect(try !isTrap("http://a/cal/100", depth: 100))
        #expect(try isTrap("http://a/cal/101", depth: 101))
        #expect(try !isTrap("http://a/cal/101", depth: 101) { $0.hops = 0 })
    }

    @Test func `an endless path ends whatever it is made of`() throws {
        for word in ["a", "ab", "calendar/next", "x/y/z"] {
            var url = "http://a/"
            var steps = 0
            while try !isTrap(url) {
                url += word + "/"
                steps += 1
            }
            #expect(steps == 3, "\(word)")
        }
    }
}
