internal import CrawlCore
internal import CrawlFetch
internal import TrawlStore
internal import Glibc
internal import JobFile
internal import Logging

/// Tells those who are to know that a run has finished (`on_finish`): a program, a webhook, or both.
///
/// Who is to be told is a row of `deliveries`, which is written with the end of the run. It stays pending until somebody was told, so a
/// process that is killed in between leaves it to the next one. What goes wrong here is a warning.
struct Deliverer: Sendable {
    let store: any CrawlDatabase
    let runner: RunnerID
    let logger: Logger
    /// Whether what is under way is to end at once, as the process is to end.
    let isCut: @Sendable () -> Bool

    var environment = FetchEnvironment.system
    /// How often a delivery is tried, and the waits in between: three times, after up to one and two seconds.
    private static let retry = RetryPolicy()

    /// Tells what is to be told of a run that the runner has finished; with nil what processes that are gone have left untold. Blocks.
    func deliver(of run: RunID? = nil) {
        do throws(StoreError) {
            let deliveries =
                if let run {
                    try store.read { try $0.deliveries(of: run, by: runner) }
                } else {
                    try store.write { try $0.takeDeliveries(runner) }
                }
            for delivery in deliveries {
                guard try deliver(delivery) else { return }
            }
        } catch {
            logger.warning("on_finish: \(error.description); it is told at the next start")
        }
    }

    /// - Returns: false where it was cut short.
    private func deliver(_ delivery: DeliveryRecord) throws(StoreError) -> Bool {
        guard let run = try store.read({ try $0.run(delivery.run) }) else { return true }
        let job = try store.read { try $0.jobs().first { $0.id == run.job }?.name } ?? ""
        guard let onFinish = (try? JobDocument(yaml: run.spec, source: .database(name: job)))?.spec.onFinish
        else {
            try note(.failed("the job cannot be read any more"), of: delivery)
            return true
        }
        let finished = try FinishedRun.read(run, withChanges: onFinish.when == .change, in: store)
        guard finished.meets(onFinish.when) else {
            try note(.skipped, of: delivery)
            return true
        }
        for attempt in delivery.attempts + 1...max(delivery.attempts + 1, Self.retry.attempts) {
            guard let failure = tell(finished, onFinish, delivery) else {
                try note(.delivered, of: delivery)
                logger.info("\(job): on_finish: \(delivery.action.rawValue) was told")
                return true
            }
            guard failure != .cut else { break }
            guard failure.mayPass, attempt < Self.retry.attempts else {
                try note(.failed(failure.message), of: delivery)
                logger.warning("\(job): on_finish: \(failure.message)")
                return true
            }
            try note(.retried(failure.message), of: delivery)
            guard wait(afterAttempt: attempt) else { break }
        }
        logger.notice("\(job): on_finish: \(delivery.action.rawValue) is told at the next start")
        return false
    }

    /// - Returns: what went wrong; nil for nothing.
    private func tell(
        _ finished: FinishedRun, _ onFinish: JobSpec.OnFinish, _ delivery: DeliveryRecord
    ) -> DeliveryFailure? {
        switch delivery.action {
        case .exec:
            let ending = ChildProcess(
                command: onFinish.exec, input: Array((finished.json(delivery.id) + "\n").utf8),
                timeout: onFinish.timeout, isCut: isCut
            ).run()
            for line in String(decoding: ending.output, as: UTF8.self).split(whereSeparator: \.isNewline) {
                logger.notice("\(finished.summary.job): on_finish: \(line)")
            }
            return ending.failure
        case .webhook:
            guard let webhook = onFinish.webhook else { return nil }
            do throws(DeliveryFailure) {
                try WebhookRequest(webhook, of: finished, delivery.id, environment)
                    .send(timeout: onFinish.timeout, isCut: isCut)
                return nil
            } catch {
                return error
            }
        }
    }

    private func note(_ outcome: DeliveryOutcome, of delivery: DeliveryRecord) throws(StoreError) {
        try store.write { try $0.note(outcome, of: delivery.id, now: environment.wallClock()) }
    }

    /// Waits before the next try.
    ///
    /// - Returns: false where it was cut short.
    private func wait(afterAttempt attempt: Int) -> Bool {
        let end =
            MonotonicInstant.now + Self.retry.wait(afterAttempt: attempt, fraction: environment.random())
        while !isCut() {
            let left = end - .now
            guard left > .zero else { return true }
            poll(nil, 0, Int32(min(left.wholeMilliseconds, 100)))
        }
        return false
    }
}
