import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// The views that users ask, by a connection of their own.
@Suite struct ViewTests {
    private let temporary: TemporaryStore
    private let run: RunID

    init() throws {
        temporary = try TemporaryStore()
        // An earlier run of the job, and a run of another.
        let earlier = try temporary.begin(["http://a/old"], job: "mixed")
        try temporary.record(
            [outcome(temporary.claim("http://a", of: earlier)[0], .failed(.tls))], of: earlier)
        try temporary.store.writing { try $0.finishRun(earlier, now: 2_000) }
        run = try temporary.fillMixedRun()
        try temporary.begin(["http://z/"], job: "other")
    }

    private func column<Value: DatabaseValueConvertible>(
        _ name: String, _ sql: String, as: Value.Type = Value.self
    ) throws -> [Value?] {
        try temporary.query(sql).map { $0[name] as Value? }
    }

    @Test func `results are the pages of each job's latest run`() throws {
        let sql = "SELECT * FROM results WHERE job = 'mixed' ORDER BY page_id"

        #expect(try column("url", sql) == TemporaryStore.mixedURLs)
        #expect(try Set(column("run", sql, as: Int.self)) == [2])
        #expect(try Set(column("run_id", sql, as: Int64.self)) == [run.rawValue])
        #expect(
            try column("final_url", sql) == [
                "http://a/1", "http://b/final", "http://a/404", "http://b/503", nil, nil, nil, nil, nil, nil,
            ])
        #expect(try column("url", "SELECT * FROM results WHERE job = 'other'") == ["http://z/"])
    }

    @Test func `results have every column that is promised`() throws {
        let promised = [
            "name", "url", "final_url", "method", "depth", "state", "status_code", "content_length",
            "size_download",
            "title", "content_type", "charset", "num_redirects", "attempts", "error_kind", "error",
            "skip_reason",
            "extracted", "batch_id", "etag", "last_modified", "content_digest", "remote_ip", "http_version",
            "time_namelookup_ms", "time_connect_ms", "time_starttransfer_ms", "time_total_ms", "fetched_at",
            "job",
            "run_id",
        ]

        let row = try #require(try temporary.query("SELECT * FROM results LIMIT 1").first)

        #expect(Set(promised).subtracting(row.columnNames) == [])
    }

    @Test func `failures are what failed in each job's latest run, and what is no URL`() throws {
        let sql = "SELECT * FROM failures ORDER BY page_id"

        #expect(try column("url", sql) == ["http://a/404", "http://b/503", "http://b/dns", "::"])
        #expect(try column("error_kind", sql) == ["http_status", "http_status", "dns", "invalid_url"])
        #expect(try column("status_code", sql) == [404, 503, nil, nil])
        #expect(try Set(column("job", sql, as: String.self)) == ["mixed"])
    }

    @Test func `a host's summary counts its pages of the latest run`() throws {
        let sql = "SELECT * FROM host_summary WHERE job = 'mixed' ORDER BY host"

        #expect(try column("host", sql) == ["http://a", "http://b"])
        #expect(try column("pages", sql) == [5, 3])
        #expect(try column("pages_pending", sql) == [0, 1])
        #expect(try column("pages_done", sql) == [2, 0])
        #expect(try column("pages_failed", sql) == [1, 2])
        #expect(try column("pages_skipped", sql) == [2, 0])
        #expect(try column("mean_time_total_ms", sql) == [20, 225])
        #expect(try column("max_time_total_ms", sql) == [30, 400])
        #expect(try column("content_length", sql) == [3_000, 1_000])
        #expect(try column("size_download", sql) == [900, 300])
    }

    @Test func `a run's summary counts its pages, statuses and errors`() throws {
        let row = try #require(
            try temporary.query("SELECT * FROM run_summary WHERE job = 'mixed' AND run = 2").first)

        #expect(row["state"] == "active")
        #expect(row["pages"] == 10)
        #expect(row["pages_pending"] == 1)
        #expect(row["pages_done"] == 2)
        #expect(row["pages_failed"] == 3)
        #expect(row["pages_skipped"] == 4)
        #expect(row["status_codes"] == #"{"200":2,"404":1,"503":1}"#)
        #expect(row["error_kinds"] == #"{"dns":1,"http_status":2}"#)
        #expect(row["requests"] == 5)
        #expect(row["size_download"] == 1_200)
    }

    @Test func `the speed-up is the sum of the requests' times over the time of the run`() throws {
        let row = try #require(
            try temporary.query("SELECT * FROM run_summary WHERE job = 'mixed' AND run = 2").first)

        #expect(row["request_time_ms"] == 510)
        #expect(row["elapsed_ms"] == 255)
        #expect(row["speed_up"] == 2.0)
    }

    @Test func `a run that has not worked yet has no speed-up, and its summary is there`() throws {
        let row = try #require(try temporary.query("SELECT * FROM run_summary WHERE job = 'other'").first)

        #expect(row["pages"] == 1)
        #expect(row["speed_up"] as Double? == nil)
        #expect(row["status_codes"] == "{}")
        #expect(row["error_kinds"] == "{}")
    }

    @Test func `every run has its summary`() throws {
        #expect(try column("run", "SELECT * FROM run_summary WHERE job = 'mixed' ORDER BY run") == [1, 2])
        #expect(
            try column("finished_at", "SELECT * FROM run_summary WHERE job = 'mixed' ORDER BY run") == [
                2_000, nil,
            ])
    }
}
