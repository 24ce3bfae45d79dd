internal import CrawlCore
internal import TrawlStore

/// What came of attempts, as the statements that record it take it.
///
/// A page that came back several times in a turn is recorded as often, in its order: each round has a page once.
struct Outcomes {
    /// Outcomes of different pages.
    struct Round {
        var settled: [PageOutcome] = []
        var putOff: [PageOutcome] = []
    }

    private(set) var rounds: [Round] = []

    init(_ lists: [[PageOutcome]]) {
        var seen: [PageID: Int] = [:]
        for list in lists {
            let span = list.span
            for index in span.indices {
                let round = seen[span[index].page.id, default: 0]
                seen[span[index].page.id] = round + 1
                if round == rounds.count { rounds.append(Round()) }
                switch span[index].verdict {
                case .retry, .postponed: rounds[round].putOff.append(span[index])
                case .done, .failed, .skipped: rounds[round].settled.append(span[index])
                }
            }
        }
        for index in rounds.indices {
            // In one order for all runners, so that none waits for another that waits for it.
            rounds[index].settled.sort { $0.page.id.rawValue < $1.page.id.rawValue }
            rounds[index].putOff.sort { $0.page.id.rawValue < $1.page.id.rawValue }
        }
    }
}

extension PostgresTurn {
    /// Queues what records outcomes, and counts those that are taken.
    ///
    /// - Parameters:
    ///   - bodies: the rows of those bodies that are kept, by page.
    ///   - take: is handed those that were taken, list by list.
    func send(
        _ outcomes: Outcomes, bodies: [PageID: Int64], _ take: @escaping ([PageOutcome]) throws -> Void
    ) throws {
        for round in outcomes.rounds {
            if !round.settled.isEmpty {
                try pipeline.send(SettlingSQL.settle, settled(round.settled, bodies)) { result in
                    try take(self.count(round.settled, result, isSettled: true))
                }
            }
            if !round.putOff.isEmpty {
                try pipeline.send(SettlingSQL.putOff, putOff(round.putOff)) { result in
                    try take(self.count(round.putOff, result, isSettled: false))
                }
            }
        }
    }

    private func count(
        _ outcomes: [PageOutcome], _ result: PostgresResult, isSettled: Bool
    ) -> [PageOutcome] {
        let ids = Set(result.rows.map { $0.int(0) })
        let taken = outcomes.filter { ids.contains($0.page.id.rawValue) }
        for outcome in taken { count(outcome, isSettled: isSettled) }
        return taken
    }

    private func count(_ outcome: PageOutcome, isSettled: Bool) {
        var change = RunProgress()
        change.requests = Int64(outcome.requests + outcome.requestsBesides)
        change.requestMicroseconds = outcome.response.timings.total
        change.sizeDownload = outcome.response.sizeDownload
        if isSettled {
            switch outcome.settled?.state {
            case .done: change.done = 1
            case .failed: change.failed = 1
            case .skipped: change.skipped = 1
            case .pending, .sending, nil: break
            }
            change.pending = -(change.done + change.failed + change.skipped)
        }
        reply.counted.add(change)
        recordedBatches.insert(outcome.page.batch)
    }

    /// What all outcomes have, in the order of the parameters 3 to 9, and the epochs of their hosts in 10.
    private func common(_ outcomes: [PageOutcome]) -> [PostgresValue] {
        [
            .int(run.run.id.rawValue), .int(run.runner.rawValue),
            .ints(outcomes.map(\.page.id.rawValue)), .texts(outcomes.map(\.page.url)),
            .ints(outcomes.map(\.page.batch.rawValue)),
            .ints(outcomes.map { Int64($0.requests + $0.requestsBesides) }),
            .ints(outcomes.map(\.response.timings.total)), .ints(outcomes.map(\.response.sizeDownload)),
            .ints(outcomes.map { Int64($0.attemptsUsed) }),
            .ints(outcomes.map { epoch(of: $0.page.host) }),
        ]
    }

    private func settled(_ outcomes: [PageOutcome], _ bodies: [PageID: Int64]) -> [PostgresValue] {
        func ints(_ value: (PageOutcome) -> Int64?) -> PostgresValue { .ints(outcomes.map(value)) }
        func texts(_ value: (PageOutcome) -> String?) -> PostgresValue { .texts(outcomes.map(value)) }
        func milliseconds(_ value: (PageResponse.Timings) -> Int64) -> PostgresValue {
            ints { $0.response.timings.milliseconds(value($0.response.timings)) }
        }
        var values = common(outcomes)
        values.append(.int(now))
        values += [
            texts { $0.settled?.state.rawValue }, texts { $0.settled?.kind?.rawValue },
            texts { $0.settled?.reason?.rawValue }, texts(\.error),
            ints { $0.response.statusCode.map(Int64.init) },
            ints { $0.response.statusCode == nil ? nil : $0.response.contentLength },
            ints { $0.response.statusCode == nil ? nil : $0.response.sizeDownload },
            milliseconds(\.nameLookup), milliseconds(\.connect), milliseconds(\.startTransfer),
            milliseconds(\.total),
            ints(\.finishedAt), texts(\.response.title), texts(\.response.contentType),
            texts(\.response.charset), texts(\.response.etag), texts(\.response.lastModified),
            texts(\.response.remoteIP), texts(\.response.httpVersion),
            .blobs(outcomes.map { $0.response.contentDigest?.bytes }),
            ints { Int64($0.response.numRedirects) }, texts(\.response.finalURL),
            texts(\.response.robots.words), texts { $0.response.content?.canonicalURL },
            texts { $0.response.content?.language }, texts { $0.response.content?.description },
            ints { $0.response.content?.linkCount.map(Int64.init) },
            texts { $0.response.content?.extracted },
            ints { $0.response.isNotModified ? $0.page.previous?.id.rawValue ?? 0 : nil },
            ints { bodies[$0.page.id] },
        ]
        return values
    }

    private func putOff(_ outcomes: [PageOutcome]) -> [PostgresValue] {
        func wait(_ outcome: PageOutcome) -> (kind: ErrorKind, milliseconds: Int64) {
            switch outcome.verdict {
            case .retry(let kind, let wait), .postponed(let kind, let wait): (kind, wait.wholeMilliseconds)
            case .done, .failed, .skipped: (.internal, 0)
            }
        }
        var values = common(outcomes)
        values += [
            .int(now), .ints(outcomes.map { now + wait($0).milliseconds }),
            .bools(outcomes.map(\.asksAgainWithGET)), .ints(outcomes.map { Int64($0.attempt) }),
            .ints(outcomes.map(\.startedAt)), .ints(outcomes.map { $0.response.statusCode.map(Int64.init) }),
            .texts(outcomes.map { wait($0).kind.rawValue }), .texts(outcomes.map(\.error)),
            .ints(outcomes.map { $0.response.timings.total / 1000 }),
            .ints(outcomes.map { wait($0).milliseconds }),
        ]
        return values
    }
}

/// The statements that record outcomes. A page that is settled already, or that was claimed under another URL, is left alone, and so is
/// one whose host the runner does not have any more, or has again in another epoch. The transaction holds the lock of the runner's row,
/// without which nobody takes a host from it: so what is compared here stays true until the commit.
private enum SettlingSQL {
    /// Parameters that all outcomes have, behind those of the run and the runner.
    private static let common =
        "$3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[]"
    private static let commonNames = "id, url, batch, requests, us, size, attempts, epoch"

    private static let isOurs = """
        p.id = o.id AND p.url = o.url AND p.run_id = $1 AND p.state IN ('pending', 'sending')
            AND CASE WHEN o.epoch IS NULL
                THEN NOT EXISTS (
                    SELECT 1 FROM {schema}.frontier AS held
                    WHERE held.run_id = $1 AND held.host_id = p.host_id AND held.runner_id <> $2)
                ELSE EXISTS (
                    SELECT 1 FROM {schema}.hosts AS held
                    WHERE held.id = p.host_id AND held.runner_id = $2 AND held.epoch = o.epoch) END
        """

    /// Adds up what was taken, in the row of the runner and in those of the batches.
    private static let counts = """
        counted AS (
            UPDATE {schema}.run_runners SET
                pages_pending = pages_pending - sums.done - sums.failed - sums.skipped,
                pages_done = pages_done + sums.done, pages_failed = pages_failed + sums.failed,
                pages_skipped = pages_skipped + sums.skipped, requests = run_runners.requests + sums.requests,
                request_time_us = request_time_us + sums.us, size_download = size_download + sums.size,
                refused = refused + (SELECT count(*) FROM o) - sums.pages
            FROM (
                SELECT count(*) AS pages, count(*) FILTER (WHERE state = 'done') AS done,
                    count(*) FILTER (WHERE state = 'failed') AS failed,
                    count(*) FILTER (WHERE state = 'skipped') AS skipped,
                    coalesce(sum(requests), 0)::bigint AS requests, coalesce(sum(us), 0)::bigint AS us,
                    coalesce(sum(size), 0)::bigint AS size
                FROM taken) AS sums
            WHERE run_id = $1 AND runner_id = $2),
        batched AS (
            UPDATE {schema}.batches SET pages_done = pages_done + sums.done, pages_failed = pages_failed + sums.failed,
                pages_skipped = pages_skipped + sums.skipped, pages_retried = pages_retried + sums.retried,
                finished_at = CASE
                    WHEN pages_done + pages_failed + pages_skipped + pages_retried + sums.pages >= batches.pages THEN $11 END
            FROM (
                SELECT batch, count(*) AS pages, count(*) FILTER (WHERE state = 'done') AS done,
                    count(*) FILTER (WHERE state = 'failed') AS failed,
                    count(*) FILTER (WHERE state = 'skipped') AS skipped,
                    count(*) FILTER (WHERE state = 'pending') AS retried
                FROM taken GROUP BY batch) AS sums
            WHERE batches.id = sums.batch)
        SELECT id FROM taken
        """

    static let settle = """
        WITH o AS (
            SELECT * FROM unnest(\(common), $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[], $17::bigint[],
                $18::bigint[], $19::bigint[], $20::bigint[], $21::bigint[], $22::bigint[], $23::bigint[], $24::text[], $25::text[],
                $26::text[], $27::text[], $28::text[], $29::text[], $30::text[], $31::bytea[], $32::bigint[], $33::text[],
                $34::text[], $35::text[], $36::text[], $37::text[], $38::bigint[], $39::text[], $40::bigint[], $41::bigint[])
            AS o(\(commonNames), state, error_kind, skip_reason, error, status_code, content_length, size_download,
                time_namelookup_ms, time_connect_ms, time_starttransfer_ms, time_total_ms, fetched_at, title, content_type,
                charset, etag, last_modified, remote_ip, http_version, content_digest, num_redirects, final_url,
                robots, canonical_url, lang, description, link_count, extracted, previous, body_id)),
        taken AS (
            UPDATE {schema}.pages AS p SET state = o.state, attempts = o.attempts, batch_id = o.batch,
                error_kind = o.error_kind, skip_reason = o.skip_reason, error = o.error, status_code = o.status_code,
                content_length = o.content_length, size_download = o.size_download,
                time_namelookup_ms = o.time_namelookup_ms, time_connect_ms = o.time_connect_ms,
                time_starttransfer_ms = o.time_starttransfer_ms, time_total_ms = o.time_total_ms,
                fetched_at = o.fetched_at, title = o.title, content_type = o.content_type, charset = o.charset,
                etag = o.etag, last_modified = o.last_modified, remote_ip = o.remote_ip, http_version = o.http_version,
                content_digest = o.content_digest, num_redirects = o.num_redirects, final_url = o.final_url,
                robots = o.robots, canonical_url = o.canonical_url, lang = o.lang, description = o.description,
                link_count = o.link_count, extracted = o.extracted,
                not_modified = CASE WHEN o.previous IS NULL THEN 0 ELSE 1 END,
                content_status_code = CASE WHEN o.previous IS NOT NULL THEN (
                    SELECT coalesce(former.content_status_code, former.status_code) FROM {schema}.pages AS former
                    WHERE former.id = o.previous) END,
                body_id = CASE WHEN o.previous IS NOT NULL THEN (
                    SELECT former.body_id FROM {schema}.pages AS former WHERE former.id = o.previous)
                    ELSE o.body_id END
            FROM o WHERE \(isOurs)
            RETURNING p.id, o.state, o.batch, o.requests, o.us, o.size),
        \(counts)
        """

    static let putOff = """
        WITH o AS (
            SELECT * FROM unnest(\(common), $12::bigint[], $13::boolean[], $14::bigint[], $15::bigint[], $16::bigint[], $17::text[],
                $18::text[], $19::bigint[], $20::bigint[])
            AS o(\(commonNames), not_before, asks_with_get, attempt, started_at, status_code, error_kind, error,
                time_total_ms, wait_ms)),
        taken AS (
            UPDATE {schema}.pages AS p SET state = 'pending', attempts = o.attempts, not_before = o.not_before,
                batch_id = o.batch, method = CASE WHEN o.asks_with_get THEN 'GET' ELSE method END
            FROM o WHERE \(isOurs)
            RETURNING p.id, p.host_id, p.state, o.not_before, o.batch, o.requests, o.us, o.size),
        noted AS (
            INSERT INTO {schema}.attempts
                (page_id, number, started_at, status_code, error_kind, error, time_total_ms, wait_ms)
            SELECT o.id, o.attempt, o.started_at, o.status_code, o.error_kind, o.error, o.time_total_ms, o.wait_ms
            FROM o JOIN taken ON taken.id = o.id ORDER BY o.id),
        found AS (
            INSERT INTO {schema}.frontier (run_id, host_id, due_at)
            SELECT $1, host_id, min(not_before) FROM taken
            WHERE NOT EXISTS (
                SELECT 1 FROM {schema}.hosts WHERE hosts.id = taken.host_id AND hosts.runner_id = $2)
            GROUP BY host_id ORDER BY host_id
            ON CONFLICT (run_id, host_id) DO UPDATE SET due_at = least(frontier.due_at, excluded.due_at)),
        \(counts)
        """
}
