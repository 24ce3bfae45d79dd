import CrawlCore
@testable import JobFile
import Testing

/// Keys for what is fetched, how fast, and with which cookies.
@Suite struct FetchKeyTests {
    private func spec(_ key: String) throws -> JobSpec { try job("urls: [http://a/]\n\(key)").spec }

    @Test func `types of bodies are read in any case`() throws {
        #expect(
            try spec("accept_types: [Text/HTML, 'image/*']").acceptTypes?.names == ["text/html", "image/*"])
    }

    @Test(arguments: [
        ("1s..3s", 1_000, 2_000), ("1.5s..3s", 1_500, 1_500), ("0..500ms", 0, 500), ("2s..2s", 2_000, 0),
        ("250ms", 250, 0),
    ]) func `a delay may have two bounds`(text: String, least: Int, spread: Int) throws {
        let spec = try spec("delay: \(text)")

        #expect(spec.delay == .milliseconds(least))
        #expect(spec.delaySpread == .milliseconds(spread))
    }

    @Test(arguments: [
        ("7d", JobSpec.DateLimit.age(.seconds(7 * 86_400))), ("12h", .age(.seconds(43_200))),
        ("2026-11-23", .instant(1_795_392_000_000)), ("'2026-11-23'", .instant(1_795_392_000_000)),
        ("2026-11-23T08:30:00Z", .instant(1_795_422_600_000)),
        ("2026-11-23T08:30:00+01:00", .instant(1_795_419_000_000)),
    ]) func `pages may have to be newer than an age or a date`(text: String, limit: JobSpec.DateLimit) throws
    {
        #expect(try job("sitemaps: ['http://a/s.xml']\nnewer_than: \(text)").spec.newerThan == limit)
        #expect(
            try job("newer_than: \(text)\nurls: ['http://a/']\nfollow: {sitemaps: true}").spec.newerThan
                == limit)
    }

    @Test func `a retry waits as long as the job says`() throws {
        let policy = try job("requests: [{url: 'http://a/', retry: {max_wait: 5m}}]\nretry: {max_wait: 1h}")
            .spec

        #expect(policy.retry.maxWait == .seconds(3600))
        #expect(policy.requests.first?.retry.maxWait == .seconds(300))
    }

    @Test func `a file of cookies is looked for beside the job file, and stored with its path`() throws {
        let document = try job("urls: ['http://a/']\nrequest: {cookies: {file: c/jar.txt, save: true}}")
        let request = document.spec.request

        #expect(request.keepsCookies)
        #expect(request.cookieFile?.path == "/jobs/c/jar.txt")
        #expect(request.cookieFile?.isSaved == true)
        #expect(document.json.contains(#""cookies":{"file":"/jobs/c/jar.txt","save":true}"#))
        #expect(try spec("request: {cookies: keep}").request.cookieFile == nil)
        #expect(
            document.mistake(at: "request.cookies.file", "gone").description
                == "/jobs/docs.yaml:2:27: request.cookies.file: gone")
    }

    @Test(arguments: [
        "2026-02-30", "2026-13-01", "2026-11-23T25:00:00Z", "26-11-23", "2026-11-23 soon", "2026-11",
    ])
    func `a day that does not exist is no date`(text: String) {
        #expect(
            mistake("sitemaps: ['http://a/s.xml']\nnewer_than: '\(text)'")
                == "/jobs/docs.yaml:2:13: newer_than: \"\(text)\" is neither an age nor a date; write for example 7d or \"2026-11-23\""
        )
    }

    @Test(arguments: [
        ("accept_types: []", "accept_types: the list is empty; write at least one type"),
        (
            "accept_types: text/html",
            #"accept_types: "text/html" is not a list; write one, for example [text/html, image/*]"#
        ),
        (
            "accept_types: [html]",
            #"accept_types[0]: "html" is not a type; write one such as text/html or image/*"#
        ),
        (
            "content_type: [text/html]",
            #"content_type: unknown key "content_type"; did you mean "accept_types"?"#
        ),
        ("delay: 3s..1s", #"delay: "3s..1s" ends before it begins; write 1s..3s"#),
        ("delay: 1..3s", #"delay: "1..3s": "1" has no unit; write a unit, for example 1s"#),
        (
            "delay: 1s..",
            #"delay: "1s..": "" is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "newer_than: 7d",
            #"newer_than: newer_than goes by the dates of sitemaps and feeds, and there are none; add sitemaps: ["https://example.org/sitemap.xml"], or follow: {sitemaps: true}"#
        ),
        (
            "newer_than: yesterday",
            #"newer_than: "yesterday" is neither an age nor a date; write for example 7d or "2026-11-23""#
        ),
        (
            "retry: {max_wait: long}",
            #"retry.max_wait: "long" is not a duration; write a number with ms, s, m, h or d, for example 30s"#
        ),
        (
            "request: {cookies: {save: true}}",
            "request.cookies: no file; write {file: cookies.txt}, or keep to have them in memory"
        ),
        ("request: {cookies: {file: ''}}", "request.cookies.file: not a path; write that of a file"),
        (
            "request: {cookies: {path: x}}",
            #"request.cookies.path: unknown key "path"; known here are file, save"#
        ),
        (
            "request: {cookies: cookies.txt}",
            "request.cookies: cookies is keep, ignore, or a file: {file: cookies.txt, save: true}"
        ),
        ("cookie_jar: x", #"cookie_jar: unknown key "cookie_jar"; did you mean "request.cookies"?"#),
    ]) func `what they cannot mean is refused`(key: String, message: String) {
        #expect(mistake(inKey: key) == message)
    }
}
