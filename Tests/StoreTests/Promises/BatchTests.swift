import CrawlCore
import Testing
import TrawlStore

/// Pages are taken in batches of the job's size, which are reported once.
@Suite(.timeLimit(.minutes(15)))
struct BatchTests {
    @Test("Batches have the job's size, over all hosts of a turn", arguments: DatabaseFactory.all)
    func size(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5) + pages(4, of: "http://b.test")) { $0.batchSize = 3 }
        let taken = try runner.open().taken.flatMap(\.pages)
        #expect(taken.count == 9)
        let sizes = Dictionary(grouping: taken, by: \.batch).mapValues(\.count)
        #expect(sizes.values.sorted() == [3, 3, 3])
        // In the order in which they were taken.
        #expect(zip(taken, taken.dropFirst()).allSatisfy { $0.batch.rawValue <= $1.batch.rawValue })
    }

    @Test("A turn fills no batch of the one before", arguments: DatabaseFactory.all)
    func turns(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(4)) { $0.batchSize = 100 }
        let host = try runner.host()
        let one = try runner.take(host, limit: 2)
        let two = try runner.take(host, limit: 2) { $0.taken = Set(one.pages.map(\.id)) }
        #expect(Set(one.pages.map(\.batch)).isDisjoint(with: two.pages.map(\.batch)))
    }

    @Test("A batch is reported once, when its last page is", arguments: DatabaseFactory.all)
    func finished(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(5)) { $0.batchSize = 4 }
        let taken = try runner.open().taken[0].pages
        func record(_ outcomes: [PageOutcome]) throws -> [BatchReport] {
            try runner.turn {
                $0.record.outcomes = [outcomes]
                $0.reportsBatches = true
            }.finished
        }
        runner.now = 3_500
        #expect(try record([outcome(taken[0]), outcome(taken[1], .failed(.dns))]).isEmpty)
        let rest = [
            outcome(taken[2], .skipped(.robots)), outcome(taken[3], .retry(.reset, wait: .seconds(1))),
        ]
        #expect(
            try record(rest) == [
                BatchReport(
                    number: 1, pages: 4, done: 1, failed: 1, skipped: 1, retried: 1, milliseconds: 2_500)
            ])
        #expect(try record([outcome(taken[0])]).isEmpty)
        #expect(try record([outcome(taken[4])]).map(\.number) == [2])
    }

    @Test("Batches are reported only where they are asked for", arguments: DatabaseFactory.all)
    func unasked(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1))
        #expect(try runner.record([outcome(try runner.open().taken[0].pages[0])]).finished.isEmpty)
    }

    @Test("Numbers go on where the runner before has left off", arguments: DatabaseFactory.all)
    func numbers(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(3)) { $0.batchSize = 1 }
        let host = try runner.host()
        try runner.take(host, limit: 2)
        let other = try TestRunner(factory, pages(1, of: "http://b.test"), beside: runner, pid: 2)
        try other.open()
        let next = try runner.crash()
        let taken = try next.open().taken[0].pages
        let finished = try next.turn {
            $0.record.outcomes = [taken.map { outcome($0) }]
            $0.reportsBatches = true
        }.finished
        #expect(finished.map(\.number) == [3, 4, 5])
        #expect(finished.map(\.pages) == [1, 1, 1])
    }

    @Test("A page that a redirect makes is of the batch of its page", arguments: DatabaseFactory.all)
    func redirects(_ factory: DatabaseFactory) throws {
        let runner = try TestRunner(factory, pages(1)) { $0.followLinks() }
        let start = try runner.open().taken[0].pages[0]
        let found = try runner.turn {
            $0.record.outcomes = [[outcome(start, leadingTo: [DiscoveredURL("http://a.test/link")])]]
            $0.takes = [PageTake(start.host, limit: 5)]
            $0.takes[0].isDue = false
        }.taken[0].pages[0]
        let made = try #require(try runner.redirect(found, to: "http://a.test/target").madePage)
        #expect(made.batch == found.batch)
        func record(_ outcomes: [PageOutcome]) throws -> [BatchReport] {
            try runner.turn {
                $0.record.outcomes = [outcomes]
                $0.reportsBatches = true
            }.finished
        }
        #expect(try record([outcome(found, .skipped(.duplicate))]).isEmpty)
        #expect(try record([outcome(made)]).map(\.pages) == [2])
    }
}
