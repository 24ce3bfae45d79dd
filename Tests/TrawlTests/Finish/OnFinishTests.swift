import Foundation
import Glibc
import LoopbackServer
import Testing

/// Who is told when a run has finished.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct OnFinishTests {
    let bench: Workbench
    let site: LoopbackServer

    init() throws {
        bench = try Workbench()
        site = try Site.pages()
    }

    private var states: [String] {
        get throws {
            try bench.values(
                "SELECT action || ' ' || state || ' ' || attempts FROM deliveries ORDER BY rowid")
        }
    }

    @Test func `a program gets the summary on standard input, and its arguments as they are`() async throws {
        try bench.job(
            "docs", urls: site.urls("/a", "/missing"),
            #"on_finish: {exec: [sh, -c, 'cat > summary.json; printf %s "$0" > argument', "a b; $HOME `id`"]}"#
        )

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 4)
        #expect(try bench.text(of: "argument") == "a b; $HOME `id`")
        let summary = try Finished.object(bench.text(of: "summary.json"))
        #expect(summary["job"] as? String == "docs")
        #expect(summary["run"] as? Int == 1)
        #expect(summary["result"] as? String == "some_failed")
        #expect(summary["exit_code"] as? Int == 4)
        #expect(summary["message"] as? String == "docs: run 1 finished, 1 of 2 pages failed: http_status × 1")
        #expect(summary["pages_failed"] as? Int == 1)
        #expect(summary["status_codes"] as? [String: Int] == ["200": 1, "404": 1])
        #expect(try summary["id"] as? String == bench.value("SELECT id FROM deliveries"))
        #expect(try states == ["exec delivered 1"])
    }

    @Test func `a path of a program starts from the job file`() async throws {
        try FileManager.default.createDirectory(atPath: bench.path("jobs"), withIntermediateDirectories: true)
        try bench.write("#!/bin/sh\ncat > told\n", to: "jobs/tell.sh")
        try bench.job("jobs/docs", urls: site.urls("/a"), "on_finish: {exec: [./tell.sh]}")

        let run = try await bench.shell("chmod +x jobs/tell.sh && $TRAWL run jobs/docs.yaml")

        #expect(run.code == 0)
        #expect(bench.exists("told"))
    }

    @Test func `what a program writes is in the log, up to a limit`() async throws {
        try bench.job(
            "docs", urls: site.urls("/a"),
            "on_finish: {exec: [sh, -c, 'cat > /dev/null; echo all well >&2; head -c 1000000 /dev/zero | tr \"\\0\" x']}"
        )

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("docs: on_finish: all well"))
        #expect(run.errors.utf8.count < 10_000)
        #expect(try states == ["exec delivered 1"])
    }

    @Test func `a program that fails is tried three times, and is a warning`() async throws {
        try bench.job(
            "docs", urls: site.urls("/a"),
            "on_finish: {exec: [sh, -c, 'cat >> told; echo >> told; exit 3']}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("warning: docs: on_finish: sh exited with 3"))
        #expect(try states == ["exec failed 3"])
        let ids = try bench.text(of: "told").split(separator: "\n").map {
            try Finished.object(String($0))["id"] as? String
        }
        #expect(ids.count == 3)
        #expect(Set(ids).count == 1)
    }

    @Test func `a program that is not there is tried once`() async throws {
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {exec: [no-such-program]}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("docs: on_finish: no-such-program: No such file or directory"))
        #expect(try states == ["exec failed 1"])
    }

    @Test func `a program that takes too long is killed, with those that it has started`() async throws {
        try bench.job(
            "docs", urls: site.urls("/a"),
            "on_finish: {exec: [sh, -c, 'sleep 600 & echo $! > pid; wait'], timeout: 300ms}")

        let run = try await bench.trawl("run", "docs.yaml")

        #expect(run.code == 0)
        #expect(run.errors.contains("sh took longer than 300 ms and was killed"))
        let pid = try #require(Int32(bench.text(of: "pid").trimmingCharacters(in: .whitespacesAndNewlines)))
        let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        #expect(status.isEmpty || status.contains(") Z "), "\(status)")
    }

    @Test func `a signal ends the wait for a program, which the next start tries again`() async throws {
        try bench.job(
            "docs", urls: site.urls("/a"),
            "on_finish: {exec: [sh, -c, 'cat >> told; echo >> told; test -e go || sleep 600']}")
        let run = try bench.start("run", "--drain", "1ms", "docs.yaml")
        try await bench.until("SELECT count(*) = 1 FROM deliveries", by: run)
        run.signal(SIGTERM)

        let first = try await run.finished()
        try bench.write("", to: "go")
        let second = try await bench.trawl("run")

        #expect(first.code == 0)
        #expect(second.code == 0)
        #expect(try states == ["exec delivered 1"])
    }

    @Test func `a run tells after those runs that the job names`() async throws {
        let changes = try LoopbackServer { request in
            .html(title: request.path == "/new" ? "\(request.hit / 2)" : "same")
        }
        try bench.job("always", urls: changes.urls("/new"), "on_finish: {exec: ['true']}")
        try bench.job("failure", urls: changes.urls("/same"), "on_finish: {exec: ['true'], when: failure}")
        try bench.job(
            "change", urls: changes.urls("/new"), "on_finish: {exec: [sh, -c, 'cat > told'], when: change}")
        try bench.job("failed", urls: site.urls("/missing"), "on_finish: {exec: ['true'], when: failure}")
        for _ in 0..<2 {
            _ = try await bench.trawl(
                "run", "-q", "always.yaml", "failure.yaml", "change.yaml", "failed.yaml")
        }

        let states = try bench.values(
            """
            SELECT name || ' ' || group_concat(deliveries.state, ' ') FROM deliveries JOIN runs ON runs.id = run_id
            JOIN jobs ON jobs.id = job_id GROUP BY name ORDER BY name
            """, as: String.self)
        #expect(
            states == [
                "always delivered delivered", "change skipped delivered", "failed delivered delivered",
                "failure skipped skipped",
            ])
        let summary = try Finished.object(bench.text(of: "told"))
        #expect(
            summary["changes"] as? [String: Int]
                == ["new": 0, "gone": 0, "status": 0, "title": 1, "content": 0, "unknown": 0])
    }

    @Test func `nobody is told of measuring`() async throws {
        try bench.job("docs", urls: site.urls("/a"), "on_finish: {exec: [sh, -c, 'echo told >> told']}")

        let measured = try await bench.trawl("bench", "docs.yaml", "--concurrency", "1,2")

        #expect(measured.code == 0)
        #expect(!bench.exists("told"))
    }

    @Test func `an interruption and a limit are no end`() async throws {
        try bench.job(
            "docs", urls: [site.numbered(4)],
            "on_finish: {exec: [sh, -c, 'echo told >> told']}\nlimits: {pages: 2}\nconcurrency: {total: 1}\nbatch_size: 1"
        )

        let codes = try await [bench.trawl("run", "docs.yaml").code, bench.trawl("run", "docs.yaml").code]
        #expect(codes.first == 8)
        while try bench.value("SELECT state FROM runs", as: String.self) != "finished" {
            _ = try await bench.trawl("run", "docs")
        }

        #expect(try bench.text(of: "told") == "told\n")
        #expect(try states == ["exec delivered 1"])
    }
}
