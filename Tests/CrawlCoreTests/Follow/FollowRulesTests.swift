import CrawlCore
import Testing

@Suite struct FollowRulesTests {
    private func rules(_ change: (inout JobSpec) -> Void = { _ in }) throws -> FollowRules {
        var spec = JobSpec(name: "a")
        spec.follow = JobSpec.Follow()
        change(&spec)
        var rules = try #require(FollowRules(spec))
        rules.scope.insert(seed: try WebURL(parsing: "http://a.example/"))
        return rules
    }

    @Test func `a job that follows nothing has no rules`() {
        #expect(FollowRules(JobSpec(name: "a")) == nil)
    }

    @Test func `a link is skipped for the first reason that there is`() throws {
        let rules = try rules { $0.follow?.depth = 2 }
        let far = try WebURL(parsing: "http://b.example/x/x/x/")
        let deep = try WebURL(parsing: "http://a.example/x/x/x/")

        #expect(rules.reasonToSkip(far, depth: 3) == .scope)
        #expect(rules.reasonToSkip(deep, depth: 3) == .depth)
        #expect(rules.reasonToSkip(deep, depth: 2) == .trap)
        #expect(rules.reasonToSkip(try WebURL(parsing: "http://a.example/x/"), depth: 2) == nil)
    }

    @Test func `a URL is measured without its fragment`() throws {
        let rules = try rules { $0.limits.urlLength = 20 }

        #expect(rules.reasonToSkip(try WebURL(parsing: "http://a.example/abc#defg"), depth: 1) == nil)
        #expect(rules.reasonToSkip(try WebURL(parsing: "http://a.example/abcd"), depth: 1) == .limit)
    }

    @Test func `a site of thousands of pages is followed whole`() throws {
        let rules = try rules()

        for number in 0..<6_000 {
            let url = try WebURL(parsing: "http://a.example/docs/api/v2.1/name-\(number).html")
            #expect(rules.reasonToSkip(url, depth: 40) == nil)
        }
    }
}
