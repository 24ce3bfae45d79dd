import CrawlCore
import Testing
import TrawlStore

@testable import CrawlEngine

/// Pages that wait for a token, and the request for it on its way to a host of its own.
struct FrontierCredentialTests {
    private let get = StoredRequest(method: "GET", url: "http://h1.test/1", details: nil, idempotencyKey: nil)
    private let errand = TokenErrand(credential: 0, reading: .oauth)

    /// A frontier with the pages 1 to 3, which need a token of the host 9.
    private func start(_ change: (inout JobSpec) -> Void = { _ in }) throws -> FrontierHarness {
        let harness = try FrontierHarness(hasRequests: true) { spec in
            var oauth = OAuthCredential()
            oauth.tokenURL = "http://h9.test/token"
            oauth.clientID = "me"
            oauth.clientSecret = "secret"
            spec.request.auth = .oauth(oauth)
            change(&spec)
        }
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...3), more: .never)])
        harness.exchange()
        return harness
    }

    private func starting(_ ids: Int64..., in harness: FrontierHarness) -> [CrawlLoop.Message] {
        harness.frontier.note(.starting(ids.map { page($0) }, loop: 0))
        return harness.exchange { $0.requests = ids.map { _ in get } }
    }

    /// Has the store lease the host of the token.
    private func lease(_ harness: FrontierHarness) throws -> [CrawlLoop.Message] {
        let request = try #require(harness.plan())
        #expect(request.redirects.map(\.hostKey) == ["http://h9.test"])
        return harness.answer {
            $0.opened = [OpenedHost(9, isNamed: false)]
            $0.redirects = [.held(HostID(rawValue: 9))]
        }
    }

    private func answer(_ answer: TokenAnswer, in harness: FrontierHarness) -> [CrawlLoop.Message] {
        harness.frontier.note(
            .credentials(.answered(errand, answer, from: HostID(rawValue: 9), requests: 1)))
        return harness.exchange()
    }

    @Test func `pages wait for one token, and ask again for what they send once it is there`() throws {
        let harness = try start()
        #expect(starting(1, 2, in: harness).decisions == [1: "park", 2: "park"])
        #expect(harness.wait == 0)
        let sent = try lease(harness).requests
        #expect(sent.map(\.url) == ["http://h9.test/token"])
        #expect(sent.first?.page?.message?.method == "POST")
        #expect(starting(3, in: harness).decisions == [3: "park"])
        let released = answer(.granted(TokenGrant(text: "t", expiresIn: 300)), in: harness)
        #expect(released.released == [1, 2, 3])
        #expect(starting(1, 2, 3, in: harness).decisions == [1: "send GET", 2: "send GET", 3: "send GET"])
    }

    @Test func `another runner's host is waited for, and asked for once`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        #expect(harness.plan()?.redirects.count == 1)
        #expect(harness.answer { $0.redirects = [.taken] }.requests.isEmpty)
        #expect(try lease(harness).requests.count == 1)
        #expect(harness.plan()?.redirects.isEmpty != false)
    }

    @Test func `the host is kept until the token is there, and then given back`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        _ = try lease(harness)
        harness.frontier.hosts.touchAll()
        let kept = harness.plan(beat: true)?.takes.first { $0.host.rawValue == 9 }
        #expect(kept.map { $0.release == .never } != false)
        harness.answer()
        _ = answer(.granted(TokenGrant(text: "t")), in: harness)
        harness.frontier.hosts.touchAll()
        let given = harness.plan()?.takes.first { $0.host.rawValue == 9 }
        #expect(given?.release == .ifEmpty)
    }

    @Test func `a fault is waited out, and the turn that asks again comes by itself`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        _ = try lease(harness)
        let fault = TokenAnswer.failed(TokenFault(.unexpected, "no"))
        #expect(answer(fault, in: harness).released.isEmpty)
        #expect((1...1000).contains(harness.wait))
        harness.advance(1000)
        #expect(harness.wait == 0)
        #expect(harness.exchange().requests.map(\.url) == ["http://h9.test/token"])
        _ = answer(fault, in: harness)
        harness.advance(2000)
        #expect(harness.exchange().requests.count == 1)
        // The third is the last: the page asks again, and is told that there is none.
        #expect(answer(fault, in: harness).released == [1])
        #expect(starting(1, in: harness).decisions == [1: "refuse"])
    }

    @Test func `a host that is not to be asked is the end of the token`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        _ = try lease(harness)
        harness.frontier.note(.givenUp(HostID(rawValue: 9), "down"))
        let fault = TokenAnswer.failed(TokenFault(.hostUnavailable, "down", isFinal: true))
        #expect(answer(fault, in: harness).released == [1])
        #expect(starting(1, in: harness).decisions == [1: "refuse"])
    }

    @Test func `requests that are no page's are counted with the next outcome`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        _ = try lease(harness)
        _ = answer(.granted(TokenGrant(text: "t")), in: harness)
        harness.report([outcome(page(1)), outcome(page(2))])
        let recorded = harness.plan()?.record.outcomes.flatMap { $0 } ?? []
        #expect(recorded.map(\.requestsBesides) == [1, 0])
        #expect(recorded.map(\.requests) == [1, 1])
    }

    @Test func `a page that was refused is sent again, and settled where that did not help`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        _ = try lease(harness)
        _ = answer(.granted(TokenGrant(text: "t")), in: harness)
        func refuse(_ generation: Int, _ refusals: Int) -> [CrawlLoop.Message] {
            let access = RequestAccess(
                credential: 0, generation: generation, refusals: refusals, isRenewable: true)
            harness.frontier.note(
                .credentials(.refused(page(1), access, challenges: [], loop: 0)))
            return harness.exchange()
        }
        #expect(refuse(1, 0).released == [1])
        #expect(starting(1, in: harness).decisions == [1: "park"])
        _ = harness.exchange()
        _ = answer(.granted(TokenGrant(text: "u")), in: harness)
        #expect(refuse(2, 1).settled == [1])
    }

    @Test func `a frontier that stops asks for no token`() throws {
        let harness = try start()
        _ = starting(1, in: harness)
        harness.frontier.stop()
        #expect(harness.exchange().requests.isEmpty)
    }
}

extension [CrawlLoop.Message] {
    /// Pages that are to be admitted again, in order of their rows.
    fileprivate var released: [Int64] {
        flatMap { message -> [Int64] in
            if case .credentials(.release(let pages)) = message { pages.map(\.rawValue) } else { [] }
        }.sorted()
    }

    /// Pages that are to be settled with their refusal.
    fileprivate var settled: [Int64] {
        compactMap { message in
            if case .credentials(.settle(let page, _)) = message { page.rawValue } else { nil }
        }
    }
}
