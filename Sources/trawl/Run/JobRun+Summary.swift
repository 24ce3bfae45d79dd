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
        let (progress, hasSuccess, brokenReferences) = try store.outcome(of: run.id)
        let status = ExitStatus(
            finished: progress, hasSuccess: hasSuccess,
            brokenReferences: brokenReferences.reduce(0) { $0 + $1.count })
        guard !output.quiet || (end == .finished && hasSuccess == false) else {
            let unsuccessful = progress.failed + progress.invalid
            if end == .finished, tellsFailures, unsuccessful > 0 {
                // cron mails this line.
                logger.error(
                    "\(job.name): run \(run.number) finished, \(failures(progress)); SELECT url, error_kind, error FROM failures WHERE job = \(job.literal)"
                )
            }
            if end == .finished, tellsFailures, unsuccessful == 0, !brokenReferences.isEmpty {
                logger.error(
                    "\(job.name): run \(run.number) finished, links are broken; SELECT to_url, fragment, reason, from_url, line FROM broken_links WHERE job = \(job.literal)"
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
            hasSuccess: hasSuccess != false, verdicts: verdicts, brokenReferences: brokenReferences)
        guard !output.quiet else {
            logger.error("\(job.name): run \(run.number) finished, no page succeeded: \(summary.reasons)")
            return status
        }
        // Who has seen each row has seen what went wrong.
        if rows == nil, tellsFailures {
            summary.hint = nextCommand(job.name, progress, end, hasBrokenLinks: !brokenReferences.isEmpty)
        }
        switch output.logFormat {
        case .text:
            let palette = Palette(isOn: output.usesColor(on: STDERR_FILENO))
            Terminal.writeError(summary.text(palette, columns: Terminal.columns(STDERR_FILENO)))
        case .json: Terminal.writeError(Terminal.escaped(summary.json(now: environment.wallClock())) + "\n")
        }
        return status
    }
}

extension JobRecord {
    /// The name as SQL has it.
    fileprivate var literal: String { "'" + name.replacing("'", with: "''") + "'" }
}

extension JobRun {
    /// `2 of 25 pages failed, 3 are no URLs`.
    private func failures(_ progress: RunProgress) -> String {
        var words: [String] = []
        let all = Wording.count(progress.pages, "page")
        if progress.failed > 0 { words.append("\(Wording.count(progress.failed)) of \(all) failed") }
        if progress.invalid > 0 {
            let count = Wording.count(progress.invalid) + (words.isEmpty ? " of \(all)" : "")
            words.append("\(count) \(progress.invalid == 1 ? "is no URL" : "are no URLs")")
        }
        return words.joined(separator: ", ")
    }

    /// What is to be typed next, as a shell takes it.
    private func nextCommand(
        _ job: String, _ progress: RunProgress, _ end: RunEnd, hasBrokenLinks: Bool
    ) -> String {
        let job = ShellWord.quoted(job)
        let place = database.map { " --db " + ShellWord.quoted($0) } ?? ""
        if end != .finished { return "trawl run \(job)\(place)" }
        if progress.failed > 0 { return "trawl results \(job) --failed\(place)" }
        if hasBrokenLinks { return "trawl links \(job) --broken\(place)" }
        return "trawl report \(job) -o report.html\(place)"
    }
}

extension CrawlDatabase {
    /// A run's counters as they are now; whether any page succeeded, nil where it has none; and what is broken though no page is.
    fileprivate func outcome(
        of run: RunID
    ) throws -> (RunProgress, hasSuccess: Bool?, broken: [(reason: LinkReason, count: Int)]) {
        do throws(StoreError) {
            return try read {
                (
                    try $0.run(run)?.progress ?? RunProgress(), try $0.hasSuccess(run),
                    try $0.brokenReferences(of: run)
                )
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
