import CrawlCore
import TrawlSQLite
import TrawlStore
import GRDB
import Testing

/// What the schema lets in and what it does not, whoever writes.
@Suite struct SchemaTests {
    private let temporary: TemporaryStore

    init() throws {
        temporary = try TemporaryStore()
        try temporary.begin(["http://a/"])
    }

    /// SQLite's code for a statement; `SQLITE_OK` where it is taken.
    private func code(_ sql: String) throws -> ResultCode {
        do {
            try temporary.execute(sql)
            return .SQLITE_OK
        } catch let error as DatabaseError {
            return error.extendedResultCode
        }
    }

    @Test(arguments: PageState.allCases) func `every state of a page is taken`(state: PageState) throws {
        let more =
            switch state {
            case .failed: ", error_kind = 'dns'"
            case .skipped: ", skip_reason = 'robots'"
            default: ""
            }

        #expect(try code("UPDATE pages SET state = '\(state.rawValue)'\(more)") == .SQLITE_OK)
    }

    @Test(arguments: ErrorKind.allCases) func `every kind of error is taken`(kind: ErrorKind) throws {
        #expect(try code("UPDATE pages SET state = 'failed', error_kind = '\(kind.rawValue)'") == .SQLITE_OK)
    }

    @Test(arguments: SkipReason.allCases) func `every reason to skip is taken`(reason: SkipReason) throws {
        #expect(
            try code("UPDATE pages SET state = 'skipped', skip_reason = '\(reason.rawValue)'") == .SQLITE_OK)
    }

    @Test(arguments: [
        "UPDATE pages SET state = 'finished'", "UPDATE pages SET state = 'Done'",
        "UPDATE pages SET state = ''",
        "UPDATE pages SET state = 'failed', error_kind = 'oops'",
        "UPDATE pages SET state = 'failed', error_kind = ''",
        "UPDATE pages SET state = 'skipped', skip_reason = 'oops'",
        "UPDATE jobs SET state = 'stopped'", "UPDATE runs SET state = 'done'",
    ]) func `a word that is in no list is refused`(sql: String) throws {
        #expect(try code(sql) == .SQLITE_CONSTRAINT_CHECK)
    }

    @Test(arguments: [
        "UPDATE pages SET state = 'failed'", "UPDATE pages SET error_kind = 'dns'",
        "UPDATE pages SET state = 'done', error_kind = 'dns'", "UPDATE pages SET state = 'skipped'",
        "UPDATE pages SET skip_reason = 'robots'",
        "UPDATE pages SET state = 'skipped', skip_reason = 'robots', error_kind = 'dns'",
    ]) func `a kind without a failure, a failure without a kind are refused`(sql: String) throws {
        #expect(try code(sql) == .SQLITE_CONSTRAINT_CHECK)
    }

    @Test(arguments: [
        "INSERT INTO jobs (name, spec) VALUES ('', '{}')",
        "INSERT INTO jobs (name, spec) VALUES ('\(String(repeating: "x", count: 201))', '{}')",
        "INSERT INTO jobs (name, spec) VALUES ('b', 'urls: []')",
        "UPDATE runs SET spec = '{'", "UPDATE runs SET number = 0",
        "UPDATE runs SET state = 'finished'", "UPDATE runs SET finished_at = 1",
    ]) func `a job or run that cannot be is refused`(sql: String) throws {
        #expect(try code(sql) == .SQLITE_CONSTRAINT_CHECK)
    }

    @Test func `a value of the wrong type is refused`() throws {
        #expect(try code("UPDATE pages SET status_code = 'ok'") == .SQLITE_CONSTRAINT_DATATYPE)
        #expect(try code("UPDATE jobs SET updated_at = '2026-08-01'") == .SQLITE_CONSTRAINT_DATATYPE)
    }

    @Test func `two jobs of one name are refused`() throws {
        #expect(try code("INSERT INTO jobs (name, spec) VALUES ('job', '{}')") == .SQLITE_CONSTRAINT_UNIQUE)
    }

    @Test func `two unfinished runs of one job are refused`() throws {
        let insert =
            "INSERT INTO runs (job_id, number, state, spec, started_at) VALUES (1, 2, 'importing', '{}', 0)"

        #expect(try code(insert) == .SQLITE_CONSTRAINT_UNIQUE)

        try temporary.execute("UPDATE runs SET state = 'finished', finished_at = 1")
        #expect(try code(insert) == .SQLITE_OK)
    }

    @Test func `the same request twice in a run is refused`() throws {
        let again =
            "INSERT INTO page_keys (run_id, url_key, page_id) SELECT run_id, url_key, page_id + 1 FROM page_keys"

        #expect(try code(again) == .SQLITE_CONSTRAINT_PRIMARYKEY)
    }

    @Test func `a page of no run is refused`() throws {
        #expect(
            try code("INSERT INTO pages (run_id, url) VALUES (99, 'http://a/')")
                == .SQLITE_CONSTRAINT_FOREIGNKEY)
    }

    @Test func `a deleted job takes its runs, pages, attempts and batches along`() throws {
        try temporary.execute(
            """
            INSERT INTO attempts (page_id, number, started_at, error_kind, time_total_ms, wait_ms)
                SELECT id, 1, 0, 'dns', 0, 0 FROM pages;
            INSERT INTO batches (run_id, number, pages, claimed_at) VALUES (1, 1, 1, 0);
            DELETE FROM jobs
            """)

        let left = try temporary.value(
            """
            SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM pages) + (SELECT count(*) FROM attempts)
                + (SELECT count(*) FROM batches)
            """, as: Int.self)
        #expect(left == 0)
    }
}
