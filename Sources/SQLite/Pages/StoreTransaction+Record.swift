package import CrawlCore
internal import GRDB
internal import TrawlStore

/// How many pages of a batch came to what.
private struct BatchCounts {
    var done: Int64 = 0
    var failed: Int64 = 0
    var skipped: Int64 = 0
    var retried: Int64 = 0

    var isEmpty: Bool { done + failed + skipped + retried == 0 }

    mutating func add(_ other: BatchCounts) {
        done += other.done
        failed += other.failed
        skipped += other.skipped
        retried += other.retried
    }
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
    /// - Returns: the run's counters by how much they changed, the batches of which something was counted, and the pages
    ///   that were settled and led to items or pages of a result.
    package func record(
        _ outcomes: [[PageOutcome]], of run: RunID, elapsed: Int64, now: Int64
    ) throws -> (change: RunProgress, batches: [BatchID], followed: Set<PageID>) {
        let settle = try RawStatement(database, OutcomeColumn.settleSQL)
        let settlePlain = try RawStatement(database, OutcomeColumn.settlePlainSQL)
        var change = RunProgress()
        var batches: [BatchID: BatchCounts] = [:]
        var followed: Set<PageID> = []
        // Most outcomes in a row are of one batch.
        var batch = BatchID(rawValue: 0)
        var counts = BatchCounts()
        for list in outcomes {
            // By index, where they lie: a copy of an outcome retains each of its texts.
            let span = list.span
            for index in span.indices {
                let page = span[index].page
                if page.batch != batch {
                    batches[batch, default: BatchCounts()].add(counts)
                    (batch, counts) = (page.batch, BatchCounts())
                }
                switch try record(span[index], now: now, settle, settlePlain) {
                case .done: counts.done += 1
                case .failed: counts.failed += 1
                case .skipped: counts.skipped += 1
                case .pending, .sending: counts.retried += 1
                case nil: continue
                }
                if span[index].followUp != nil, span[index].verdict == .done { followed.insert(page.id) }
                change.requests += Int64(span[index].requests + span[index].requestsBesides)
                change.requestMicroseconds += span[index].response.timings.total
                change.sizeDownload += span[index].response.sizeDownload
            }
        }
        batches[batch, default: BatchCounts()].add(counts)
        for counts in batches.values {
            change.done += counts.done
            change.failed += counts.failed
            change.skipped += counts.skipped
        }
        change.pending = -(change.done + change.failed + change.skipped)
        change.elapsedMilliseconds = elapsed
        try add(change, to: run)
        let counted = batches.filter { !$0.value.isEmpty }
        for (batch, counts) in counted { try add(counts, to: batch, now: now) }
        return (change, Array(counted.keys), followed)
    }

    /// Commits what came of one attempt.
    ///
    /// - Returns: the state that the page is in now; nil where it was settled already, and left as it was.
    private func record(
        _ outcome: borrowing PageOutcome, now: Int64, _ settle: RawStatement, _ settlePlain: RawStatement
    ) throws -> PageState? {
        switch outcome.verdict {
        case .done where outcome.isPlain:
            try self.settlePlain(outcome, settlePlain) ? .done : nil
        case .done:
            try self.settle(outcome, "done", nil, nil, settle) ? .done : nil
        case .failed(let kind) where outcome.settled?.state == .done:
            // A check whose links nobody can call broken.
            try self.settle(outcome, "done", kind, nil, settle) ? .done : nil
        case .failed(let kind):
            try self.settle(outcome, "failed", kind, nil, settle) ? .failed : nil
        case .skipped(let reason):
            try self.settle(outcome, "skipped", nil, reason, settle) ? .skipped : nil
        case .retry(let kind, let wait), .postponed(let kind, let wait):
            try postpone(outcome, kind, now: now, wait: wait) ? .pending : nil
        }
    }

    private func add(_ change: RunProgress, to run: RunID) throws {
        try database.cachedStatement(
            sql: """
                UPDATE runs SET pages_pending = pages_pending + ?, pages_done = pages_done + ?,
                    pages_failed = pages_failed + ?, pages_skipped = pages_skipped + ?, requests = requests + ?,
                    request_time_us = request_time_us + ?, size_download = size_download + ?,
                    elapsed_ms = elapsed_ms + ?
                WHERE id = ?
                """
        ).execute(
            arguments: [
                change.pending, change.done, change.failed, change.skipped, change.requests,
                change.requestMicroseconds, change.sizeDownload, change.elapsedMilliseconds, run.rawValue,
            ])
    }

    private func add(_ counts: BatchCounts, to batch: BatchID, now: Int64) throws {
        try database.cachedStatement(
            sql: """
                UPDATE batches SET pages_done = pages_done + ?1, pages_failed = pages_failed + ?2,
                    pages_skipped = pages_skipped + ?3, pages_retried = pages_retried + ?4,
                    finished_at = CASE
                        WHEN pages_done + pages_failed + pages_skipped + pages_retried + ?1 + ?2 + ?3 + ?4 >= pages
                        THEN ?5 END
                WHERE id = ?6
                """
        ).execute(
            arguments: [counts.done, counts.failed, counts.skipped, counts.retried, now, batch.rawValue])
    }

    /// Whether the page was still there to be settled.
    private func settlePlain(_ outcome: borrowing PageOutcome, _ statement: RawStatement) throws -> Bool {
        bindPlain(outcome, to: statement)
        return try statement.run() == 1
    }

    /// Whether the page was still there to be settled.
    private func settle(
        _ outcome: borrowing PageOutcome, _ state: StaticString, _ kind: ErrorKind?,
        _ reason: SkipReason?, _ statement: RawStatement
    ) throws -> Bool {
        bindPlain(outcome, to: statement)
        statement.bind(OutcomeColumn.stateParameter, state)
        statement.bind(at(.numRedirects), Int64(outcome.response.numRedirects))
        statement.bind(at(.finalURL), outcome.response.finalURL)
        statement.bind(at(.errorKind), kind?.rawValue)
        statement.bind(at(.error), outcome.error)
        statement.bind(at(.skipReason), reason?.rawValue)
        statement.bind(at(.robots), outcome.response.robots.words)
        // What is not bound is NULL: bindings to texts are cleared after each row.
        statement.bind(at(.linkCount), outcome.response.content?.linkCount.map(Int64.init))
        if let content = outcome.response.content { bind(content, to: statement) }
        statement.bind(at(.notModified), outcome.response.isNotModified ? 1 : 0)
        if outcome.response.isNotModified {
            statement.bind(at(.contentStatusCode), try contentStatusCode(of: outcome))
        }
        statement.bind(at(.bodyID), try bodyID(of: outcome))
        guard try statement.run() == 1 else { return false }
        if let chain = outcome.chain { try record(chain, of: outcome.page.id) }
        if let reply = outcome.response.content?.reply { try keep(reply, of: outcome.page.id) }
        return true
    }

    /// The status that a page's content came with in an earlier run; nil where that is not known.
    private func contentStatusCode(of outcome: borrowing PageOutcome) throws -> Int64? {
        guard let previous = outcome.page.previous else { return nil }
        return try Int64.fetchOne(
            database.cachedStatement(
                sql: "SELECT coalesce(content_status_code, status_code) FROM pages WHERE id = ?"),
            arguments: [previous.id.rawValue])
    }

    private func bindPlain(_ outcome: borrowing PageOutcome, to statement: RawStatement) {
        statement.bind(1, outcome.page.id.rawValue)
        statement.bind(at(.attempts), Int64(outcome.attemptsUsed))
        statement.bind(at(.batchID), outcome.page.batch.rawValue)
        // Without a response there is nothing to have a length.
        let hasResponse = outcome.response.statusCode != nil
        statement.bind(at(.statusCode), outcome.response.statusCode.map(Int64.init))
        statement.bind(at(.contentLength), hasResponse ? outcome.response.contentLength : nil)
        statement.bind(at(.sizeDownload), hasResponse ? outcome.response.sizeDownload : nil)
        let timings = outcome.response.timings
        statement.bind(at(.timeNameLookup), timings.milliseconds(timings.nameLookup))
        statement.bind(at(.timeConnect), timings.milliseconds(timings.connect))
        statement.bind(at(.timeStartTransfer), timings.milliseconds(timings.startTransfer))
        statement.bind(at(.timeTotal), timings.milliseconds(timings.total))
        statement.bind(at(.fetchedAt), outcome.finishedAt)
        statement.bind(at(.title), outcome.response.title)
        statement.bind(at(.contentType), outcome.response.contentType)
        statement.bind(at(.charset), outcome.response.charset)
        statement.bind(at(.etag), outcome.response.etag)
        statement.bind(at(.lastModified), outcome.response.lastModified)
        statement.bind(at(.remoteIP), outcome.response.remoteIP)
        statement.bind(at(.httpVersion), outcome.response.httpVersion)
        statement.bind(at(.contentDigest), outcome.response.contentDigest)
    }

    private func bind(_ content: PageContent, to statement: RawStatement) {
        statement.bind(at(.canonicalURL), content.canonicalURL)
        statement.bind(at(.lang), content.language)
        statement.bind(at(.description), content.description)
        statement.bind(at(.extracted), content.extracted)
    }

    /// The parameter of a column.
    private func at(_ column: OutcomeColumn) -> Int32 { column.rawValue }

    /// Keeps the redirects that led to a page's answer.
    private func record(_ chain: RedirectChain, of page: PageID) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO redirects (page_id, number, url, status_code) VALUES (?, ?, ?, ?)")
        for (index, hop) in chain.hops(from: page).enumerated() {
            try statement.execute(arguments: [page.rawValue, index + 1, hop.url, hop.statusCode])
        }
    }

    /// Whether the page was still there to be put off.
    private func postpone(
        _ outcome: borrowing PageOutcome, _ kind: ErrorKind, now: Int64, wait: Duration
    ) throws -> Bool {
        try database.cachedStatement(
            sql:
                """
                UPDATE pages SET state = 'pending', attempts = ?, not_before = ?, batch_id = ?, in_range = NULL,
                    method = CASE WHEN ? THEN 'GET' ELSE method END
                WHERE id = ? AND (state = 'pending' OR state = 'sending')
                """
        ).execute(
            arguments: [
                outcome.attemptsUsed, now + wait.wholeMilliseconds, outcome.page.batch.rawValue,
                outcome.asksAgainWithGET, outcome.page.id.rawValue,
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
