internal import CrawlCore
internal import TrawlStore

/// What a runner reads as it begins to work on a run.
struct RunOpeningRows {
    let former: FormerRuns?
    let nextBatch: Int64
    /// How long ago the go began that the runner takes part in; nil where the job has no limits that runners share.
    let goAge: Duration?

    /// Enters the runner among those of the run.
    ///
    /// - Parameter sharesLimits: whether the job has limits or a rate that hold over all runners.
    init(_ run: RunID, _ runner: RunnerID, sharesLimits: Bool, on pipeline: PostgresPipeline) throws {
        var age: Int64?
        var number: Int64 = 1
        var rows: [(run: Int64, job: Int64, isAlike: Bool)] = []
        var hasUnread = false
        try pipeline.send(
            """
            INSERT INTO {schema}.run_runners (run_id, runner_id) VALUES ($1, $2) ON CONFLICT DO NOTHING
            """, [.int(run.rawValue), .int(runner.rawValue)])
        if sharesLimits { try RunOpeningRows.join(run, runner, on: pipeline) { age = $0 } }
        try pipeline.send(
            "SELECT coalesce(max(number), 0) + 1 FROM {schema}.batches WHERE run_id = $1",
            [.int(run.rawValue)]
        ) { number = $0.first?.int(0) ?? 1 }
        try pipeline.send(
            """
            SELECT former.id, former.job_id, (former.spec = runs.spec)::int::bigint FROM {schema}.runs
            JOIN {schema}.runs AS former ON former.job_id = runs.job_id AND former.number < runs.number
            WHERE runs.id = $1 AND former.state = 'finished' ORDER BY former.number DESC
            """, [.int(run.rawValue)]
        ) { result in rows = result.rows.map { ($0.int(0), $0.int(1), $0.bool(2)) } }
        try pipeline.send(
            """
            SELECT EXISTS (
                SELECT 1 FROM {schema}.unread_pages WHERE job_id = (SELECT job_id FROM {schema}.runs WHERE id = $1))
            """, [.int(run.rawValue)]
        ) { hasUnread = $0.first?.bool(0) ?? false }
        try pipeline.flush()
        nextBatch = number
        goAge = age.map { .milliseconds($0) }
        guard let latest = rows.first else {
            former = nil
            return
        }
        former = FormerRuns(
            job: JobID(rawValue: latest.job), latest: RunID(rawValue: latest.run),
            alike: Set(rows.filter(\.isAlike).map { RunID(rawValue: $0.run) }), hasUnread: hasUnread)
    }
}
