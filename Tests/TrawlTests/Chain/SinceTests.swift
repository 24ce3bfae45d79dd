import Foundation
import Glibc
import LoopbackServer
import Synchronization
import Testing

/// What is new since the run before.
@Suite(.timeLimit(.minutes(15))) struct SinceTests {
    private let bench: Workbench
    private let state = Items()
    private let site: LoopbackServer

    /// Items by the instant of their last change, served in pages of two.
    private final class Items: Sendable {
        private struct State {
            var items: [(id: Int, at: String)] = (1...5).map { ($0, "2026-03-0\($0)T10:00:00Z") }
            var asked: [String] = []
            var isBroken = false
        }
        private let state = Mutex(State())
        var asked: [String] { state.withLock { $0.asked } }
        func set(_ id: Int, _ at: String) {
            state.withLock {
                $0.items.removeAll { $0.id == id }
                $0.items.append((id, at))
            }
        }
        func breakSecondPage(_ isBroken: Bool) { state.withLock { $0.isBroken = isBroken } }
        func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
            let query = URLComponents(string: request.target)?.queryItems ?? []
            let since = query.first { $0.name == "since" }?.value ?? ""
            let page = query.first { $0.name == "page" }?.value.flatMap { Int($0) } ?? 1
            return state.withLock { state in
                state.asked.append(request.target)
                if state.isBroken, page == 2 { return .status(404) }
                let found = state.items.filter { $0.at >= since }.sorted { $0.at > $1.at }
                let slice = found.dropFirst((page - 1) * 2).prefix(2)
                let list = slice.map { "{\"id\":\($0.id),\"m\":{\"at\":\"\($0.at)\"}}" }
                let next = found.count > page * 2 ? "\"/?since=\(since)&page=\(page + 1)\"" : "null"
                return .text(
                    "{\"data\":[\(list.joined(separator: ","))],\"next\":\(next)}", type: "application/json")
            }
        }
    }

    init() throws {
        bench = try Workbench()
        let state = state
        site = try LoopbackServer { state.answer($0) }
    }

    private func run(_ keys: String = "start: 2026-03-02", more: String = "") async throws -> Finished {
        try bench.write(
            """
            requests:
              - name: list
                url: "\(site.url("/"))"
                since: {json: "$.m.at", param: since, \(keys)}
                paginate: {next: {json: "$.next"}}
                items: "$.data[*]"
                item_key: "$.id"
            \(more)
            """, to: "api.yaml")
        return try await bench.trawl("run", "api.yaml")
    }

    private var firsts: [String] { state.asked.filter { !$0.contains("page=") } }

    @Test func `each run asks for what is newer than the largest value so far`() async throws {
        #expect(try await run().code == 0)
        #expect(try bench.value("SELECT count(1) FROM items") == 4)
        state.set(2, "2026-03-09T10:00:00Z")
        #expect(try await run().code == 0)
        // What was the largest comes again, as the server says "since" and not "after".
        #expect(try bench.value("SELECT count(1) FROM items") == 2)
        #expect(try await run().code == 0)
        #expect(try await run().code == 0)

        #expect(
            firsts == [
                "/?since=2026-03-02", "/?since=2026-03-05T10%3A00%3A00Z", "/?since=2026-03-09T10%3A00%3A00Z",
                "/?since=2026-03-09T10%3A00%3A00Z",
            ])
        #expect(
            try bench.value(
                "SELECT group_concat(key || ' ' || (value ->> '$.m.at'), ', ') FROM (SELECT * FROM current_items ORDER BY key)"
            )
                == "2 2026-03-09T10:00:00Z, 3 2026-03-03T10:00:00Z, 4 2026-03-04T10:00:00Z, 5 2026-03-05T10:00:00Z"
        )
        #expect(try bench.value("SELECT count(1) FROM item_changes WHERE change = 'gone'") == 0)
    }

    @Test func `an overlap is sent less, and makes no item two`() async throws {
        #expect(try await run("start: 2026-03-02, overlap: 36h").code == 0)
        #expect(try await run("start: 2026-03-02, overlap: 36h").code == 0)

        #expect(firsts == ["/?since=2026-03-02", "/?since=2026-03-03T22%3A00%3A00Z"])
        #expect(try bench.value("SELECT count(1) FROM current_items") == 4)
    }

    @Test func `a list that was not read whole is asked for again from where it began`() async throws {
        state.breakSecondPage(true)
        #expect(try await run().code != 0)
        state.breakSecondPage(false)
        #expect(try await run().code == 0)
        #expect(try await run().code == 0)

        #expect(
            firsts == ["/?since=2026-03-02", "/?since=2026-03-02", "/?since=2026-03-05T10%3A00%3A00Z"])
        #expect(try bench.value("SELECT count(1) FROM current_items") == 4)
    }

    @Test func `a run that goes on keeps what it began with`() async throws {
        #expect(try await run().code == 0)
        state.set(1, "2026-03-07T10:00:00Z")
        state.set(3, "2026-03-08T10:00:00Z")
        #expect(try await run(more: "limits: {pages: 1}").code == 8)
        state.set(4, "2026-03-09T10:00:00Z")
        let asked = state.asked.count
        #expect(try await run().code == 0)

        #expect(state.asked.count == asked + 1)
        #expect(state.asked.last == "/?since=2026-03-05T10:00:00Z&page=2")
        #expect(try await run().code == 0)
        #expect(firsts.last == "/?since=2026-03-08T10%3A00%3A00Z")
    }

    @Test func `a run that is killed again and again asks for what it began with`() async throws {
        let round = Mutex((number: 0, latch: LoopbackServer.Latch()))
        let asked = Mutex<[String]>([])
        // In each round twenty items that are newer than those before, in pages of two. The last pages wait for the round's last run.
        let site = try LoopbackServer { request in
            let query = URLComponents(string: request.target)?.queryItems ?? []
            let page = query.first { $0.name == "page" }?.value.flatMap { Int($0) } ?? 1
            let (number, latch) = round.withLock { ($0.number, $0.latch) }
            if page == 1 { asked.withLock { $0.append("\(number) \(query.first?.value ?? "-")") } }
            let list = (page * 2 - 1...page * 2).map { id in
                "{\"id\":\(number * 100 + id),\"at\":\(number * 1000 + id)}"
            }
            let next = page < 10 ? "\"/?page=\(page + 1)\"" : "null"
            let reply = LoopbackServer.Response.text(
                "{\"data\":[\(list.joined(separator: ","))],\"next\":\(next)}", type: "application/json"
            ).delayed(by: .milliseconds(2))
            return page > 7 ? reply.held(by: latch) : reply
        }
        try bench.write(
            """
            requests:
              - name: list
                url: "\(site.url("/"))"
                since: {json: "$.at", param: since, start: 0}
                paginate: {next: {json: "$.next"}}
                items: "$.data[*]"
                item_key: "$.id"
            """, to: "api.yaml")
        for number in 1...2 {
            round.withLock { $0 = (number, LoopbackServer.Latch()) }
            let before = site.counters.requests
            for threshold in [1, 3, 6, 8] {
                let run = try bench.start("run", "-q", "api.yaml")
                await site.wait { $0.requests >= before + threshold }
                run.signal(SIGKILL)
                #expect(try await run.finished().code == nil)
            }
            round.withLock { $0.latch.open() }
            try await bench.trawl("run", "-q", "api.yaml").expectSuccess()
            #expect(try bench.value("SELECT count(*) FROM items") == 20)
            #expect(try bench.value("SELECT count(DISTINCT key) FROM items") == 20)
        }

        #expect(Set(asked.withLock { $0 }) == ["1 0", "2 1020"])
        #expect(try bench.value("SELECT count(*) FROM runs") == 2)
        #expect(try bench.value("SELECT count(*) FROM current_items") == 40)
    }
}
