import LoopbackServer
import Testing

@Suite(.serialized, .timeLimit(.minutes(15)))
struct RetryTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func `retry asks again for what failed, and only for that`() async throws {
        let site = try LoopbackServer { request in
            request.path == "/flaky" && request.hit == 0 ? .status(404) : .html(title: request.path)
        }
        try bench.job("docs", urls: site.urls("/a", "/flaky"))
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let retry = try await bench.trawl("retry", "docs")
        let run = try await bench.trawl("run", "docs")

        #expect(retry.code == 0)
        #expect(retry.errors.contains("1 page pending again: 404 × 1; go on with: trawl run docs"))
        #expect(run.code == 0)
        #expect(site.hits("/a") == 1)
        #expect(site.hits("/flaky") == 2)
        #expect(try bench.value("SELECT max(number) FROM runs") == 1)
        #expect(try await bench.trawl("db", "check").code == 0)
    }

    @Test func `retry says how many pages of which kinds it took back`() async throws {
        let site = try LoopbackServer { request in
            switch request.path {
            case "/gone": .status(404)
            case let path where path.hasPrefix("/shut"): .status(403)
            default: .html(title: request.path)
            }
        }
        try bench.job(
            "docs",
            urls: site.urls("/a", "/shut1", "/shut2", "/gone") + ["http://127.0.0.1:1/", "ftp://host/"])
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let retry = try await bench.trawl("retry", "docs")

        #expect(
            retry.errors.contains(
                "4 pages pending again: 403 × 2, connect × 1, 404 × 1; what no request can mend stays failed: unsupported_scheme × 1; go on"
            ), "\(retry.errors)")
    }

    @Test func `a URL that no retry mends stays failed, and the run comes to its end`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a") + ["ftp://host/"])
        _ = try await bench.trawl("run", "-q", "docs.yaml")

        let retry = try await bench.trawl("retry", "docs")
        let run = try await bench.shell("timeout 10 $TRAWL run --drain 1ms docs")

        #expect(retry.code == 0)
        #expect(
            retry.errors.contains(
                "no page failed that could be requested again; what no request can mend stays failed: unsupported_scheme × 1"
            ))
        #expect(run.code == 4)
        #expect(try bench.value("SELECT error_kind FROM failures") == "unsupported_scheme")
    }

    @Test func `an import that was cut short is no run to be retried`() async throws {
        let site = try Site.pages()
        try bench.job("docs", urls: site.urls("/a", "/b") + ["ftp://host/"])
        _ = try await bench.trawl("run", "-q", "docs.yaml")
        // As a kill would leave it while the list is read: only some of the pages are there.
        try bench.execute(
            """
            DELETE FROM pages WHERE state = 'done';
            UPDATE runs SET state = 'importing', finished_at = NULL, runner_id = NULL, pages_done = 0;
            """)

        let retry = try await bench.trawl("retry", "docs")
        let run = try await bench.trawl("run", "-q", "docs")

        #expect(retry.code == 2)
        #expect(run.code == 4)
        #expect(try bench.value("SELECT count(*) FROM results WHERE state = 'done'") == 2)
    }
}
