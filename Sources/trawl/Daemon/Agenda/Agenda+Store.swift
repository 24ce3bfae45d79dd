internal import CrawlCore
internal import TrawlStore

extension Agenda {
    /// The result of a look at all jobs.
    struct Review {
        /// Jobs to run now, by name.
        var jobs: [JobRecord] = []
        /// Due times that were settled by this look.
        var settled: [Settled] = []
        /// The plan that was carried out.
        let plan: Plan
    }

    /// A due time, and what became of it.
    struct Settled {
        let job: String
        /// The due time, in unix milliseconds.
        let due: Int64
        let outcome: StartOutcome
        /// Due times before it that were passed over.
        let missed: Int
    }

    /// Looks at all jobs and settles what is due.
    ///
    /// A due time is settled in one transaction with the run that it begins, so that no kill loses it and no second process
    /// begins the run again.
    ///
    /// - Parameters:
    ///   - limited: jobs whose unfinished run has met a limit, and waits for the next due time.
    ///   - now: unix milliseconds.
    mutating func review(
        _ store: any CrawlDatabase, processes: LinuxProcessTable, limited: Set<JobID> = [], now: Int64
    ) throws(StoreError) -> Review {
        if try !store.read({ try $0.goneRunners(processes, now: now) }).isEmpty {
            try store.write { try $0.reapRunners(processes, now: now) }
        }
        let plan = plan(try store.read { try $0.jobStandings() }, limited: limited, now: now)
        var review = Review(plan: plan)
        for item in plan.items {
            var runs = item.runs
            switch item.change {
            case nil:
                break
            case .forget:
                try store.write { try $0.dropSchedule(of: item.job.id) }
            case .settle(let settlement):
                if let settled = try store.settle(settlement, of: item.job, now: now) {
                    review.settled.append(settled)
                    runs = runs || settled.outcome == .started
                }
            }
            if runs { review.jobs.append(item.job) }
        }
        return review
    }
}

extension CrawlDatabase {
    /// Settles a due time, and begins its run.
    ///
    /// - Returns: what became of it; nil where no start has come, or another process has settled it.
    fileprivate func settle(
        _ settlement: Agenda.Settlement, of job: JobRecord, now: Int64
    ) throws(StoreError) -> Agenda.Settled? {
        try write { transaction -> Agenda.Settled? in
            guard try transaction.save(settlement.record, of: job.id, previous: settlement.previous),
                let start = settlement.start
            else { return nil }
            var outcome = start.begins ? StartOutcome.started : .missed
            var run: RunID?
            if outcome == .started {
                if let unfinished = try transaction.unfinishedRun(of: job.id) {
                    if start.continues { run = unfinished.id } else { outcome = .overlapped }
                } else {
                    run = try transaction.beginRun(of: job, runner: nil, now: now)
                }
            }
            try transaction.noteStart(
                of: job.id, due: start.due, outcome, missed: start.missed, run: run, now: now)
            return Agenda.Settled(job: job.name, due: start.due, outcome: outcome, missed: start.missed)
        }
    }
}
