internal import CrawlCore
internal import TrawlStore

/// Sharing the run's hosts with its other runners.
extension PostgresTurn {
    /// Wishes for hosts of the run's other runners, where the runner has less than its share.
    func wishForShare() throws {
        let shares = try run.lookAtOthers(pipeline, wishTime: wishTime).shares
        reply.search?.hasOthers = shares.hasOthers
        guard shares.isShort else { return }
        // What it waits for already is kept for it.
        reply.search?.wasDenied = true
        if shares.awaited > 0 {
            try pipeline.send(
                SharingSQL.renew,
                [
                    .int(run.run.id.rawValue), .int(run.runner.rawValue), .int(wishTime),
                    .int(PostgresTurn.wishMilliseconds),
                ])
        }
        let wishes = shares.wishes()
        guard !wishes.isEmpty else { return }
        try pipeline.send(
            SharingSQL.wish,
            [
                .int(run.run.id.rawValue), .int(run.runner.rawValue), .int(wishTime),
                .int(PostgresTurn.wishMilliseconds), .ints(wishes.map(\.runner.rawValue)),
                .ints(wishes.map { Int64($0.hosts) }),
            ])
    }
}

extension PostgresRun {
    /// What a runner sees that looks at the others.
    struct Others {
        var shares = HostShares()
        /// When the first host that nobody has may have a page; nil for none.
        var freeAt: Int64?
        /// Whether a command has ended the run, or is about to.
        var isEnding = false
    }

    /// Answers a search of a runner that has no host, without a transaction, where there is nothing for it to have: nothing is written, and
    /// nothing but one statement is asked of the server.
    ///
    /// - Returns: nil where a turn is to be made.
    func glance(_ request: TurnRequest, _ pipeline: PostgresPipeline) throws -> TurnReply? {
        guard hosts.isEmpty, let search = request.search, search.after == nil, request.wantsNothingElse else {
            return nil
        }
        let others = try lookAtOthers(pipeline, wishTime: request.now + looks.serverAhead)
        // What will be free later is found by a search.
        guard others.freeAt == nil, !others.isEnding, !others.shares.isShort, others.shares.hasOthers else {
            return nil
        }
        var reply = TurnReply()
        reply.search = HostSearchReply()
        reply.search?.hasOthers = true
        reply.counted.elapsedMilliseconds = request.record.elapsedMilliseconds
        looks.unrecordedMilliseconds += request.record.elapsedMilliseconds
        return reply
    }

    /// Reads who has how many of the run's hosts. What is queued goes with it.
    ///
    /// - Parameter wishTime: unix milliseconds, which wishes are compared by.
    func lookAtOthers(_ pipeline: PostgresPipeline, wishTime: Int64) throws -> Others {
        var others = Others()
        try pipeline.send(
            SharingSQL.shares,
            [
                .int(run.id.rawValue), .int(runner.rawValue), .int(wishTime),
                .int(PostgresTurn.wishMilliseconds),
            ]
        ) { result in
            for row in result.rows {
                others.freeAt = row.optionalInt(4)
                others.isEnding = row.bool(5)
                let hosts = Int(row.int(1))
                others.shares.awaited += Int(row.int(3))
                if row.int(0) == self.runner.rawValue {
                    others.shares.own = hosts
                } else {
                    others.shares.others.append(
                        HostShares.Share(
                            runner: RunnerID(rawValue: row.int(0)), hosts: hosts, wished: Int(row.int(2))))
                }
            }
        }
        try pipeline.flush()
        return others
    }
}

extension TurnRequest {
    /// Whether it asks for nothing but a search.
    fileprivate var wantsNothingElse: Bool {
        record.isEmpty && requests.isEmpty && beat == nil && budget == nil && redirects.isEmpty
            && takes.isEmpty
    }
}

private enum SharingSQL {
    /// Of each runner that is at work on the run: its hosts with pages, those of them that others wait for, and those of them that the one
    /// that asks ($2) waits for. Runners of equal shares come in an order that is another for each that asks.
    static let shares = """
        SELECT member.runner_id, count(held.host_id), count(wishes.host_id),
            count(wishes.host_id) FILTER (WHERE wishes.runner_id = $2),
            (SELECT min(due_at) FROM {schema}.frontier WHERE run_id = $1 AND runner_id IS NULL),
            EXISTS (SELECT 1 FROM {schema}.deeds WHERE run_id = $1 AND deed = 'abandon')
        FROM {schema}.run_runners AS member
        JOIN {schema}.runners ON runners.id = member.runner_id
        LEFT JOIN {schema}.frontier AS held
            ON held.run_id = $1 AND held.runner_id = member.runner_id AND held.due_at IS NOT NULL
        LEFT JOIN {schema}.wishes ON wishes.host_id = held.host_id AND $3 - wishes.wished_at < $4
        WHERE member.run_id = $1 GROUP BY member.runner_id ORDER BY member.runner_id # $2
        """

    /// Wishes for so many hosts ($6) of each of some runners ($5), in the order of their ids, so that no two that wish wait for each other.
    static let wish = """
        WITH held AS (
            SELECT frontier.host_id, frontier.runner_id,
                row_number() OVER (PARTITION BY frontier.runner_id ORDER BY random()) AS place
            FROM {schema}.frontier
            LEFT JOIN {schema}.wishes ON wishes.host_id = frontier.host_id AND $3 - wishes.wished_at < $4
            WHERE frontier.run_id = $1 AND frontier.runner_id = ANY($5) AND due_at IS NOT NULL AND wishes.host_id IS NULL)
        INSERT INTO {schema}.wishes (host_id, runner_id, wished_at)
        SELECT held.host_id, $2, $3 FROM held
        JOIN unnest($5::bigint[], $6::bigint[]) AS wish(runner_id, most) ON wish.runner_id = held.runner_id
        WHERE place <= most ORDER BY held.host_id
        ON CONFLICT (host_id) DO UPDATE SET runner_id = excluded.runner_id, wished_at = excluded.wished_at
        WHERE $3 - wishes.wished_at >= $4
        """

    static let renew = """
        UPDATE {schema}.wishes SET wished_at = $3 FROM (
            SELECT wishes.host_id FROM {schema}.wishes JOIN {schema}.frontier ON frontier.host_id = wishes.host_id
            WHERE frontier.run_id = $1 AND frontier.runner_id <> $2 AND wishes.runner_id = $2
                AND $3 - wished_at BETWEEN 500 AND $4
            ORDER BY wishes.host_id FOR UPDATE OF wishes) AS ours
        WHERE wishes.host_id = ours.host_id
        """
}
