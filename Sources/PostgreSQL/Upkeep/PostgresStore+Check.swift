package import TrawlStore

/// Looking for what cannot be, and putting it right.
extension PostgresStore {
    package func checkPlace() throws(StoreError) {}

    package func giveBackSpace() throws(StoreError) {}

    package func check() throws(StoreError) -> [String] {
        try transaction(.read, tries: 1) { transaction in
            let connection = transaction.connection
            for sql in [Self.counterSQL, Self.waitingSQL, Self.leaseSQL, Self.orphanSQL] {
                try connection.send(sql)
            }
            let results = try connection.flush()
            return results[0].rows.map {
                "run \($0.int(0)): \($0.text(1)) is \($0.int(2)), but \($0.int(3)) pages are there"
            }
                + results[1].rows.map {
                    "run \($0.int(0)): \($0.int(1)) hosts have pages that nobody looks for"
                }
                + results[2].rows.map { "\($0.text(0)) is held by a runner that is not there" }
                + results[3].rows.map {
                    "run \($0.int(0)): \($0.int(1)) pages belong to a run that is not there"
                }
        }
    }

    package func repair(_ processes: any ProcessTable, now: Int64) throws(StoreError) {
        try transaction(.write(statement: 0, lock: 60_000, idle: 60_000)) { transaction in
            try transaction.reapRunners(processes, now: now)
            let connection = transaction.connection
            try connection.send(
                "DELETE FROM {schema}.pages WHERE run_id NOT IN (SELECT id FROM {schema}.runs)")
            try connection.send(
                """
                UPDATE {schema}.hosts SET runner_id = NULL
                WHERE runner_id IS NOT NULL AND runner_id NOT IN (SELECT id FROM {schema}.runners)
                """)
            try connection.send(
                """
                UPDATE {schema}.frontier SET runner_id = NULL
                WHERE runner_id IS NOT NULL AND runner_id NOT IN (SELECT id FROM {schema}.runners)
                """)
            try connection.send(
                """
                INSERT INTO {schema}.frontier (run_id, host_id, due_at)
                SELECT run_id, host_id, 0 FROM {schema}.pages WHERE state = 'pending' GROUP BY run_id, host_id
                ORDER BY run_id, host_id
                ON CONFLICT (run_id, host_id) DO UPDATE SET due_at = 0 WHERE frontier.due_at IS NULL
                """)
            try connection.send(Self.recountSQL)
            try connection.flush()
        }
    }

    /// The pages of each run, counted.
    private static let counts = """
        SELECT runs.id AS run_id,
            count(pages.id) FILTER (WHERE pages.state IN ('pending', 'sending')) AS pages_pending,
            count(pages.id) FILTER (WHERE pages.state = 'done') AS pages_done,
            count(pages.id) FILTER (WHERE pages.state = 'failed') AS pages_failed,
            count(pages.id) FILTER (WHERE pages.state = 'skipped') AS pages_skipped
        FROM {schema}.runs LEFT JOIN {schema}.pages ON pages.run_id = runs.id
        WHERE runs.state <> 'importing' AND runs.pruned_at IS NULL GROUP BY runs.id
        """

    private static let counterSQL = """
        WITH counted AS (\(counts))
        SELECT kept.run_id, counter, known, counted_now
        FROM {schema}.run_counters AS kept JOIN counted ON counted.run_id = kept.run_id
        CROSS JOIN LATERAL (VALUES
            ('pages_pending', kept.pages_pending, counted.pages_pending), ('pages_done', kept.pages_done, counted.pages_done),
            ('pages_failed', kept.pages_failed, counted.pages_failed),
            ('pages_skipped', kept.pages_skipped, counted.pages_skipped)) AS pairs (counter, known, counted_now)
        WHERE known <> counted_now ORDER BY 1, 2
        """

    /// Runners find hosts by their rows in `frontier` alone.
    private static let waitingSQL = """
        SELECT run_id, count(*) FROM (SELECT DISTINCT run_id, host_id FROM {schema}.pages WHERE state = 'pending') AS waiting
        WHERE NOT EXISTS (
            SELECT 1 FROM {schema}.frontier WHERE frontier.run_id = waiting.run_id AND frontier.host_id = waiting.host_id
                AND (due_at IS NOT NULL OR runner_id IS NOT NULL))
        GROUP BY run_id ORDER BY 1
        """

    private static let leaseSQL = """
        SELECT host FROM {schema}.hosts
        WHERE runner_id IS NOT NULL AND runner_id NOT IN (SELECT id FROM {schema}.runners) ORDER BY 1
        """

    private static let orphanSQL = """
        SELECT run_id, count(*) FROM {schema}.pages WHERE run_id NOT IN (SELECT id FROM {schema}.runs) GROUP BY 1 ORDER BY 1
        """

    /// What the runners of a run have counted stays with them; the run's own part makes up the difference.
    private static let recountSQL = """
        WITH counted AS (\(counts))
        UPDATE {schema}.runs SET
            pages_pending = runs.pages_pending + counted.pages_pending - kept.pages_pending,
            pages_done = runs.pages_done + counted.pages_done - kept.pages_done,
            pages_failed = runs.pages_failed + counted.pages_failed - kept.pages_failed,
            pages_skipped = runs.pages_skipped + counted.pages_skipped - kept.pages_skipped
        FROM counted JOIN {schema}.run_counters AS kept ON kept.run_id = counted.run_id
        WHERE runs.id = counted.run_id
        """
}
