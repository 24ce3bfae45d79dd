internal import TrawlStore

extension LiveState {
    /// Takes over the result of a look at all jobs.
    func note(_ review: Agenda.Review) {
        change { values in
            values.jobCount = review.plan.names.count
            values.pausedCount = review.plan.pausedCount
            // A job that was deleted has no metrics any more.
            values.jobs = values.jobs.filter { review.plan.names.contains($0.key) }
            for job in values.jobs.keys { values.jobs[job]?.nextStartAt = nil }
            for (job, at) in review.plan.nextStarts { values.jobs[job, default: Job()].nextStartAt = at }
            for settled in review.settled {
                values.jobs[settled.job, default: Job()].starts[settled.outcome.rawValue, default: 0] += 1
            }
        }
    }
}
