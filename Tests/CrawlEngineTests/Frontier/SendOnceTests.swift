import CrawlCore
import Testing
import TrawlStore

@testable import CrawlEngine

/// Requests that are more than a GET: read when their turn comes, and noted before they go out where they must not do so twice.
struct SendOnceTests {
    private func start() throws -> FrontierHarness {
        let harness = try FrontierHarness(hasRequests: true)
        harness.find(OpenedHost(1), taken: [TakenPages(1, pages(1...3), more: .never)])
        harness.exchange()
        return harness
    }

    private func starting(_ ids: Int64..., in harness: FrontierHarness) {
        harness.frontier.note(
            .starting(ids.map { page($0) }, loop: 0))
    }

    private func stored(_ method: String, key: String? = nil) -> StoredRequest {
        StoredRequest(method: method, url: "http://h1.test/1", details: nil, idempotencyKey: key)
    }

    @Test("What is safe is sent as soon as it is read")
    func safe() throws {
        let harness = try start()
        starting(1, 2, 3, in: harness)
        #expect(harness.wait == 0)
        let request = try #require(harness.plan())
        #expect(request.requests.map(\.rawValue) == [1, 2, 3])
        #expect(request.record.sending.isEmpty)
        let messages = harness.answer {
            $0.requests = [nil, stored("PUT"), stored("POST", key: "key")]
        }
        #expect(messages.decisions == [1: "send", 2: "send PUT", 3: "send POST"])
        #expect(harness.frontier.sendOnce.isEmpty)
    }

    @Test("What must not go out twice is noted a turn before it is sent")
    func unsafe() throws {
        let harness = try start()
        starting(1, in: harness)
        _ = harness.plan()
        #expect(harness.answer { $0.requests = [stored("POST")] }.decisions.isEmpty)
        #expect(!harness.isDone)
        let request = try #require(harness.plan())
        #expect(request.record.sending.map(\.page.rawValue) == [1])
        #expect(request.record.sending.map(\.batch.rawValue) == [1])
        #expect(harness.answer().decisions == [1: "send POST"])
    }

    @Test("What was noted and did not go out is put back")
    func unsent() throws {
        let harness = try start()
        harness.frontier.note(.unsent([PageID(rawValue: 1)]))
        #expect(harness.plan()?.record.unsent.map(\.rawValue) == [1])
        harness.answer()
        #expect(harness.frontier.sendOnce.isEmpty)
    }

    @Test("A frontier that stops has nothing more sent")
    func stopping() throws {
        let harness = try start()
        starting(1, in: harness)
        _ = harness.plan()
        harness.answer { $0.requests = [stored("POST")] }
        starting(2, in: harness)
        harness.frontier.stop()
        // The database is asked for nothing.
        #expect(harness.plan() == nil)
        #expect(harness.answer().decisions == [1: "leave", 2: "leave"])
    }

    @Test("What cannot be composed is refused")
    func refused() throws {
        let harness = try start()
        starting(1, in: harness)
        _ = harness.plan()
        let broken = StoredRequest(
            method: "POST", url: "http://h1.test/", details: "no JSON", idempotencyKey: nil)
        #expect(harness.answer { $0.requests = [broken] }.decisions == [1: "refuse"])
    }

    @Test("After a crash what must not go out twice is settled, the rest waits again")
    func recover() throws {
        let harness = try FrontierHarness(hasRequests: true)
        harness.frontier.recover(
            [
                InterruptedRequest(page: page(1), details: nil),
                InterruptedRequest(page: page(2), details: #"{"retry":{"unsafe":true}}"#),
            ], now: harness.now)
        let record = try #require(harness.plan()).record
        #expect(record.outcomes.joined().map(\.page.id.rawValue) == [1])
        #expect(record.outcomes.joined().map(\.verdict) == [.failed(.cancelled)])
        #expect(record.unsent.map(\.rawValue) == [2])
    }
}
