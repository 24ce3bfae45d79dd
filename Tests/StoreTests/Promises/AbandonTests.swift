import CrawlCore
import Testing
import TrawlStore

/// A run can be ended for good while pages of it wait.
@Suite(.timeLimit(.minutes(15)))
struct AbandonTests {
    @Test("Pages that wait are skipped, and what was settled stays", arguments: DatabaseFactory.all)
    func skipped(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(4)) {
            var onFinish = JobSpec.OnFinish()
            onFinish.exec = ["true"]
            $0.onFinish = onFinish
        }
        let taken = try runner.open().taken[0].pages
        try runner.record([
            outcome(taken[0]), outcome(taken[1], .failed(.dns)),
            outcome(taken[2], .retry(.reset, wait: .seconds(9))),
        ])

        let next = try runner.crash()
        #expect(try next.database.port.abandon(next.run, runner: next.runner, now: 9_000) == 2)

        let record = try next.record()
        #expect(record.state == .finished)
        #expect(record.finishedAt == 9_000)
        #expect(record.runner == nil)
        #expect(try next.rows().map(\.state) == [.done, .failed, .skipped, .skipped])
        #expect(try next.rows().map(\.skipReason) == [nil, nil, "limit", "limit"])
        try next.expectCountersToFit()
        let job = record.job
        #expect(try next.database.port.read { try $0.unfinishedRun(of: job)?.id } == nil)
        #expect(try !next.database.port.read { try $0.hasUntakenDeliveries() })
        // What failed can be tried again; what was skipped is over.
        let reopened = try next.database.port.write { try $0.retryFailed(next.run) }
        #expect(reopened == 1)
    }

    @Test("A request that was going out fails, as it may have been delivered", arguments: DatabaseFactory.all)
    func sending(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, [ImportedPage("POST", "http://a.test/")])
        let page = try runner.open().taken[0].pages[0]
        try runner.turn { $0.record.sending = [(page.id, page.batch)] }

        let next = try runner.crash()
        #expect(try next.database.port.abandon(next.run, runner: next.runner, now: 9_000) == 0)

        #expect(try next.rows().map(\.state) == [.failed])
        #expect(try next.rows().map(\.errorKind) == ["cancelled"])
        try next.expectCountersToFit()
    }

    @Test("A runner that was taken for gone abandons nothing", arguments: DatabaseFactory.all)
    func takenOver(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let port = runner.database.port
        try port.write { [runner] in try $0.removeRunner(runner.runner, now: 2_000) }

        #expect(
            failure { try port.abandon(runner.run, runner: runner.runner, now: 9_000) } == .alreadyRunning)
        #expect(try runner.record().state == .active)
    }
}
