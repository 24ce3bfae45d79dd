import CrawlCore
import JobFile
import Testing

/// The keys that make a crawler of a list of URLs.
@Suite struct FollowKeyTests {
    private func spec(_ yaml: String) throws(JobFileError) -> JobSpec {
        let text = "urls: [\"http://a/\"]\n\(yaml)\n"
        return try JobDocument(yaml: text, source: .file("/jobs/docs.yaml")).spec
    }

    private func mistake(_ yaml: String) -> String {
        do {
            return "accepted: \(try spec(yaml))"
        } catch {
            return error.description
        }
    }

    @Test func `every key of following is typed`() throws {
        let spec = try spec(
            """
            follow: {depth: 3, scope: prefix, include: ["/docs/"], exclude: ["[.]pdf$"], nofollow: ignore, sitemaps: true, links: [a, refresh, canonical]}
            normalize: {sort_query: true, drop: [utm_*, sid]}
            keep_skipped: true
            sitemaps: ["https://a/sitemap.xml"]
            limits: {pages: 10, time: 1h, bytes: 1GiB, pages_per_host: 5, trap: {hops: 1, segments: 2, repeats: 3, sessions: 4, dates: 5, deep: 6}}
            """)

        let follow = try #require(spec.follow)
        #expect((follow.depth, follow.scope, follow.nofollow) == (3, .prefix, .ignore))
        #expect((follow.include, follow.exclude, follow.sitemaps) == (["/docs/"], ["[.]pdf$"], true))
        #expect(follow.links == [.a, .refresh, .canonical])
        #expect((spec.normalize.sortsQuery, spec.normalize.drop) == (true, ["utm_*", "sid"]))
        #expect((spec.keepsSkipped, spec.sitemaps) == (true, ["https://a/sitemap.xml"]))
        #expect((spec.limits.pages, spec.limits.time, spec.limits.bytes) == (10, .seconds(3600), 1 << 30))
        let trap = spec.limits.trap
        #expect(spec.limits.pagesPerHost == 5)
        #expect((trap.hops, trap.segments, trap.repeats) == (1, 2, 3))
        #expect((trap.sessions, trap.dates, trap.deep) == (4, 5, 6))
    }

    @Test func `what is not said has its default`() throws {
        let spec = try spec("follow: {}")

        #expect(spec.follow == JobSpec.Follow())
        #expect(spec.follow?.scope == .host)
        #expect(spec.follow?.depth == nil)
    }

    @Test func `following brings a delay of half a second unless the file says another`() throws {
        #expect(try spec("follow: {}").delay == .milliseconds(500))
        #expect(try spec("follow: {}\ndelay: 0s").delay == .zero)
        #expect(try spec("normalize: {}").delay == .zero)
    }

    @Test(arguments: [
        ("follow: {depth: -1}", "follow.depth: -1 is not a whole number from 0 to 1000000; write one"),
        (
            "follow: {scope: domain}",
            "follow.scope: \"domain\" is not known here; write host, site, prefix or any"
        ),
        ("follow: {nofollow: true}", "follow.nofollow: true is not known here; write obey or ignore"),
        (
            "follow: {include: \"/docs/\"}",
            #"follow.include: "/docs/" is not a list; write one, for example ["/docs/", "[.]html$"]"#
        ),
        (
            "follow: {include: [ok, \"a(b\"]}",
            "follow.include[1]: not a regular expression (RE2): missing ): a(b"
        ),
        (
            "follow: {exclude: [\"(?=x)\"]}",
            "follow.exclude[0]: not a regular expression (RE2): invalid perl operator: (?="
        ),
        (
            "follow: {exclude: [\"\"]}",
            "follow.exclude[0]: the expression is empty and matches everything; write one, or remove it"
        ),
        ("follow: {links: []}", "follow.links: the list is empty; write what is followed, or remove it"),
        (
            "follow: {links: [a, img]}",
            "follow.links[1]: \"img\" is not known here; write a, area, frame, iframe, refresh, next, prev, canonical or alternate"
        ),
        ("follow: {dept: 1}", "follow.dept: unknown key \"dept\"; did you mean \"depth\"?"),
        ("scope: host", "scope: unknown key \"scope\"; did you mean \"follow.scope\"?"),
        (
            "normalize: {drop: [\"a=1\"]}",
            "normalize.drop[0]: not the name of a parameter; write it without =, &, ? and #, for example utm_*"
        ),
        (
            "sitemaps: [sitemap.xml]",
            "sitemaps[0]: not a URL: it has no scheme and there is nothing to resolve it against"
        ),
        ("sitemaps: [\"ftp://a/\"]", "sitemaps[0]: a sitemap is read over http or https; write such a URL"),
        (
            "limits: {trap: {hops: x}}",
            "limits.trap.hops: \"x\" is not a whole number from 0 to 1000000; write one"
        ),
    ])
    func `a mistake is named with its key path`(yaml: String, message: String) {
        #expect(mistake(yaml).replacing(#/^\/jobs\/docs\.yaml:2:[0-9]+: /#, with: "") == message)
    }
}
