import CrawlCore
import Testing
import TrawlStore

/// A crash between any two calls loses nothing, and counts nothing twice.
@Suite(.timeLimit(.minutes(15)))
struct CrashTests {
    /// How many calls the work has.
    static let calls = 9

    /// A piece of work of every kind, call by call.
    ///
    /// - Parameter calls: after how many its process ends.
    /// - Returns: the runner, and how many pages it has been told are done.
    private func work(
        _ factory: DatabaseFactory, calls: Int
    ) throws -> (runner: TestRunner, done: Int64) {
        let list =
            pages(4) + pages(2, of: "http://b.test") + [ImportedPage("POST", "http://a.test/post")]
        let runner = try TestRunner(factory, list) {
            $0.followLinks()
            $0.batchSize = 2
        }
        var done: Int64 = 0
        var taken: [ClaimedPage] = []
        var links: [ClaimedPage] = []
        var made: ClaimedPage?
        let link = DiscoveredURL("http://a.test/link", depth: 1)
        let steps: [() throws -> Void] = [
            { taken = try runner.open().taken.flatMap(\.pages) },
            { done += try runner.record([outcome(taken[0])]).counted.done },
            {
                done += try runner.record([
                    outcome(taken[1], leadingTo: [link]),
                    outcome(taken[2], .retry(.reset, wait: .seconds(1))),
                ]).counted.done
            },
            {
                links = try runner.take(taken[0].host, limit: 5) { take in
                    take.taken = Set(taken.map(\.id))
                }.pages
            },
            { made = try runner.redirect(links[0], to: "http://c.test/").madePage },
            {
                let post = try #require(taken.first { $0.url.hasSuffix("post") })
                try runner.turn { $0.record.sending = [(post.id, post.batch)] }
            },
            {
                let made = try #require(made)
                done += try runner.record([outcome(made), outcome(links[0], .skipped(.duplicate))]).counted
                    .done
            },
            {
                try runner.turn {
                    var take = PageTake(taken[0].host, limit: 0)
                    take.release = .always
                    $0.takes = [take]
                }
            },
            { try runner.beat() },
        ]
        #expect(steps.count == CrashTests.calls)
        for step in steps.prefix(calls) { try step() }
        return (runner, done)
    }

    @Test("A crash between any two calls", arguments: DatabaseFactory.all, 0...CrashTests.calls)
    func crash(_ factory: DatabaseFactory, after calls: Int) throws {
        let (runner, done) = try work(factory, calls: calls)
        let before = try runner.states()
        let next = try runner.crash()
        #expect(try next.states() == before)
        #expect(try next.record().progress.done == done)
        try next.expectCountersToFit()
        // What was going out is known; everything else that is not settled can be taken again.
        let interrupted = try next.store.interruptedRequests()
        #expect(Set(interrupted.map(\.page.url)) == Set(before.filter { $0.value == .sending }.keys))
        try next.record(interrupted.map { outcome($0.page, .failed(.cancelled)) })
        let taken = try next.drain()
        #expect(taken.count == Set(taken).count)
        #expect(Set(taken) == Set(before.filter { $0.value == .pending }.keys))
        let progress = try next.record().progress
        #expect(progress.pending == 0)
        #expect(progress.done == done + Int64(taken.count))
        #expect(progress.done + progress.failed + progress.skipped == Int64(before.count))
        try next.expectCountersToFit()
    }

    @Test("A crash after a crash", arguments: DatabaseFactory.all)
    func again(_ factory: DatabaseFactory) throws {
        var runner = try TestRunner(factory, pages(6)) { $0.batchSize = 2 }
        for pid in 10...12 {
            let taken = try runner.open().taken[0].pages
            try runner.record([outcome(taken[0])])
            runner = try runner.crash(pid: Int32(pid))
        }
        #expect(try runner.drain() == [3, 4, 5].map { "http://a.test/\($0)" })
        #expect(try runner.record().progress.done == 6)
    }

    @Test("What the one before has said late counts no more", arguments: DatabaseFactory.all)
    func lateOutcome(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(2))
        let taken = try runner.open().taken[0].pages
        let next = try runner.crash()
        let again = try next.open().taken[0].pages
        #expect(again.map(\.id) == taken.map(\.id))
        #expect(failure { try runner.record(taken.map { outcome($0, .failed(.dns)) }) } == .alreadyRunning)
        try next.record(again.map { outcome($0) })
        #expect(try next.record().progress.done == 2)
        #expect(try next.record().progress.failed == 0)
    }
}
