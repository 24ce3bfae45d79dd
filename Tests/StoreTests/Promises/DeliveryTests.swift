import CrawlCore
import Testing
import TrawlStore

/// Who is to be told that a run has finished is known with the run's end, and for as long as nobody was told.
@Suite(.timeLimit(.minutes(15)))
struct DeliveryTests {
    private func runner(_ factory: DatabaseFactory, beside other: TestRunner? = nil, pid: Int32 = 1) throws
        -> TestRunner
    {
        try TestRunner(factory, pages(1), beside: other, pid: pid) { spec in
            var onFinish = JobSpec.OnFinish()
            onFinish.exec = ["true"]
            onFinish.webhook = JobSpec.Webhook()
            spec.onFinish = onFinish
        }
    }

    @Test("A run that ends is to be told of, in each way once", arguments: DatabaseFactory.all)
    func noted(_ factory: DatabaseFactory) throws {
        let runner = try runner(factory)
        #expect(try runner.deliveries().isEmpty)
        try runner.drain()
        let deliveries = try runner.deliveries()
        #expect(deliveries.map(\.action) == [.exec, .webhook])
        #expect(deliveries.allSatisfy { $0.run == runner.run && $0.attempts == 0 })
        #expect(Set(deliveries.map(\.id)).count == 2)
        #expect(deliveries.allSatisfy { $0.id.rawValue.utf8.count == 32 })
    }

    @Test("A job that tells nobody has nothing to tell", arguments: DatabaseFactory.all)
    func none(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        try runner.drain()
        #expect(try runner.deliveries().isEmpty)
        #expect(try !runner.database.port.read { try $0.hasUntakenDeliveries() })
    }

    @Test("A runner that is gone leaves it to the next, with the same id", arguments: DatabaseFactory.all)
    func left(_ factory: DatabaseFactory) throws {
        let runner = try runner(factory)
        try runner.drain()
        let before = try runner.deliveries()
        try runner.database.port.write { try $0.note(.retried("no answer"), of: before[0].id, now: 1) }
        let own = try runner.database.port.write { try $0.takeDeliveries(runner.runner) }
        #expect(own.isEmpty)

        runner.processes.kill(runner.process.current.pid)
        let next = try self.runner(factory, beside: runner, pid: 2)
        #expect(try next.database.port.read { try $0.hasUntakenDeliveries() })
        let taken = try next.database.port.write { try $0.takeDeliveries(next.runner) }

        #expect(taken.map(\.id) == before.map(\.id))
        #expect(taken.map(\.attempts) == [1, 0])
        let more = try next.database.port.write { try $0.takeDeliveries(next.runner) }
        #expect(more.isEmpty)
    }

    @Test(
        "What was told, given up or passed over stays so", arguments: DatabaseFactory.all,
        [DeliveryOutcome.delivered, .failed("no answer"), .skipped])
    func settled(_ factory: DatabaseFactory, _ outcome: DeliveryOutcome) throws {
        let runner = try runner(factory)
        try runner.drain()
        let port = runner.database.port
        for delivery in try runner.deliveries() {
            try port.write { try $0.note(outcome, of: delivery.id, now: 5) }
            try port.write { try $0.note(.retried("late"), of: delivery.id, now: 6) }
        }
        #expect(try runner.deliveries().isEmpty)
        #expect(try !port.read { try $0.hasUntakenDeliveries() })
    }

    @Test("A run that is opened again is told of again when it ends", arguments: DatabaseFactory.all)
    func again(_ factory: DatabaseFactory) throws {
        let runner = try runner(factory)
        try runner.record(try runner.open().taken[0].pages.map { outcome($0, .failed(.dns)) })
        runner.now += 1
        #expect(try runner.store.finish(now: runner.now, pulse: {}))
        let before = try runner.deliveries().map(\.id)
        let reopened = try runner.database.port.write { try $0.retryFailed(runner.run) }
        #expect(reopened == 1)

        let next = try runner.crash()
        #expect(try next.deliveries().isEmpty)
        try next.drain()

        #expect(try next.deliveries().count == 2)
        #expect(Set(try next.deliveries().map(\.id)).isDisjoint(with: before))
    }
}

extension TestRunner {
    /// What it is to tell of its run.
    fileprivate func deliveries() throws -> [DeliveryRecord] {
        try database.port.read { [run, runner] in try $0.deliveries(of: run, by: runner) }
    }
}
