internal import CrawlCore
internal import CrawlEngine
internal import CrawlFetch
internal import TrawlStore
internal import Glibc
internal import Logging

extension JobRun {
    /// Prints the run's summary, unless told to be quiet, since a summary reads all pages of the run.
    ///
    /// - Returns: the exit status that the run would have if it were finished.
    func printSummary(of run: RunRecord, of job: JobRecord, _ end: RunEnd) throws -> ExitStatus {
        let (progress, hasSuccess) = try store.outcome(of: run.id)
        let status = ExitStatus(finished: progress, hasSuccess: hasSuccess)
        guard !output.quiet || (end == .finished && hasSuccess == false) else {
            let unsuccessful = progress.failed + progress.invalid
            if end == .finished, tellsFailures, unsuccessful > 0 {
                // cron mails this line.
                logger.error(
                    "\(job.name): run \(run.number) finished, \(Wording.count(unsuccessful)) of \(Wording.count(progress.pages, "page")) failed; SELECT url, error_kind, error FROM failures WHERE job = '\(job.name)'"
                )
            }
            return status
        }
        let report: RunReport
        let verdicts: [VerdictCount]
        do throws(StoreError) {
            (report, verdicts) = try store.read {
                (try $0.report(run.id, slowestHosts: 3), try $0.verdictCounts(of: run.id))
            }
        } catch {
            throw CommandFailure(error)
        }
        var summary = Summary(
            job: job.name, run: run.number, progress: progress, report: report, isFinished: end == .finished,
            hasSuccess: hasSuccess != false, verdicts: verdicts)
        guard !output.quiet else {
            logger.error("\(job.name): run \(run.number) finished, no page succeeded: \(summary.reasons)")
            return status
        }
        // Who has seen each row has seen what went wrong.
        if rows == nil, tellsFailures, progress.failed > 0 {
            summary.hint = "trawl results \(job.name) --failed"
        }
        switch output.logFormat {
        case .text: Terminal.writeError(summary.text(Palette(isOn: output.usesColor(on: STDERR_FILENO))))
        case .json: Terminal.writeError(summary.json(now: environment.wallClock()) + "\n")
        }
        return status
    }
}

extension CrawlDatabase {
    /// A run's counters as they are now, and whether any page succeeded; nil where it has none.
    fileprivate func outcome(of run: RunID) throws -> (RunProgress, hasSuccess: Bool?) {
        do throws(StoreError) {
            return try read { (try $0.run(run)?.progress ?? RunProgress(), try $0.hasSuccess(run)) }
        } catch {
            throw CommandFailure(error)
        }
    }
}
