import CrawlCore
import Testing
import TrawlStore

/// Requests that must not go out twice are noted before they do.
@Suite(.timeLimit(.minutes(15)))
struct SendOnceTests {
    private func start(_ factory: DatabaseFactory) throws -> (runner: TestRunner, taken: [ClaimedPage]) {
        let stored = ImportedRequest(method: "POST", details: #"{"body":"x"}"#, idempotencyKey: "key")
        let runner = try TestRunner(
            factory,
            [
                .page(
                    url: "http://a.test/1", hostKey: "http://a.test", name: nil, line: nil, request: stored),
                ImportedPage("POST", "http://a.test/2"), ImportedPage("http://a.test/3"),
            ])
        return (runner, try runner.open().taken[0].pages)
    }

    @Test("What requests send is read in the order of the question", arguments: DatabaseFactory.all)
    func requests(_ factory: DatabaseFactory) throws {
        let (runner, taken) = try start(factory)
        let requests = try runner.turn { $0.requests = [taken[2].id, taken[0].id, taken[1].id] }.requests
        #expect(
            requests == [
                nil,
                StoredRequest(
                    method: "POST", url: "http://a.test/1", details: #"{"body":"x"}"#, idempotencyKey: "key"),
                StoredRequest(method: "POST", url: "http://a.test/2", details: nil, idempotencyKey: nil),
            ])
    }

    @Test("A request that goes out cannot be taken", arguments: DatabaseFactory.all)
    func sending(_ factory: DatabaseFactory) throws {
        let (runner, taken) = try start(factory)
        try runner.turn { $0.record.sending = [(taken[0].id, taken[0].batch)] }
        #expect(try runner.row(taken[0].url).state == .sending)
        #expect(try runner.take(taken[0].host).pages.map(\.url) == ["http://a.test/2", "http://a.test/3"])
        try runner.expectCountersToFit()
        try runner.record([outcome(taken[0])])
        #expect(try runner.row(taken[0].url).state == .done)
        try runner.expectCountersToFit()
    }

    @Test("A request that did not go out after all waits again", arguments: DatabaseFactory.all)
    func unsent(_ factory: DatabaseFactory) throws {
        let (runner, taken) = try start(factory)
        try runner.turn { $0.record.sending = [(taken[0].id, taken[0].batch)] }
        try runner.turn { $0.record.unsent = [taken[0].id] }
        #expect(try runner.take(taken[0].host).pages.map(\.url).contains("http://a.test/1"))
        // What is settled, or was never noted, is left as it is.
        try runner.record([outcome(taken[1])])
        try runner.turn { $0.record.unsent = taken.map(\.id) }
        #expect(try runner.row(taken[1].url).state == .done)
        try runner.turn { $0.record.sending = [(taken[1].id, taken[1].batch)] }
        #expect(try runner.row(taken[1].url).state == .done)
    }

    @Test("A retry of what went out waits for its time", arguments: DatabaseFactory.all)
    func retried(_ factory: DatabaseFactory) throws {
        let (runner, taken) = try start(factory)
        try runner.turn { $0.record.sending = [(taken[0].id, taken[0].batch)] }
        try runner.record([outcome(taken[0], .retry(.httpStatus, wait: .seconds(2)))])
        #expect(try runner.row(taken[0].url).state == .pending)
        #expect(try runner.store.interruptedRequests().isEmpty)
    }

    @Test("After a crash those that were going out are known, and no others", arguments: DatabaseFactory.all)
    func interrupted(_ factory: DatabaseFactory) throws {
        let (runner, taken) = try start(factory)
        #expect(try runner.store.interruptedRequests().isEmpty)
        try runner.turn { $0.record.sending = taken.prefix(2).map { ($0.id, $0.batch) } }
        try runner.turn { $0.record.unsent = [taken[1].id] }
        let next = try runner.crash()
        let lost = try next.store.interruptedRequests()
        #expect(lost.map(\.page.url) == ["http://a.test/1"])
        #expect(lost.map(\.details) == [#"{"body":"x"}"#])
        #expect(lost.map(\.page.id) == [taken[0].id])
        #expect(lost.map(\.page.batch) == [taken[0].batch])
        // It is not taken by itself, but settled or put back by whoever goes on.
        #expect(try next.open().taken[0].pages.map(\.url) == ["http://a.test/2", "http://a.test/3"])
        try next.record([outcome(lost[0].page, .failed(.cancelled))])
        #expect(try next.row("http://a.test/1").state == .failed)
        try next.expectCountersToFit()
    }
}
