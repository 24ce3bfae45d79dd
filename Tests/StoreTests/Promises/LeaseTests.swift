import CrawlCore
import Testing
import TrawlStore

/// Hosts are had by one runner at a time, and come free when it is gone.
@Suite(.timeLimit(.minutes(15)))
struct LeaseTests {
    @Test("A host is had by one runner", arguments: DatabaseFactory.all)
    func oneRunner(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"))
        let two = try TestRunner(factory, pages("http://a.test/2", "http://b.test/2"), beside: one, pid: 2)
        #expect(try one.open().taken.flatMap(\.pages).map(\.url) == ["http://a.test/1"])
        let reply = try two.open()
        #expect(reply.taken.flatMap(\.pages).map(\.url) == ["http://b.test/2"])
        #expect(reply.search?.wasDenied == true)
    }

    @Test("A search passes over hosts that the runner has", arguments: DatabaseFactory.all)
    func hasAlready(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"))
        try one.hosts()
        let reply = try one.open()
        #expect(reply.opened.isEmpty)
        #expect(reply.search?.wasDenied == false)
    }

    @Test("A host that another waits for is reported to the one that has it", arguments: DatabaseFactory.all)
    func wanted(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1", "http://b.test/1"))
        let two = try TestRunner(factory, pages("http://a.test/2"), beside: one, pid: 2)
        let hosts = try one.hosts()
        #expect(try one.beat().wanted.isEmpty)
        try two.open()
        #expect(try one.beat().wanted == [try #require(hosts["http://a.test"])])
        #expect(try two.beat().wanted.isEmpty)
    }

    @Test("A wish that is not renewed is forgotten", arguments: DatabaseFactory.all)
    func wishEnds(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"))
        let two = try TestRunner(factory, pages("http://a.test/2"), beside: one, pid: 2)
        let host = try one.host()
        try two.open()
        one.now += 30_000
        #expect(try one.beat().wanted.isEmpty)
        two.now += 30_000
        try two.open()
        #expect(try one.beat().wanted == [host])
    }

    @Test("A host that is given back goes to the one that waits", arguments: DatabaseFactory.all)
    func handover(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(3))
        let two = try TestRunner(factory, pages("http://a.test/other"), beside: one, pid: 2)
        let host = try one.host()
        try two.open()
        try one.take(host) { $0.release = .always }
        #expect(try one.open().search?.wasDenied == true)
        #expect(try two.open().taken.flatMap(\.pages).map(\.url) == ["http://a.test/other"])
        #expect(try one.beat().wanted.isEmpty)
    }

    @Test("The next runner hears when a host was given back", arguments: DatabaseFactory.all)
    func lastStart(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(3))
        let two = try TestRunner(factory, pages("http://a.test/other"), beside: one, pid: 2)
        let opened = try #require(try one.open(pages: 0).opened.first)
        #expect(opened.record.lastStartedAt == nil)
        one.now = 7_000
        try one.take(opened.host) { $0.release = .always }
        two.now = 8_000
        #expect(try two.open().opened.first?.record.lastStartedAt == 7_000)
    }

    @Test("Hosts of a process that ended are freed with a sign of life", arguments: DatabaseFactory.all)
    func freed(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"))
        let two = try TestRunner(factory, pages("http://a.test/2"), beside: one, pid: 2)
        try one.hosts()
        one.processes.kill(1)
        #expect(try two.open().search?.wasDenied == true)
        try two.beat()
        #expect(try two.open().search?.wasDenied == true)
        try two.beat(freesHosts: true)
        #expect(try two.open().taken.flatMap(\.pages).map(\.url) == ["http://a.test/2"])
    }

    @Test("The lease of a process that nobody sees runs out", arguments: DatabaseFactory.all)
    func runsOut(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"), namespace: "elsewhere")
        let two = try TestRunner(factory, pages("http://a.test/2"), beside: one, pid: 2)
        try one.hosts()
        try two.listen(milliseconds: factory.silence.least - 1_000)
        #expect(try two.open().search?.wasDenied == true)
        try two.listen(milliseconds: factory.silence.most - factory.silence.least + 1_000)
        #expect(try two.open().taken.flatMap(\.pages).map(\.url) == ["http://a.test/2"])
    }

    @Test("A sign of life keeps a lease", arguments: DatabaseFactory.all, [true, false])
    func renewed(_ factory: DatabaseFactory, byTurn: Bool) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"), namespace: "elsewhere")
        let two = try TestRunner(factory, pages("http://a.test/2"), beside: one, pid: 2)
        try one.hosts()
        let (step, rest) = (factory.silence.least - 10_000, Int64(1_000))
        try two.listen(milliseconds: step)
        one.now = two.now
        if byTurn { try one.beat() } else { try one.store.renew(now: one.now) }
        try two.listen(milliseconds: factory.silence.least - rest)
        #expect(try two.open().search?.wasDenied == true)
    }

    /// What a runner calls.
    enum Call: CaseIterable {
        case turn
        case turnWithBeat
        case renewal
    }

    @Test("A runner that comes back too late is refused", arguments: DatabaseFactory.all, Call.allCases)
    func late(_ factory: DatabaseFactory, _ call: Call) throws {
        let one = try TestRunner(factory, pages("http://a.test/1"), namespace: "elsewhere")
        let page = try #require(try one.open().taken.first?.pages.first)
        let two = try TestRunner(factory, pages("http://b.test/2"), beside: one, pid: 2)
        try two.listen(milliseconds: factory.silence.most)
        let kind = failure {
            switch call {
            case .turn: _ = try one.record([outcome(page)])
            case .turnWithBeat:
                _ = try one.turn {
                    $0.record.outcomes = [[outcome(page)]]
                    $0.beat = TurnBeat(activity: RunActivity(), freesHosts: false)
                }
            case .renewal: try one.store.renew(now: one.now)
            }
        }
        #expect(kind == .alreadyRunning)
        // Nothing of what it said is there, and its page can be taken again.
        one.now = two.now
        #expect(try one.states() == ["http://a.test/1": .pending])
        #expect(try one.record().progress.done == 0)
        let next = try one.successor()
        #expect(try next.drain() == ["http://a.test/1"])
    }

    @Test("A runner that comes back too late takes nothing", arguments: DatabaseFactory.all)
    func lateTake(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(4), namespace: "elsewhere")
        let host = try one.host()
        let other = try TestRunner(factory, pages("http://b.test/2"), beside: one, pid: 2)
        try other.listen(milliseconds: factory.silence.most)
        let next = try one.successor()
        #expect(try next.open().taken.flatMap(\.pages).count == 4)
        #expect(failure { try one.take(host) } == .alreadyRunning)
        #expect(failure { try one.open() } == .alreadyRunning)
    }

    @Test(
        "A run is had by one runner where runners do not share it",
        arguments: DatabaseFactory.all.filter { !$0.sharesRuns })
    func oneRun(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(1))
        #expect(failure { try one.successor() } == .alreadyRunning)
        try one.database.port.write { try $0.releaseRun(one.run) }
        #expect(try one.successor(pid: 8).record().runner != one.runner)
    }

    @Test("A runner that leaves gives back its hosts and its run", arguments: DatabaseFactory.all)
    func leaves(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(2))
        try one.hosts()
        try one.database.port.write { try $0.removeRunner(one.runner, now: 3_000) }
        #expect(try one.record().runner == nil)
        let next = try one.successor()
        #expect(try next.open().opened.first?.record.lastStartedAt == 3_000)
    }
}
