import CrawlCore
import Testing
import TrawlStore

/// A run ends when nothing of it waits; an import that was cut short is none.
@Suite(.timeLimit(.minutes(15)))
struct FinishTests {
    @Test("A run with a page that waits does not end", arguments: DatabaseFactory.all)
    func pending(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let taken = try runner.open().taken[0].pages
        try runner.record([outcome(taken[0]), outcome(taken[1], .retry(.reset, wait: .seconds(9)))])
        #expect(try !runner.store.finish(now: 2_000, pulse: {}))
        #expect(try runner.record().state == .active)
        #expect(try runner.record().runner == runner.runner)
        runner.now += 9_000
        try runner.record([outcome(taken[1])])
        #expect(try runner.store.finish(now: 12_000, pulse: {}))
    }

    @Test("A run that has ended is nobody's", arguments: DatabaseFactory.all)
    func finished(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        try runner.drain()
        let record = try runner.record()
        #expect(record.state == .finished)
        #expect(record.finishedAt == runner.now)
        #expect(record.runner == nil)
        let job = record.job
        #expect(try runner.database.port.read { try $0.unfinishedRun(of: job)?.id } == nil)
        #expect(try runner.database.port.read { try $0.finishedRun(of: job)?.id } == runner.run)
    }

    @Test("What is done durably is done", arguments: DatabaseFactory.all)
    func durably(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        try runner.store.durably { _ = try runner.drain() }
        #expect(try runner.record().progress.done == 2)
        #expect(runner.store.logState(beyond: .max) == .small)
    }

    @Test("An import that was cut short begins anew", arguments: DatabaseFactory.all)
    func restarted(_ factory: DatabaseFactory) throws {
        let database = try factory.make()
        defer { withExtendedLifetime(database) {} }
        let port = database.port
        let (job, run) = try port.write { writer in
            try writer.saveJob(name: "job", spec: "{}", now: 0)
            let job = try #require(try writer.job(named: "job"))
            return (job, try writer.beginRun(of: job, runner: nil, now: 0))
        }
        var limits = JobSpec.Limits()
        limits.pagesPerHost = 3
        var cut = port.intake(of: run, limits: limits)
        _ = try cut.add(pages(3), inputs: [0: #"{"a":1}"#])
        #expect(try port.read { try #require(try $0.run(run)).state } == .importing)
        while try port.write({ try $0.restartImport(run, of: job, limit: 2) }) {}
        #expect(try port.read { try #require(try $0.run(run)).progress } == RunProgress())
        // The pages that are gone count against no limit.
        var again = port.intake(of: run, limits: limits)
        #expect(try again.add(pages(3), inputs: [:]).pending == 3)
        try port.write { try $0.finishImport(run) }
        let record = try port.read { try #require(try $0.run(run)) }
        #expect(record.state == .active)
        #expect(record.progress.pending == 3)
    }

    @Test("An import can be given up as if it had not been", arguments: DatabaseFactory.all)
    func discarded(_ factory: DatabaseFactory) throws {
        let database = try factory.make()
        defer { withExtendedLifetime(database) {} }
        let port = database.port
        let (job, run) = try port.write { writer in
            try writer.saveJob(name: "job", spec: "{}", now: 0)
            let job = try #require(try writer.job(named: "job"))
            return (job, try writer.beginRun(of: job, runner: nil, now: 0))
        }
        var intake = port.intake(of: run, limits: JobSpec.Limits())
        _ = try intake.add(pages(5), inputs: [:])
        while try port.write({ try $0.discardImport(run, limit: 2) }) {}
        #expect(try port.read { try $0.run(run)?.id } == nil)
        #expect(try port.read { try $0.unfinishedRun(of: job.id)?.id } == nil)
    }
}
