internal import CrawlCore
internal import TrawlStore

/// A run that has finished, as those are told who are to know (`on_finish`).
struct FinishedRun {
    let run: RunRecord
    let summary: Summary
    let status: ExitStatus
    /// How many pages changed since the finished run before, by kind; nil where that was not asked for, or there is none.
    let changes: [PageChange.Kind: Int64]?

    /// Reads a run.
    ///
    /// - Parameter withChanges: whether it is compared with the finished run before, which reads both.
    /// - Throws: `StoreError`.
    static func read(_ run: RunRecord, withChanges: Bool, in store: any CrawlDatabase) throws(StoreError)
        -> FinishedRun
    {
        try store.read { transaction in
            let job = try transaction.jobs().first { $0.id == run.job }
            let hasSuccess = try transaction.hasSuccess(run.id)
            let summary = Summary(
                job: job?.name ?? "", run: run.number, progress: run.progress,
                report: try transaction.report(run.id, slowestHosts: 0), isFinished: true,
                hasSuccess: hasSuccess != false, verdicts: try transaction.verdictCounts(of: run.id))
            var changes: [PageChange.Kind: Int64]?
            if withChanges, let before = try transaction.finishedRun(of: run.job, before: run.number) {
                var counts: [PageChange.Kind: Int64] = [:]
                try transaction.forEachChange(from: before.id, to: run.id) {
                    counts[$0.kind, default: 0] += 1
                }
                changes = counts
            }
            return FinishedRun(
                run: run, summary: summary,
                status: ExitStatus(finished: run.progress, hasSuccess: hasSuccess), changes: changes)
        }
    }

    /// Whether it is one of the runs after which somebody is told.
    func meets(_ condition: JobSpec.OnFinish.Condition) -> Bool {
        switch condition {
        case .always: true
        case .failure: status != .success
        case .change: changes?.keys.contains { $0 != .unknown } ?? false
        }
    }

    /// One sentence for people.
    var message: String {
        let progress = summary.progress
        let end =
            switch status {
            case .success: "\(Wording.count(progress.done, "page")) done"
            case .noneSucceeded: "no page succeeded: \(summary.reasons)"
            default:
                "\(Wording.count(progress.failed + progress.invalid)) of \(Wording.count(progress.pages, "page")) failed: \(summary.reasons)"
            }
        return "\(summary.job): run \(summary.run) finished, \(end)" + (changedWords.map { "; \($0)" } ?? "")
    }

    /// `2 new, 1 gone`; nil where nothing changed.
    private var changedWords: String? {
        let parts = PageChange.Kind.allCases.compactMap { kind in
            changes?[kind].map { "\(Wording.count($0)) \(kind.rawValue)" }
        }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// The summary as one JSON object.
    ///
    /// - Parameter id: of the delivery.
    func json(_ id: DeliveryID) -> String {
        var line = JSONLine()
        line.add("id", id.rawValue)
        line.add("message", message)
        line.add("job", summary.job)
        line.add("run", summary.run)
        line.add("state", "finished")
        line.add("result", status.word)
        line.add("exit_code", Int(status.rawValue))
        line.add("started", Wording.instant(milliseconds: run.startedAt))
        line.add("finished", finished)
        summary.addNumbers(to: &line)
        if let changes {
            var counts = JSONLine()
            for kind in PageChange.Kind.allCases { counts.add(kind.rawValue, changes[kind] ?? 0) }
            line.add("changes", json: counts.line)
        }
        return line.line
    }

    private var finished: String? { run.finishedAt.map(Wording.instant(milliseconds:)) }

    /// The value of a member of the summary that a text may refer to (`SummaryTemplate.names`).
    func member(_ name: String, _ id: DeliveryID) -> String {
        let progress = summary.progress
        return switch name {
        case "id": id.rawValue
        case "message": message
        case "job": summary.job
        case "run": "\(summary.run)"
        case "result": status.word
        case "exit_code": "\(status.rawValue)"
        case "started": Wording.instant(milliseconds: run.startedAt)
        case "finished": finished ?? ""
        case "pages": "\(progress.pages)"
        case "pages_done": "\(progress.done)"
        case "pages_failed": "\(progress.failed)"
        case "pages_skipped": "\(progress.skipped)"
        case "requests": "\(progress.requests)"
        case "size_download": "\(progress.sizeDownload)"
        case "elapsed_ms": "\(progress.elapsedMilliseconds)"
        default: ""
        }
    }
}
