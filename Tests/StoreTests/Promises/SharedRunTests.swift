import CrawlCore
import Testing
import TrawlStore

/// Several runners work on one run, where a database is for several machines.
@Suite(.timeLimit(.minutes(15)))
struct SharedRunTests {
    /// The databases that runners share runs in.
    static let databases = DatabaseFactory.all.filter(\.sharesRuns)

    private static let list = pages(4, of: "http://a.test") + pages(4, of: "http://b.test")

    @Test("Another runner joins, and every page is taken once", arguments: databases)
    func joins(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        #expect(Set(first.map(\.host)).count == 1)
        #expect(Set(first.map(\.id)).union(second.map(\.id)).count == 8)
        #expect(first.count + second.count == 8)
    }

    @Test("Hosts of the other runner are passed over, and not waited for", arguments: databases)
    func passesOver(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        try one.open(limit: 1)
        let reply = try one.successor().open(limit: 1)
        #expect(reply.opened.map(\.key) == ["http://b.test"])
        #expect(reply.search?.wasDenied == false)
    }

    @Test(
        "A runner that finds nothing hears whether others have something, and writes nothing",
        arguments: databases)
    func idles(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(2))
        let taken = try one.open().taken.flatMap(\.pages)
        let two = try one.successor()
        two.now += 1_000
        let reply = try two.turn {
            $0.record.elapsedMilliseconds = 700
            $0.search = HostSearch(after: nil, limit: 9, pages: 9, hosts: 0, leastShare: 1)
        }
        #expect(reply.search?.hasOthers == true)
        #expect(reply.search?.wasDenied == false)
        #expect(reply.search?.isLast == true)
        #expect(reply.counted.elapsedMilliseconds == 700)
        try one.database.execute(
            "SELECT 1 / count(*) FROM run_runners WHERE runner_id = \(two.runner.rawValue) AND commit_no = 0")
        // What it was at work is recorded with the next turn.
        try two.turn { $0.record.elapsedMilliseconds = 300 }
        try one.database.execute(
            "SELECT 1 / count(*) FROM run_runners WHERE runner_id = \(two.runner.rawValue) AND elapsed_ms = 1000"
        )
        try one.turn {
            $0.record.outcomes = [taken.map { outcome($0) }]
            var take = PageTake(taken[0].host, limit: 0)
            take.release = .always
            $0.takes = [take]
        }
        #expect(try two.open().search?.hasOthers == false)
    }

    @Test(
        "A runner that has less than its share wishes for hosts of those that have more", arguments: databases
    )
    func shares(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, (1...40).flatMap { pages(1, of: "http://h\($0).test") })
        try one.open()
        let runners = try (10...12).map { try one.successor(pid: $0) }
        // Ten for each; two at a time.
        for two in runners { #expect(try two.open().search?.wasDenied == true) }
        #expect(try one.beat().wanted.count == 6)
        // A wish is kept up as long as it is waited for, and others come to it.
        one.now += 2_500
        for two in runners {
            two.now += 2_500
            try two.open()
        }
        #expect(try one.beat().wanted.count == 12)
        one.now += 2_500
        #expect(try one.beat().wanted.count == 12)
        // What is given up for the others is theirs, and whoever else comes finds nothing.
        let hosts = try one.beat().wanted
        try one.turn { request in
            request.takes = hosts.map { host in
                var take = PageTake(host, limit: 0)
                take.release = .always
                return take
            }
        }
        #expect(try one.open().opened.isEmpty)
        for two in runners {
            two.now += 2_500
            #expect(try two.open().opened.count == 4)
        }
    }

    @Test("What each has counted adds up", arguments: databases)
    func counts(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.record(first.map { outcome($0) })
        try two.record(second.map { outcome($0, .failed(.dns)) })
        try one.expectCountersToFit()
        let progress = try one.record().progress
        #expect(progress.done == 4)
        #expect(progress.failed == 4)
        #expect(progress.requests == 8)
    }

    @Test("Time in which several were at work is counted once", arguments: databases)
    func elapses(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        for (runner, from, milliseconds) in [
            (one, 10_000, 5_000), (try one.successor(), 12_000, 6_000),
            (try one.successor(pid: 10), 13_000, 1_000),
            // After a pause.
            (try one.successor(pid: 11), 30_000, 1_000),
        ] {
            try runner.turn { $0.record.elapsedMilliseconds = Int64(milliseconds) }
            try one.database.execute(
                "UPDATE run_runners SET joined_at = \(from) WHERE runner_id = \(runner.runner.rawValue)")
        }
        #expect(try one.record().progress.elapsedMilliseconds == 9_000)
    }

    @Test("Both find a URL, and it is one page", arguments: databases)
    func findsTogether(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { $0.followLinks() }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        let link = DiscoveredURL("http://c.test/")
        try one.record([outcome(first[0], leadingTo: [link])])
        let reply = try two.record([outcome(second[0], leadingTo: [link])])
        #expect(reply.grown.pending == 0)
        #expect(try one.rows().count { $0.url == "http://c.test/" } == 1)
        try one.expectCountersToFit()
    }

    @Test("A runner finds pages of a host that the other gave back", arguments: databases)
    func findsForOthers(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages("http://a.test/1", "http://b.test/1")) { $0.followLinks() }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.turn { request in
            request.record.outcomes = [first.map { outcome($0) }]
            var take = PageTake(first[0].host, limit: 5)
            take.release = .ifEmpty
            request.takes = [take]
        }
        try two.record([outcome(second[0], leadingTo: [DiscoveredURL("http://a.test/2")])])
        #expect(try two.open().taken.flatMap(\.pages).map(\.url) == ["http://a.test/2"])
    }

    @Test("The run ends once, and both hear of it", arguments: databases)
    func endsOnce(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { spec in
            var onFinish = JobSpec.OnFinish()
            onFinish.exec = ["true"]
            spec.onFinish = onFinish
        }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.record(first.map { outcome($0) })
        #expect(try !one.store.finish(now: 5_000, pulse: {}))
        try two.record(second.map { outcome($0) })
        #expect(try two.store.finish(now: 6_000, pulse: {}))
        #expect(try one.store.finish(now: 7_000, pulse: {}))
        #expect(try one.record().finishedAt == 6_000)
        let told = try one.database.port.read { reader in
            (
                try reader.deliveries(of: one.run, by: one.runner),
                try reader.deliveries(of: one.run, by: two.runner)
            )
        }
        #expect(told.0.isEmpty)
        #expect(told.1.count == 1)
    }

    @Test("A runner that is gone leaves its hosts to the other", arguments: databases)
    func takesOver(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        let lost = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        try two.open()
        one.processes.kill(one.process.current.pid)
        two.now += 60_000
        try two.beat()
        let reply = try two.open()
        #expect(Set(reply.taken.flatMap(\.pages).map(\.id)) == Set(lost.map(\.id)))
        #expect(failure { try one.record(lost.map { outcome($0) }) } == .alreadyRunning)
        // It fails where they are not counted.
        try one.database.execute("SELECT 1 / count(*) FROM run_runners WHERE refused = 4")
        try two.expectCountersToFit()
    }

    @Test(
        "A runner elsewhere that is silent for long is shown as gone, and not removed", arguments: databases)
    func shown(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list)
        func gone(_ process: some ProcessTable) throws -> [RunnerID] {
            try one.database.port.read { try $0.goneRunners(process, now: 0) }
        }
        let elsewhere = Elsewhere(one.process.current)
        #expect(try gone(elsewhere).isEmpty)
        try one.database.execute("UPDATE runners SET beaten_at = beaten_at - 61000")
        #expect(try gone(elsewhere) == [one.runner])
        #expect(try gone(one.process).isEmpty)
        try one.database.port.write { try $0.reapRunners(elsewhere, now: 0) }
        try one.open()
    }

    /// A process of another machine.
    private struct Elsewhere: ProcessTable {
        let current: RunnerIdentity

        init(_ other: RunnerIdentity) {
            current = RunnerIdentity(
                bootID: "another", pidNamespace: other.pidNamespace, pid: other.pid,
                processStarted: other.processStarted)
        }

        func processStarted(pid: Int32) -> Int64? { nil }
    }

    @Test("A request that was going out as its runner ended is told to the other", arguments: databases)
    func interrupted(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(
            factory, [ImportedPage("POST", "http://a.test/1"), ImportedPage("http://b.test/1")])
        let page = try #require(try one.open(limit: 1).taken.flatMap(\.pages).first)
        try one.turn { $0.record.sending = [(page.id, page.batch)] }
        let two = try one.successor()
        #expect(try two.store.interruptedRequests().isEmpty)
        one.processes.kill(one.process.current.pid)
        two.now += 60_000
        #expect(try two.beat().interrupted.map(\.page.url) == ["http://a.test/1"])
    }
}

/// A run is ended, or its failures put back, while runners are at work on it.
@Suite(.timeLimit(.minutes(15)))
struct SharedRunCommandTests {
    @Test("A run that is abandoned ends for all runners", arguments: SharedRunTests.databases)
    func abandons(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(4, of: "http://a.test") + pages(4, of: "http://b.test")) {
            $0.followLinks()
        }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.record([outcome(first[0])])
        let command = try one.successor(pid: 11)
        #expect(try one.database.port.abandon(one.run, runner: command.runner, now: 9_000) == 7)
        #expect(
            failure { try one.record([outcome(first[1], leadingTo: [DiscoveredURL("http://c.test/")])]) }
                == .ended)
        #expect(failure { try two.record(second.map { outcome($0) }) } == .ended)
        #expect(failure { try two.open() } == .ended)
        #expect(try one.record().state == .finished)
        #expect(try one.rows().count == 8)
        try one.expectCountersToFit()
    }

    @Test("An abandonment that was cut short holds nobody up", arguments: SharedRunTests.databases)
    func abandonsHalf(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(2))
        let taken = try one.open().taken.flatMap(\.pages)
        try one.database.execute(
            "INSERT INTO deeds (run_id, deed, runner_id, at) SELECT id, 'abandon', 5, 0 FROM runs")
        #expect(try one.record(taken.map { outcome($0) }).counted.done == 2)
    }

    @Test("Pages that are put back are taken by whoever is at work", arguments: SharedRunTests.databases)
    func retries(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, pages(2, of: "http://a.test") + pages(2, of: "http://b.test"))
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        try two.open()
        try one.record(first.map { outcome($0, .failed(.dns)) })
        let run = one.run
        let retried = try one.database.port.write { try $0.retryFailed(run) }
        #expect(retried == 2)
        #expect(try one.take(first[0].host).pages.count == 2)
        try one.expectCountersToFit()
    }
}

/// What the server refuses fails its own page.
@Suite(.timeLimit(.minutes(15)))
struct RefusedOutcomeTests {
    @Test(
        "An outcome that the server refuses fails its page, and the others are kept",
        arguments: SharedRunTests.databases)
    func sifts(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(20)) { $0.followLinks() }
        let taken = try runner.open().taken.flatMap(\.pages)
        var generator = SystemRandomNumberGenerator()
        // Longer than an entry of an index may be, also compressed.
        let name = (0..<9_000).map { _ in String(UInt8.random(in: 0...35, using: &generator), radix: 36) }
            .joined()
        let reply = try runner.record(
            taken.enumerated().map { index, page in
                let host = [7, 13].contains(index) ? name : "b.test"
                return outcome(page, leadingTo: [DiscoveredURL("http://\(host)/\(index)")])
            })
        #expect(reply.counted.done == 18)
        #expect(reply.counted.failed == 2)
        #expect(reply.substitutes.map(\.page.id) == [taken[7].id, taken[13].id])
        let rows = try runner.rows()
        #expect(rows.filter { $0.state == .failed }.map(\.errorKind) == ["internal", "internal"])
        #expect(rows.count { $0.url.hasPrefix("http://b.test/") } == 18)
        try runner.expectCountersToFit()
        #expect(try runner.drain().count == 18)
    }
}

/// What a runner says of hosts that it does not have any more is refused.
@Suite(.timeLimit(.minutes(15)))
struct FenceTests {
    /// What has happened to the host since its page was taken.
    enum Change: String, CaseIterable {
        /// It was another's, and is the runner's again.
        case epoch = "UPDATE hosts SET epoch = epoch + 2"
        /// It is another's.
        case owner = "UPDATE hosts SET runner_id = 7, epoch = epoch + 1"
        /// The host has no owner.
        case nobody = "UPDATE hosts SET runner_id = NULL"
    }

    @Test(
        "A late word of a host is refused and counted", arguments: SharedRunTests.databases, Change.allCases)
    func refuses(_ factory: DatabaseFactory, _ change: Change) throws {
        let runner = try TestRunner(factory, pages(3))
        let taken = try runner.open().taken.flatMap(\.pages)
        try runner.record([outcome(taken[0])])
        try runner.database.execute(change.rawValue)
        let late = [outcome(taken[1]), outcome(taken[2], .retry(.reset, wait: .seconds(1)))]
        #expect(try runner.record(late).counted == RunProgress())
        #expect(try runner.rows().map(\.state) == [.done, .pending, .pending])
        try runner.expectCountersToFit()
        // It fails where the one is not counted.
        try runner.database.execute("SELECT 1 / count(*) FROM run_runners WHERE refused = 2")
    }

}
