import CrawlCore
import Testing
import TrawlStore

/// What people change is heard with the sign of life.
@Suite(.timeLimit(.minutes(15)))
struct BeatTests {
    @Test("Nothing comes without a sign of life", arguments: DatabaseFactory.all)
    func none(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        #expect(try runner.open().beat == nil)
    }

    @Test("A paused job is told so", arguments: DatabaseFactory.all)
    func paused(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        #expect(try !runner.beat().isPaused)
        try runner.database.port.write { try $0.pause(runner.spec.name) }
        #expect(try runner.beat().isPaused)
    }

    @Test("What people set for a host is told to the runner that has it", arguments: DatabaseFactory.all)
    func overrides(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1) + pages(1, of: "http://b.test"))
        let hosts = try runner.hosts()
        try runner.beat()
        var overrides = HostOverrides()
        overrides.perHost = 0
        overrides.delay = .milliseconds(250)
        overrides.isBlocked = true
        try runner.database.override("http://a.test", overrides)
        let heard = try runner.beat().overrides
        #expect(heard[try #require(hosts["http://a.test"])] == overrides)
        #expect(heard[try #require(hosts["http://b.test"])] ?? HostOverrides() == HostOverrides())
        try runner.database.override("http://a.test", HostOverrides())
        #expect(try runner.beat().overrides[try #require(hosts["http://a.test"])] == HostOverrides())
    }

    @Test("What people have set before comes with the host", arguments: DatabaseFactory.all)
    func opened(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        var overrides = HostOverrides()
        overrides.perHost = 7
        try runner.database.override("http://a.test", overrides)
        #expect(try runner.open().opened.first?.record.overrides == overrides)
    }

    @Test("How a run is doing is there for others to see", arguments: DatabaseFactory.all)
    func activity(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        var activity = RunActivity()
        activity.updatedAt = 1_000
        activity.inFlight = 3
        activity.hosts = 2
        activity.pagesPerSecond = 4.5
        try runner.turn { $0.beat = TurnBeat(activity: activity, freesHosts: false) }
        #expect(try runner.database.port.read { try $0.activity(of: runner.run) } == activity)
    }
}
