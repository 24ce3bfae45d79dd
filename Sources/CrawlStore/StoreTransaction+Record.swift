public import CrawlCore
internal import GRDB

/// What a commit of outcomes changed.
public struct RecordedOutcomes: Sendable {
    /// The run's counters by how much they changed.
    public var change = RunProgress()
    /// When the earliest retry among them is due, in unix milliseconds.
    public var firstRetryAt: Int64?
}

extension StoreTransaction {
    /// Commits what came of attempts: each page's row, a row of `attempts` for each try that is to be repeated,
    /// and the run's counters, all in this transaction.
    ///
    /// A page that is no longer pending is left as it is, so that no outcome counts twice.
    ///
    /// - Parameters:
    ///   - outcomes: in order of completion, as lists of any lengths.
    ///   - run: the run that all of them belong to.
    ///   - elapsed: milliseconds of work to add to the run.
    ///   - now: unix milliseconds; what a retry's wait counts from.
    public func record(
        _ outcomes: [[PageOutcome]], of run: RunID, elapsed: Int64, now: Int64
    ) throws -> RecordedOutcomes {
        let settle = try RawStatement(database, settleSQL)
        var recorded = RecordedOutcomes()
        var batches: [BatchID: (done: Int, failed: Int, retried: Int)] = [:]
        for list in outcomes {
            // By index, where they lie: a copy of an outcome retains each of its texts.
            let span = list.span
            for index in span.indices {
                let batch = span[index].page.batch
                var counts = batches[batch] ?? (0, 0, 0)
                switch span[index].verdict {
                case .done:
                    guard try self.settle(span[index], "done", nil, settle) else { continue }
                    recorded.change.done += 1
                    counts.done += 1
                case .failed(let kind):
                    guard try self.settle(span[index], "failed", kind, settle) else { continue }
                    recorded.change.failed += 1
                    counts.failed += 1
                case .retry(let kind, let wait):
                    let notBefore = now + wait.wholeMilliseconds
                    guard try postpone(span[index], kind, notBefore: notBefore, wait: wait) else { continue }
                    recorded.firstRetryAt = min(recorded.firstRetryAt ?? notBefore, notBefore)
                    counts.retried += 1
                }
                batches[batch] = counts
                recorded.change.requests += Int64(span[index].requests)
                recorded.change.requestMicroseconds += span[index].response.timings.total
                recorded.change.sizeDownload += span[index].response.sizeDownload
            }
        }
        recorded.change.pending = -(recorded.change.done + recorded.change.failed)
        recorded.change.elapsedMilliseconds = elapsed
        try add(recorded.change, to: run)
        for (batch, counts) in batches { try add(counts, to: batch, now: now) }
        return recorded
    }

    private func add(_ change: RunProgress, to run: RunID) throws {
        try database.cachedStatement(
            sql: """
                UPDATE runs SET pages_pending = pages_pending + ?, pages_done = pages_done + ?,
                    pages_failed = pages_failed + ?, requests = requests + ?,
                    request_time_us = request_time_us + ?, size_download = size_download + ?,
                    elapsed_ms = elapsed_ms + ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                change.pending, change.done, change.failed, change.requests, change.requestMicroseconds,
                change.sizeDownload, change.elapsedMilliseconds, run.rawValue,
            ])
    }

    private func add(_ counts: (done: Int, failed: Int, retried: Int), to batch: BatchID, now: Int64) throws {
        try database.cachedStatement(
            sql: """
                UPDATE batches SET pages_done = pages_done + ?1, pages_failed = pages_failed + ?2,
                    pages_retried = pages_retried + ?3,
                    finished_at = CASE
                        WHEN pages_done + pages_failed + pages_retried + ?1 + ?2 + ?3 >= pages THEN ?4 END
                WHERE id = ?5
                """
        ).execute(arguments: [counts.done, counts.failed, counts.retried, now, batch.rawValue])
    }

    private var settleSQL: String {
        """
        UPDATE pages SET state = ?2, attempts = ?3, batch_id = ?4, status_code = ?5, content_length = ?6,
            size_download = ?7, num_redirects = ?8, time_namelookup_ms = ?9, time_connect_ms = ?10,
            time_starttransfer_ms = ?11, time_total_ms = ?12, fetched_at = ?13, title = ?14, content_type = ?15,
            charset = ?16, final_url = ?17, etag = ?18, last_modified = ?19, remote_ip = ?20, http_version = ?21,
            error_kind = ?22, error = ?23
        WHERE id = ?1 AND state = 'pending'
        """
    }

    /// Whether the page was still there to be settled.
    private func settle(
        _ outcome: borrowing PageOutcome, _ state: StaticString, _ kind: ErrorKind?, _ statement: RawStatement
    ) throws -> Bool {
        statement.bind(1, outcome.page.id.rawValue)
        statement.bind(2, state)
        statement.bind(3, Int64(outcome.attempt))
        statement.bind(4, outcome.page.batch.rawValue)
        // Without a response there is nothing to have a length, a redirect or an address.
        let hasResponse = outcome.response.statusCode != nil
        statement.bind(5, outcome.response.statusCode.map(Int64.init))
        statement.bind(6, hasResponse ? outcome.response.contentLength : nil)
        statement.bind(7, hasResponse ? outcome.response.sizeDownload : nil)
        statement.bind(8, Int64(outcome.response.numRedirects))
        statement.bind(9, outcome.response.timings.nameLookup / 1000)
        statement.bind(10, outcome.response.timings.connect / 1000)
        statement.bind(11, outcome.response.timings.startTransfer / 1000)
        statement.bind(12, outcome.response.timings.total / 1000)
        statement.bind(13, outcome.finishedAt)
        statement.bind(14, outcome.response.title)
        statement.bind(15, outcome.response.contentType)
        statement.bind(16, outcome.response.charset)
        statement.bind(17, outcome.response.finalURL)
        statement.bind(18, outcome.response.etag)
        statement.bind(19, outcome.response.lastModified)
        statement.bind(20, outcome.response.remoteIP)
        statement.bind(21, outcome.response.httpVersion)
        statement.bind(22, kind?.rawValue)
        statement.bind(23, outcome.error)
        try statement.run()
        return database.changesCount == 1
    }

    /// Whether the page was still there to be put off.
    private func postpone(
        _ outcome: PageOutcome, _ kind: ErrorKind, notBefore: Int64, wait: Duration
    ) throws -> Bool {
        try database.cachedStatement(
            sql:
                "UPDATE pages SET attempts = ?, not_before = ?, batch_id = ? WHERE id = ? AND state = 'pending'"
        ).execute(
            arguments: [
                outcome.attempt, notBefore, outcome.page.batch.rawValue, outcome.page.id.rawValue,
            ])
        guard database.changesCount == 1 else { return false }
        try database.cachedStatement(
            sql: """
                INSERT INTO attempts (page_id, number, started_at, status_code, error_kind, error, time_total_ms, wait_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                outcome.page.id.rawValue, outcome.attempt, outcome.startedAt, outcome.response.statusCode,
                kind.rawValue, outcome.error, outcome.response.timings.total / 1000, wait.wholeMilliseconds,
            ])
        return true
    }
}
