import CrawlCore
import HeapModule
import Testing

@testable import Authentication

/// An hour of simulated time with 200 requests at once, against a server whose tokens last five minutes.
struct TokenHourTests {
    @Test
    func
        `200 requests at once for an hour ask for a token of five minutes fifteen times, and none is refused`()
    {
        var hour = Hour(workers: 200)
        hour.run(until: 3_600_000)

        #expect(hour.tokenRequests == 15)
        #expect(hour.refusals == 0)
        #expect(hour.mostTokenRequestsAtOnce == 1)
        #expect(hour.answers > 600_000)
    }

    @Test
    func `a token that is revoked under 200 requests is asked for once more, and every request is answered`()
    {
        var hour = Hour(workers: 200)
        hour.revokedAt = 100_000
        hour.run(until: 200_000)

        #expect(hour.tokenRequests == 2)
        // Those that were under way; each was sent once more.
        #expect((1...400).contains(hour.refusals))
        #expect(hour.failures == 0)
        #expect(hour.mostTokenRequestsAtOnce == 1)
    }

    @Test func `a server that refuses every token is asked for three more in an hour`() {
        var hour = Hour(workers: 200)
        hour.refusesAll = true
        hour.run(until: 3_600_000)

        #expect(hour.tokenRequests == 4)
        #expect(hour.answers == 0)
    }
}

/// Requests that take 0.3 to 1.2 s, each followed by another, and a server of tokens that takes 0.2 s.
private struct Hour {
    private struct Event: Comparable {
        let at: Int64
        let order: Int
        let kind: Kind

        enum Kind {
            /// A worker begins its next request, or sends it again.
            case start(worker: Int, refusals: Int)
            case answer(worker: Int, refusals: Int, generation: Int, issuedAt: Int64)
            case token
        }

        static func < (one: Event, other: Event) -> Bool { (one.at, one.order) < (other.at, other.order) }
        static func == (one: Event, other: Event) -> Bool { one.order == other.order }
    }

    private var life = TokenLife(retry: RetryPolicy())
    private var events = Heap<Event>()
    private var order = 0
    private var now: Int64 = 0
    private var waiting: [(worker: Int, refusals: Int)] = []
    private var issuedAt: Int64 = 0
    private var tokenRequestsUnderWay = 0
    private var random = SystemRandomNumberGenerator()

    var revokedAt: Int64?
    var refusesAll = false
    private(set) var tokenRequests = 0
    private(set) var mostTokenRequestsAtOnce = 0
    private(set) var answers = 0
    private(set) var refusals = 0
    private(set) var failures = 0

    init(workers: Int) {
        for worker in 0..<workers { add(.start(worker: worker, refusals: 0), after: 0) }
    }

    private mutating func add(_ kind: Event.Kind, after wait: Int64) {
        order += 1
        events.insert(Event(at: now + wait, order: order, kind: kind))
    }

    mutating func run(until end: Int64) {
        while let event = events.popMin(), event.at < end {
            now = event.at
            switch event.kind {
            case .start(let worker, let refusals): start(worker, refusals)
            case .answer(let worker, let refusals, let generation, let issuedAt):
                answer(worker, refusals, generation, issuedAt)
            case .token:
                tokenRequestsUnderWay -= 1
                issuedAt = now
                life.answered(
                    .granted(TokenGrant(text: "t", expiresIn: 300)), now: now, fraction: 1)
                let released = waiting
                waiting = []
                for (worker, refusals) in released { start(worker, refusals) }
            }
        }
    }

    private mutating func start(_ worker: Int, _ refusals: Int) {
        switch life.need(now: now) {
        case .use:
            add(
                .answer(
                    worker: worker, refusals: refusals, generation: life.generation, issuedAt: issuedAt),
                after: Int64.random(in: 300...1200, using: &random))
        case .wait: waiting.append((worker, refusals))
        case .ask:
            waiting.append((worker, refusals))
            tokenRequests += 1
            tokenRequestsUnderWay += 1
            mostTokenRequestsAtOnce = max(mostTokenRequestsAtOnce, tokenRequestsUnderWay)
            add(.token, after: 200)
        case .fail:
            failures += 1
            add(.start(worker: worker, refusals: 0), after: 1000)
        }
    }

    /// The server looks at the token as it answers, so a request may outlive its token.
    private mutating func answer(_ worker: Int, _ refusals: Int, _ generation: Int, _ issuedAt: Int64) {
        let isRevoked = revokedAt.map { issuedAt < $0 && now >= $0 } ?? false
        guard refusesAll || isRevoked || now >= issuedAt + 300_000 else {
            answers += 1
            life.accepted(generation: generation, refusals: refusals)
            return add(.start(worker: worker, refusals: 0), after: 0)
        }
        self.refusals += 1
        switch life.refused(generation: generation, refusals: refusals, now: now) {
        case .again: start(worker, refusals + 1)
        case .fails:
            failures += 1
            add(.start(worker: worker, refusals: 0), after: 1000)
        }
    }
}
