import CrawlCore
import Testing

@testable import Authentication

/// When tokens are asked for, and what refusals and faults lead to. Times are milliseconds.
struct TokenLifeTests {
    private func life(attempts: Int = 3) -> TokenLife {
        var retry = RetryPolicy()
        retry.attempts = attempts
        return TokenLife(retry: retry)
    }

    private func granted(_ text: String, _ seconds: Int64? = 300) -> TokenAnswer {
        .granted(TokenGrant(text: text, expiresIn: seconds))
    }

    private func fault(isFinal: Bool = false) -> TokenAnswer {
        .failed(TokenFault(.unexpected, "no", isFinal: isFinal))
    }

    /// A life with a token that was asked for and granted at the start.
    private func held(_ seconds: Int64? = 300) -> TokenLife {
        var life = life()
        _ = life.need(now: 0)
        life.answered(granted("1", seconds), now: 0, fraction: 1)
        return life
    }

    @Test func `the first request asks, and the others wait for its answer`() {
        var life = life()
        #expect(life.need(now: 0) == .ask)
        #expect(life.need(now: 1) == .wait)
        life.answered(granted("1"), now: 100, fraction: 1)
        #expect(life.need(now: 100) == .use("1"))
    }

    @Test(
        arguments: [
            (300, 240_000), (3600, 3_540_000), (100, 80_000), (nil, 3_540_000), (20, 16_000),
            // A token that ends at once serves those that wait, and is good for ten seconds.
            (0, 10_000), (-1, 10_000), (1, 10_000),
        ] as [(Int64?, Int64)])
    func `a token is renewed before it ends`(seconds: Int64?, at: Int64) {
        var life = held(seconds)
        #expect(life.need(now: at - 1) == .use("1"))
        #expect(life.need(now: at) == .ask)
    }

    @Test func `a life without end does not overflow`() {
        var life = held(.max)
        #expect(life.need(now: 1 << 37) == .use("1"))
    }

    @Test func `the life of a token counts from when it was asked for`() {
        var life = life()
        _ = life.need(now: 0)
        life.answered(granted("1"), now: 30_000, fraction: 1)
        #expect(life.need(now: 239_999) == .use("1"))
        #expect(life.need(now: 240_000) == .ask)
    }

    @Test func `a refused request has the token renewed, and a late one takes what there is`() {
        var life = held()
        #expect(life.refused(generation: 1, refusals: 0, now: 1000) == .again)
        #expect(life.need(now: 1000) == .ask)
        #expect(life.refused(generation: 1, refusals: 0, now: 1001) == .again)
        #expect(life.need(now: 1001) == .wait)
        life.answered(granted("2"), now: 1100, fraction: 1)
        #expect(life.refused(generation: 1, refusals: 0, now: 1200) == .again)
        #expect(life.need(now: 1200) == .use("2"))
    }

    @Test
    func
        `where a new token does not help, no refusal has it renewed for a while, and the third time for good`()
    {
        var life = held()
        var now: Int64 = 0
        var asked = 0
        // A page that is refused whatever its token, again and again for an hour.
        while now < 3_600_000 {
            if case .again = life.refused(generation: life.generation, refusals: 0, now: now) {
                if life.need(now: now) == .ask {
                    asked += 1
                    life.answered(granted("x"), now: now, fraction: 1)
                }
                #expect(
                    life.refused(generation: life.generation, refusals: 1, now: now)
                        == .fails("the new token was refused as well"))
            }
            now += 1000
        }
        #expect(asked == 3)
        guard case .fail(let fault) = life.need(now: now) else {
            Issue.record("the credential is not given up")
            return
        }
        #expect(fault.isFinal)
    }

    @Test func `a page that is refused for itself costs few tokens while others are accepted`() {
        var life = held(.max)
        var asked = 0
        for second in 0..<3600 {
            let now = Int64(second) * 1000
            life.accepted(generation: life.generation, refusals: 0)
            guard case .again = life.refused(generation: life.generation, refusals: 0, now: now) else {
                continue
            }
            if life.need(now: now) == .ask {
                asked += 1
                life.answered(granted("x", .max), now: now, fraction: 1)
            }
            _ = life.refused(generation: life.generation, refusals: 1, now: now)
        }
        // At 0, 10, 30, 70, 150, 310, 630 s and then every ten minutes.
        #expect(asked == 11)
        #expect(life.need(now: 3_600_000) == .use("x"))
    }

    @Test func `a revoked token is renewed once, and after that again as often as one is revoked`() {
        var life = held(.max)
        for round in 1...20 {
            let now = Int64(round) * 60_000
            #expect(life.refused(generation: life.generation, refusals: 0, now: now) == .again)
            #expect(life.need(now: now) == .ask)
            life.answered(granted("\(round)", .max), now: now, fraction: 1)
            life.accepted(generation: life.generation, refusals: 1)
        }
    }

    @Test
    func `a server that fails is asked again after a wait, as often as the job says, and then left alone`() {
        var life = life()
        #expect(life.need(now: 0) == .ask)
        life.answered(fault(), now: 0, fraction: 1)
        #expect(life.due == 1000)
        #expect(life.need(now: 999) == .wait)
        #expect(life.need(now: 1000) == .ask)
        life.answered(fault(), now: 1000, fraction: 1)
        #expect(life.due == 3000)
        #expect(life.need(now: 3000) == .ask)
        life.answered(fault(), now: 3000, fraction: 1)
        #expect(life.due == nil)
        #expect(life.need(now: 12_999) == .fail(TokenFault(.unexpected, "no")))
        #expect(life.need(now: 13_000) == .ask)
        // After that one request a pause.
        life.answered(fault(), now: 13_000, fraction: 1)
        #expect(life.need(now: 32_999) == .fail(TokenFault(.unexpected, "no")))
        #expect(life.need(now: 33_000) == .ask)
        life.answered(granted("1"), now: 33_000, fraction: 1)
        #expect(life.need(now: 33_000) == .use("1"))
    }

    @Test func `a server that is down for a day is asked some hundred times`() {
        var life = life()
        var asked = 0
        for second in 0..<86_400 where life.need(now: Int64(second) * 1000) == .ask {
            asked += 1
            life.answered(fault(), now: Int64(second) * 1000, fraction: 1)
        }
        #expect((140...160).contains(asked), "\(asked)")
    }

    @Test func `a server that says no is not asked again`() {
        var life = life()
        _ = life.need(now: 0)
        life.answered(fault(isFinal: true), now: 0, fraction: 1)
        #expect(life.need(now: .max / 2) == .fail(TokenFault(.unexpected, "no", isFinal: true)))
    }

    @Test func `a token that is still good is used while no newer one is to be had`() {
        var life = held()
        #expect(life.need(now: 240_000) == .ask)
        life.answered(fault(), now: 240_000, fraction: 1)
        #expect(life.need(now: 240_500) == .use("1"))
        #expect(life.need(now: 241_000) == .ask)
        life.answered(fault(isFinal: true), now: 241_000, fraction: 1)
        #expect(life.need(now: 299_999) == .use("1"))
        #expect(life.need(now: 300_000) == .fail(TokenFault(.unexpected, "no", isFinal: true)))
    }
}
