import CrawlCore
import Testing
import TrawlStore

/// Limits of a job hold over all runners of a run.
@Suite(.timeLimit(.minutes(15)))
struct SharedBudgetTests {
    private static let list = pages(60, of: "http://a.test") + pages(60, of: "http://b.test")

    private func ask(
        _ runner: TestRunner, claimed: Int = 0, wanted: Int = 0
    ) throws -> RunBudget.Allotment {
        var wish = BudgetRequest()
        (wish.asks, wish.claimed, wish.wanted) = (true, claimed, wanted)
        return try #require(try runner.turn { $0.budget = wish }.budget?.allotment)
    }

    @Test("What is allotted is never more than the limit", arguments: SharedRunTests.databases)
    func allots(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { $0.limits.pages = 20 }
        #expect(one.store.goAge != nil)
        // Alone, a runner gets what it wants.
        #expect(try ask(one, wanted: 12).pages == 12)
        let two = try one.successor()
        var allotted: [Int64] = [12, 0]
        for _ in 0..<20 {
            allotted[1] = try ask(two, claimed: Int(allotted[1]), wanted: 100).pages
            allotted[0] = try ask(one, claimed: Int(allotted[0]), wanted: 100).pages
            #expect(allotted[0] + allotted[1] <= 20)
        }
        #expect(allotted[0] + allotted[1] == 20)
        // What one does not need, the other gets.
        #expect(try ask(one).pages == 0)
        for _ in 0..<20 { allotted[1] = try ask(two, claimed: Int(allotted[1]), wanted: 100).pages }
        #expect(allotted[1] == 20)
    }

    @Test("The limit is met once all that was allotted is settled", arguments: SharedRunTests.databases)
    func spends(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { $0.limits.pages = 4 }
        let first = try one.open(limit: 1).taken.flatMap(\.pages)
        let two = try one.successor()
        let second = try two.open().taken.flatMap(\.pages)
        try one.record(first.prefix(3).map { outcome($0) { $0.response.sizeDownload = 10 } })
        #expect(try !ask(one).isSpent)
        try two.record([outcome(second[0], .failed(.dns)) { $0.response.sizeDownload = 5 }])
        #expect(try ask(one) == RunBudget.Allotment(pages: 3, isSpent: true, bytes: 35))
        #expect(try ask(two, wanted: 9) == RunBudget.Allotment(pages: 1, isSpent: true, bytes: 35))
    }

    @Test("What a runner that is gone has not used goes to the others", arguments: SharedRunTests.databases)
    func frees(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { $0.limits.pages = 10 }
        let page = try #require(try one.open(limit: 1).taken.first?.pages.first)
        #expect(try ask(one, wanted: 10).pages == 10)
        try one.record([outcome(page)])
        let two = try one.crash()
        // Alone again, it begins another go.
        #expect(try ask(two, wanted: 100).pages == 10)
        let three = try two.successor(pid: 10)
        #expect(try ask(three, wanted: 100).pages == 0)
        two.processes.kill(two.process.current.pid)
        try three.beat(freesHosts: true)
        #expect(try ask(three, wanted: 100).pages == 10)
    }

    @Test("Starts are given to one runner each", arguments: SharedRunTests.databases)
    func starts(_ factory: DatabaseFactory) throws {
        let one = try TestRunner(factory, Self.list) { $0.rate.total = .seconds(1) }
        let two = try one.successor()
        var wish = BudgetRequest()
        wish.starts = 10
        var given: [(count: Int, from: MonotonicInstant)] = []
        for runner in [one, two, one, two] {
            given.append(try #require(try runner.turn { $0.budget = wish }.budget?.starts))
        }
        // Each has a share of what it wants, as there are two; behind what the others have.
        #expect(given.map(\.count) == [5, 5, 5, 5])
        #expect(given[2].from - given[0].from == .seconds(10))
        #expect(given[3].from - given[1].from == .seconds(10))
        // The two have read the server's clock one after the other.
        #expect(given[1].from - given[0].from > .seconds(3))
        #expect(given[1].from - given[0].from < .seconds(7))
    }

    @Test("A job without limits shares nothing", arguments: DatabaseFactory.all)
    func sharesNothing(_ factory: DatabaseFactory) throws {
        #expect(try TestRunner(factory, pages(1)).store.goAge == nil)
    }
}
