import Foundation
import LoopbackServer
import Testing

/// `trawl check` on a site, as a user runs it.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct CheckTests {
    let bench: Workbench
    let site: PlantedSite

    init() throws {
        bench = try Workbench()
        site = try PlantedSite()
    }

    /// Checks the planted site.
    private func check(_ more: String...) async throws -> Finished {
        try await checked(site.server, ["--allow-private", "127.0.0.2"] + more)
    }

    /// Checks another site.
    private func check(_ server: LoopbackServer, _ more: String...) async throws -> Finished {
        try await checked(server, more)
    }

    private func checked(_ server: LoopbackServer, _ more: [String]) async throws -> Finished {
        let arguments = ["check", "--delay", "0", "--retry", "0", "--name", "site", server.url("/")] + more
        return try await Running(Workbench.program, arguments, in: bench, environment: [:], input: "")
            .finished()
    }

    /// The links of an NDJSON output with a verdict: their URLs, with reason and element.
    private func links(_ output: Finished, _ verdict: String) throws -> [String: String] {
        var found: [String: String] = [:]
        for link in try output.objects() where link["verdict"] as? String == verdict {
            let fragment = (link["fragment"] as? String).map { "#\($0)" } ?? ""
            // A stylesheet's and a header's fault is that of the URL, whatever its fragment.
            let target =
                "\(link["to_url"] ?? "")" + ("\(link["reason"] ?? "")".hasSuffix("fragment") ? fragment : "")
            found[target] = "\(link["reason"] ?? "") \(link["element"] ?? "")"
        }
        return found
    }

    // MARK: What is found

    @Test func `what is broken is found, and what only looks broken is not`() async throws {
        let checked = try await check("--format", "ndjson", "--social-images")

        #expect(checked.code == 4, "\(checked.errors)")
        let (broken, unsure) = (try links(checked, "broken"), try links(checked, "unsure"))
        #expect(broken.filter { site.broken[$0.key] != $0.value } == [:], "found, and not planted")
        #expect(site.broken.filter { broken[$0.key] != $0.value } == [:], "planted, and not found")
        #expect(unsure == site.unsure)
        // What must never be asked for.
        for path in ["/hint", "/post", "/ping", "/comment", "/script", "/comment.css"] {
            #expect(site.server.hits(path) == 0, "\(path)")
        }
        #expect(site.server.hits("/private", on: "127.0.0.2") == 0)
        // Where a page of the site redirects to has the last word.
        #expect(try bench.value("SELECT verdict FROM links WHERE to_url LIKE '%/away'") == "ok")
    }

    @Test func `the view has the same broken links`() async throws {
        let checked = try await check("--format", "ndjson", "-q")
        let broken = try checked.objects().filter { $0["verdict"] as? String == "broken" }.count

        #expect(try bench.value("SELECT count(*) FROM broken_links WHERE job = 'site'") == broken)
        #expect(try bench.value("SELECT count(*) FROM links WHERE verdict = 'broken'") == broken)
        let words = try bench.values(
            "SELECT DISTINCT attribute FROM links WHERE element = 'css' ORDER BY 1", as: String.self)
        #expect(words == ["import", "url"])
    }

    @Test func `the numbers of the summary add up`() async throws {
        let checked = try await check()
        let line = try #require(checked.errorLines.first { $0.hasPrefix("  verdicts") })
        let numbers = line.replacing(/\([^)]*\)/, with: "").matches(of: /[0-9,]+/).compactMap {
            Int($0.0.filter(\.isNumber))
        }

        #expect(numbers.first == numbers.dropFirst().reduce(0, +))
        #expect(numbers.first == (try bench.value("SELECT count(*) FROM pages")))
        #expect(
            checked.errors.contains(
                "sqlite3 trawl.db \"SELECT to_url, reason, from_url, line FROM broken_links"))
    }

    @Test func `the second check asks for less`() async throws {
        let site = try LoopbackServer(addresses: ["127.0.0.1", "127.0.0.2"]) { request in
            guard request.address == "127.0.0.1" else {
                return request.path == "/flaky" ? .status(500) : .html(title: "x", body: "<p id=a>")
            }
            let other = "http://127.0.0.2:\(request.headers["host"]?.split(separator: ":").last ?? "")"
            if request.headers["if-none-match"] == "\"1\"" { return .status(304) }
            return .html(title: "t", links: ["\(other)/fine", "\(other)/place#a", "\(other)/flaky"])
                .header("ETag", "\"1\"")
        }

        let first = try await check(site, "--allow-private", "127.0.0.2", "--format", "ndjson")
        let second = try await check(site, "--allow-private", "127.0.0.2", "--format", "ndjson")

        #expect((first.code, second.code) == (0, 4))
        #expect(try links(first, "unsure").values.first == "server_error a")
        #expect(try links(second, "broken").values.first == "server_error a")
        #expect(site.hits("/fine", on: "127.0.0.2") == 1)
        #expect(site.hits("/place", on: "127.0.0.2") == 1)
        #expect(try bench.value("SELECT count(*) FROM results WHERE status_code = 304") == 1)
    }

    @Test func `a start that is not there is listed without a page that leads to it`() async throws {
        let site = try LoopbackServer { _ in .status(404) }

        let checked = try await check(site)

        #expect(checked.code == 5)
        #expect(checked.output.contains("broken  404 gone  \(site.url("/"))"))
        #expect(checked.output.contains("    given on the command line"))
    }

    @Test func `an entry of a sitemap that is not there is listed with the sitemap`() async throws {
        let site = try LoopbackServer { request in
            let own = "http://\(request.headers["host"] ?? "")"
            switch request.path {
            case "/": return .html(title: "t", links: ["/moved"])
            case "/robots.txt": return .text("Sitemap: \(own)/map.xml\n")
            case "/map.xml":
                return .text("<urlset><url><loc>\(own)/lost</loc></url></urlset>", type: "text/xml")
            case "/moved": return .redirect(to: "/target", status: 301)
            default: return .status(404)
            }
        }

        let checked = try await check(site, "--sitemaps", "--format", "ndjson")

        #expect(
            try links(checked, "broken") == [site.url("/lost"): "gone sitemap", site.url("/moved"): "gone a"])
    }

    @Test func `a page that refers to more than is kept says so in its row`() async throws {
        let candidates = (0...1_000).map { "/\($0).png" }.joined(separator: ", ")
        let site = try LoopbackServer { request in
            request.path == "/" ? .text("<img srcset=\"\(candidates)\">", type: "text/html") : .text("")
        }

        let checked = try await check(site, "--no-assets", "--format", "ndjson")

        #expect(checked.code == 0)
        #expect(
            try bench.value("SELECT error FROM results WHERE kind IS NULL")
                == "links: the page refers to more than is kept")
        #expect(try bench.value("SELECT count(*) FROM links") == 1_000)
    }

    // MARK: What is asked for

    @Test func `assets, external links and fragments can be left out`() async throws {
        let checked = try await check("--no-assets", "--no-external", "--no-fragments", "--format", "ndjson")

        #expect(try links(checked, "broken")[site.server.url("/gone")] == "gone a")
        #expect(try links(checked, "broken")[site.server.url("/ids#ID")] == nil)
        #expect(site.server.hits("/poster.jpg") == 0)
        #expect(site.server.counters(of: "127.0.0.2").requests == 0)
    }

    @Test func `excluded URLs are not asked for, and accepted statuses are fine`() async throws {
        let checked = try await check(
            "--exclude", "/gone", "--accept", "200-299,403,500", "--format", "ndjson")
        let broken = try links(checked, "broken")

        #expect(site.server.hits("/gone") == 0)
        #expect(broken[site.server.url("/own403")] == nil)
        #expect(broken[site.server.url("/own500")] == nil)
        #expect(broken[site.server.url("/refresh")] == "gone meta")
    }

    @Test func `a folder without a page and what is no URL are refused`() async throws {
        let folder = try await bench.trawl("check", ".")
        let word = try await bench.trawl("check", "nothing at all")
        let flag = try await bench.trawl("check", "--accept", "many", "https://example.org/")

        #expect((folder.code, word.code, flag.code) == (2, 2, 2))
        #expect(folder.errors.contains(". has no HTML page"))
        #expect(word.errors.contains("nothing at all is no URL"))
        #expect(flag.errors.contains("--accept: "))
        #expect(!bench.exists("trawl.db"))
    }

    // MARK: When it fails

    @Test func `what is only unsure does not fail the check, unless it is to`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/" ? .html(title: "t", links: ["/bare#x"]) : .html(title: "bare")
        }

        let plain = try await check(site)
        let strict = try await check(site, "--fail-on", "broken,unsure")
        let reason = try await check(site, "--fail-on", "script_fragment")
        let other = try await check(site, "--fail-on", "gone,dns")

        #expect((plain.code, strict.code, reason.code, other.code) == (0, 4, 4, 0))
    }

    @Test func `fail-on takes no word that fits no broken or unsure link`() async throws {
        let wrong = try await bench.trawl("check", "--fail-on", "redirected", "https://example.org/")

        #expect(wrong.code == 2)
    }

    @Test func `what is known to be broken does not fail the check`() async throws {
        let written = try await check("--write-baseline", "known.txt", "--format", "csv", "-q")
        let known = try await check("--baseline", "known.txt")
        let gone = site.server.url("/gone")
        let lines = try bench.text(of: "known.txt").split(separator: "\n")
        try bench.write(lines.filter { !$0.hasSuffix(" \(gone)") }.joined(separator: "\n"), to: "fewer.txt")
        let fewer = try await check("--baseline", "fewer.txt")
        try bench.write("# one\n\(gone)\n", to: "one.txt")
        let one = try await check("--baseline", "one.txt", "--format", "ndjson")

        // What was unsure as it may pass is broken from the second run on.
        #expect((written.code, known.code, fewer.code, one.code) == (0, 4, 4, 4))
        #expect(known.output.contains("server_error") && !known.output.contains("  \(gone)\n"))
        #expect(fewer.output.contains("broken  404 gone  \(gone)  since"))
        let isKnown = try one.objects().filter { $0["known"] as? Bool == true }
        #expect(Set(isKnown.compactMap { $0["from_url"] as? String }).count == 2)
    }

    @Test func `a limit cuts the check short`() async throws {
        let cut = try await check("--max-pages", "3")

        #expect(cut.code == 8)
        #expect(cut.errors.contains("stopped by limits.pages"))
    }

    @Test func `a check that was killed goes on with the same command`() async throws {
        let latch = LoopbackServer.Latch()
        let site = try LoopbackServer { request in
            switch request.path {
            case "/": .html(title: "t", links: ["/slow", "/gone"])
            case "/slow": .html(title: "slow").held(by: latch)
            default: .status(404)
            }
        }
        let arguments = ["check", "--delay", "0", "--retry", "0", "--name", "site", site.url("/")]
        let running = try Running(Workbench.program, arguments, in: bench, environment: [:], input: "")
        try await bench.until("SELECT count(*) = 1 FROM pages WHERE state = 'failed'", by: running)
        running.signal(SIGKILL)
        _ = try await running.finished()
        latch.open()

        let again = try await check(site)

        #expect(again.code == 4)
        #expect(again.errors.contains("site: going on with run 1"))
        #expect(site.hits("/gone") == 1)
    }

    @Test func `run counts by verdict too, and what is unsure elsewhere is no failed page`() async throws {
        let other = site.elsewhere("/403")
        let server = try LoopbackServer { _ in .html(title: "t", links: [other]) }
        try bench.job(
            "docs", urls: [server.url("/")], "follow: {}\ndelay: 0s\ncheck: true\nallow_private: [127.0.0.2]")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.contains("verdicts  2: 1 ok, 1 unsure (refused × 1)"))
    }

    @Test func `a place that is missing fails a run as it fails a check`() async throws {
        let server = try LoopbackServer { _ in
            .html(title: "t", links: ["/#none", "http://[", "/#a"], body: "<p id=a>")
        }
        try bench.job("docs", urls: [server.url("/")], "follow: {}\ndelay: 0s\ncheck: true")

        let run = try await bench.trawl("run", "docs.yaml")
        let quiet = try await bench.trawl("run", "-q", "docs.yaml")

        #expect((run.code, quiet.code) == (4, 4), "\(run.errors)")
        #expect(run.errors.contains("besides   2 broken (malformed × 1, no_fragment × 1)"))
        #expect(quiet.errors.contains("links are broken"))
    }

    // MARK: Documentation

    @Test func `the workflow on the page about CI does what it says`() async throws {
        let workflow = try #require(try Manual("docs/checking-in-ci.md").blocks("yml").first)
        let step = try #require(workflow.components(separatedBy: "- name: check\n").last)
        let script = try #require(step.components(separatedBy: "run: |\n").dropFirst().first)
            .split(separator: "\n").prefix { $0.hasPrefix("          ") }
            .joined(separator: "\n")
            .replacing("https://example.org/", with: site.start)
            .replacing("trawl check", with: "$TRAWL check --delay 0 --retry 0")
        try bench.write(script, to: "step.sh")

        // As GitHub runs `shell: bash`.
        let ran = try await bench.shell(
            "bash --noprofile --norc -eo pipefail step.sh",
            environment: ["TRAWL_DB": "links.db", "GITHUB_STEP_SUMMARY": "summary.md"])

        #expect(ran.code == 4, "\(ran.errors)")
        #expect(bench.exists("links.db"))
        #expect(try bench.text(of: "summary.md").hasPrefix("### Links of `check-127.0.0.1"))
    }
}
