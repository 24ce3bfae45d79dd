import TrawlStore
import CrawlCore
@testable import TrawlSQLite
import GRDB
import Testing

/// Long lists, whose pages are written host by host.
@Suite struct LongListTests {
    private let temporary: TemporaryStore
    private var store: SQLiteStore { temporary.store }

    init() throws { temporary = try TemporaryStore() }

    private func pages(_ urls: [String], name: String? = nil) -> [ImportedPage] {
        urls.enumerated().map { .page(url: $1, hostKey: hostKey($1), name: name, line: $0 + 1) }
    }

    /// Adds stretches to a run, and settles which pages are duplicates.
    @discardableResult
    private func add(_ stretches: [[ImportedPage]], to run: RunID) throws -> RunProgress {
        var importer = PageImporter(run: run)
        var added = RunProgress()
        for stretch in stretches { added.add(try importer.addStretch(stretch, to: store)) }
        added.add(try #require(try importer.settle(in: store) { true }))
        return added
    }

    /// A list with everything that a list may have, some of it twice.
    private func list(_ count: Int, seed: Int) -> [ImportedPage] {
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        return (0..<count).map { index in
            let host = "http://h\(random(7))"
            let url = "\(host)/\(random(count / 2))"
            switch random(12) {
            case 0:
                return .skipped(text: "::\(index)", reason: .invalidURL, name: nil, line: index, error: "no")
            case 1:
                return .failed(
                    text: "ftp://a/\(index)", kind: .unsupportedScheme, name: nil, line: index, error: "no")
            case 2: return .page(url: url, hostKey: host, name: "n\(random(3))", line: index)
            case 3, 4:
                let request = ImportedRequest(
                    method: "POST", details: "{\"json\": \(random(3))}", idempotencyKey: "\(index)")
                return .page(url: url, hostKey: host, name: nil, line: index, request: request)
            default: return .page(url: url, hostKey: host, name: nil, line: index)
            }
        }
    }

    /// What users see of a run's pages, in the order of the list.
    private func seen(_ run: RunID) throws -> [String] {
        let requests = Dictionary(
            uniqueKeysWithValues: try temporary.query("SELECT page_id, request FROM page_requests").map {
                ($0["page_id"] as Int64, $0["request"] as String?)
            })
        return try temporary.rows(run).map { row in
            let request = requests[row.page?.rawValue ?? 0] ?? nil
            return
                "\(row.url) \(row.name ?? "") \(row.line ?? 0) \(row.state) \(row.skipReason ?? "") \(row.input ?? "") \(request ?? "")"
        }
    }

    @Test(arguments: 1...5) func `a list comes to the same in one piece and in stretches`(seed: Int) throws {
        let list = list(600, seed: seed)
        let inputs = [3: "{\"a\": 1}", 250: "{\"a\": 2}"]
        let short = try temporary.beginImport(job: "short")
        var direct = PageImporter(run: short)
        let expected = try store.writing { try direct.add(list, inputs: inputs, in: $0) }

        let long = try temporary.beginImport(job: "long")
        var importer = PageImporter(run: long)
        var added = try store.writing { try importer.add(Array(list[..<100]), inputs: inputs, in: $0) }
        for start in stride(from: 100, to: 600, by: 200) {
            let part = Array(list[start..<min(start + 200, 600)])
            let said = start == 100 ? [150: "{\"a\": 2}"] : [:]
            added.add(try importer.addStretch(part, inputs: said, to: store))
        }
        added.add(try #require(try importer.settle(in: store) { true }))
        for run in [short, long] { try store.writing { try $0.finishImport(run) } }

        #expect(added == expected)
        #expect(try temporary.run(long).progress == expected)
        #expect(try seen(long) == seen(short))
        #expect(try store.check() == [])
    }

    @Test func `the pages of a host lie together, in the order of the list`() throws {
        let run = try temporary.beginImport()
        let urls = (0..<60).map { "http://h\($0 % 3)/\($0)" }

        try add([pages(urls)], to: run)

        let stored = try temporary.query("SELECT url FROM pages ORDER BY id").map { $0["url"] as String }
        #expect(stored == (0..<3).flatMap { host in urls.filter { $0.hasPrefix("http://h\(host)/") } })
        #expect(try temporary.rows(run).map(\.url) == urls)
        #expect(try temporary.claim("http://h1", of: run, limit: 3).map(\.url) == [1, 4, 7].map { urls[$0] })
    }

    @Test func `results go on behind any page, in the order of the list`() throws {
        let run = try temporary.beginImport()
        let urls = (0..<40).map { "http://h\($0 % 3)/\($0)" }
        try temporary.add(Array(urls[..<10]), to: run)
        try add([pages(Array(urls[10..<25])), pages(Array(urls[25..<35]))], to: run)
        try temporary.add(Array(urls[35...]), to: run)

        let all = try temporary.rows(run)
        #expect(all.map(\.url) == urls)
        for (place, row) in all.enumerated() {
            var rows: [String] = []
            try store.reading { transaction in
                try transaction.forEachResult(of: run, .all, after: row.page, limit: 7) {
                    rows.append($0.url)
                }
            }
            #expect(rows == Array(urls[(place + 1)...].prefix(7)))
        }
    }

    @Test func `failed results of a long list are those alone, in its order`() throws {
        let run = try temporary.beginImport()
        let urls = (0..<30).map { "http://h\($0 % 3)/\($0)" }
        try add([pages(urls)], to: run)
        try temporary.execute(
            "UPDATE pages SET state = 'failed', error_kind = 'dns' WHERE line IN (3, 8, 9, 30)")

        let failed = try temporary.rows(run, .failed)

        #expect(failed.map(\.line) == [3, 8, 9, 30])
        #expect(try temporary.rows(run, .settled).map(\.line) == [3, 8, 9, 30])
    }

    @Test func `of runs that are filled in turns each has its own pages, in the order of its list`() throws {
        let one = try temporary.beginImport(job: "one")
        let two = try temporary.beginImport(job: "two")
        let urls = (0..<20_000).map { "http://h\($0 % 5)/\($0)" }
        var first = PageImporter(run: one)
        var second = PageImporter(run: two)

        _ = try first.addStretch(pages(Array(urls[..<10_000])), to: store)
        _ = try second.addStretch(pages(urls), to: store)
        _ = try first.addStretch(pages(Array(urls[10_000...])), to: store)
        _ = try first.settle(in: store) { true }
        _ = try second.settle(in: store) { true }
        for run in [one, two] {
            try store.writing { try $0.finishImport(run) }
        }

        #expect(try temporary.rows(one).map(\.url) == urls)
        #expect(try temporary.rows(two).map(\.url) == urls)
        #expect(try store.check() == [])
    }

    @Test func `a request whose key another one has is new all the same, and known again`() throws {
        let run = try temporary.beginImport()
        let mine = URLKey(method: "GET", url: "http://a/mine").rawValue
        try temporary.execute(
            """
            INSERT INTO pages (run_id, url_key, url) VALUES (\(run.rawValue), \(mine), 'http://a/other');
            INSERT INTO page_keys (run_id, url_key, page_id) VALUES (\(run.rawValue), \(mine), last_insert_rowid());
            """)

        let added = try add([pages(["http://a/mine", "http://a/2", "http://a/mine"])], to: run)

        #expect(added.pending == 2 && added.skipped == 1)
        let key = try temporary.value(
            "SELECT url_key FROM pages WHERE url = 'http://a/mine' AND state = 'pending'", as: Int64.self)
        #expect(key == URLKey(method: "GET", url: "http://a/mine", salt: 1).rawValue)
        try temporary.execute("DELETE FROM pages WHERE url = 'http://a/other'")
        #expect(try temporary.value("SELECT count(*) FROM page_keys", as: Int.self) == 2)
    }

    @Test func `an import that is ended while its duplicates are looked for has no result`() throws {
        let run = try temporary.beginImport()
        var importer = PageImporter(run: run)
        _ = try importer.addStretch(pages(["http://a/1", "http://a/1"]), to: store)

        #expect(try importer.settle(in: store) { false } == nil)

        while try store.writing({ try $0.discardImport(run, limit: 10) }) {}
        let left = "SELECT (SELECT count(*) FROM pages) + (SELECT count(*) FROM page_keys)"
        #expect(try temporary.value(left, as: Int.self) == 0)
        #expect(try store.check() == [])
    }

    @Test func `what is deleted of a long list leaves no order behind`() throws {
        let urls = (0..<30).map { "http://h\($0 % 3)/\($0)" }
        let cut = try temporary.beginImport(job: "cut")
        try add([pages(urls)], to: cut)
        let whole = try temporary.beginImport(job: "whole")
        try add([pages(urls)], to: whole)

        #expect(try temporary.value("SELECT count(*) FROM page_orders", as: Int.self) == 2)
        while try store.writing({ try $0.discardImport(cut, limit: 10) }) {}
        try temporary.execute("PRAGMA foreign_keys = OFF; DELETE FROM jobs WHERE name = 'whole'")

        let left =
            "SELECT (SELECT count(*) FROM pages) + (SELECT count(*) FROM page_keys) + (SELECT count(*) FROM page_orders)"
        #expect(try temporary.value(left, as: Int.self) == 0)
    }

    @Test func `pages in ranges are claimed before others, each once, in the order of the list`() throws {
        let run = try temporary.beginImport()
        let urls = (0..<200).map { "http://h\($0 % 2)/\($0)" }
        try temporary.add(["http://h0/first"], to: run)
        try add([pages(Array(urls[..<100])), pages(Array(urls[100...]))], to: run)
        try store.writing { try $0.finishImport(run) }
        #expect(try temporary.value("SELECT count(*) FROM waiting_ranges", as: Int.self) == 4)

        var position: FrontierPosition?
        var claimed: [ClaimedPage] = []
        repeat {
            claimed += try temporary.claim(
                "http://h0", of: run, limit: 7, claimed: Set(claimed.map(\.id)), from: &position)
        } while position != nil

        #expect(claimed.map(\.url) == urls.filter { $0.hasPrefix("http://h0/") } + ["http://h0/first"])
        #expect(try store.check() == [])
        try temporary.record(claimed.map { outcome($0) }, of: run)
        try store.writing { try $0.release(claimed[0].host, now: 0) }
        #expect(try temporary.value("SELECT count(*) FROM waiting_ranges", as: Int.self) == 2)
        #expect(try temporary.claim("http://h0", of: run).isEmpty)
        #expect(try temporary.claim("http://h1", of: run).count == 100)
    }

    @Test(arguments: 1...4) func `whatever comes of pages in ranges, each is settled once`(seed: Int) throws {
        let run = try temporary.beginImport()
        let urls = (0..<300).map { "http://h\($0 % 3)/\($0 % 270)" }
        try add([pages(Array(urls[..<200])), pages(Array(urls[200...]))], to: run)
        try store.writing { try $0.finishImport(run) }
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var now: Int64 = 1
        var positions: [String: FrontierPosition] = [:]
        var underWay: [String: [ClaimedPage]] = [:]
        var settled: [String] = []
        while try store.reading({ try $0.hasPending(run) }) {
            now += 1
            let waiting = try store.reading { try $0.waitingHosts(of: run, after: nil, limit: 10) }
            let host = "http://h\(random(3))"
            var pages = underWay[host] ?? []
            // As after a kill: what was under way is pending, and nobody knows where the claims were.
            if random(20) == 0 { (pages, positions[host]) = ([], nil) }
            // As where a host has grown.
            if random(5) == 0 { positions[host] = nil }
            var position = positions[host]
            pages += try temporary.claim(
                host, of: run, now: now, limit: 1 + random(30), claimed: Set(pages.map(\.id)), from: &position
            )
            positions[host] = position
            var outcomes: [PageOutcome] = []
            for _ in 0..<random(40) where !pages.isEmpty {
                let page = pages.remove(at: random(pages.count))
                switch random(6) {
                case 0: outcomes.append(outcome(page, .retry(.reset, wait: .milliseconds(random(3)))))
                case 1:
                    try store.writing { transaction in
                        try transaction.markSending(page.id, batch: page.batch)
                        try transaction.markUnsent(page.id)
                    }
                default:
                    outcomes.append(outcome(page))
                    settled.append(page.url)
                }
            }
            try temporary.record(outcomes, of: run, now: now)
            underWay[host] = pages
            if pages.isEmpty || random(20) == 0 {
                // Given back: what was not settled is pending.
                try store.writing { try $0.release($0.host(host), now: now) }
                (underWay[host], positions[host]) = ([], nil)
            }
            #expect(!waiting.isEmpty)
            #expect(try store.check() == [])
        }

        #expect(settled.count == 270 && Set(settled).count == 270)
        #expect(try temporary.run(run).progress.done == 270)
        #expect(try store.reading { try $0.waitingHosts(of: run, after: nil, limit: 10) }.isEmpty)
        #expect(try temporary.value("SELECT count(*) FROM waiting_ranges", as: Int.self) == 0)
    }

    @Test func `what is left in the ranges of a host that is given back waits without them`() throws {
        let run = try temporary.beginImport()
        try add([pages((0..<40).map { "http://a/\($0)" })], to: run)
        try store.writing { try $0.finishImport(run) }
        let some = try temporary.claim("http://a", of: run, limit: 30)
        try store.writing { try $0.release(some[0].host, now: 0) }
        #expect(try temporary.value("SELECT count(*) FROM waiting_ranges", as: Int.self) == 1)

        let all = try temporary.claim("http://a", of: run)
        try temporary.record(all[..<35].map { outcome($0) }, of: run)
        try store.writing { try $0.release(some[0].host, now: 0) }

        #expect(try temporary.value("SELECT count(*) FROM waiting_ranges", as: Int.self) == 0)
        #expect(try temporary.claim("http://a", of: run).map(\.url) == all[35...].map(\.url))
        #expect(try store.check() == [])
    }

    @Test func `a host with a range waits, and has a page at once`() throws {
        let run = try temporary.beginImport()
        try temporary.add(["http://h1/x", "http://h2/x"], to: run)
        try add([pages((0..<40).map { "http://h\($0 % 2)/\($0)" })], to: run)
        let ids = try ["http://h0", "http://h1", "http://h2"].map { key in
            try #require(try store.reading { try $0.knownHost(key) })
        }

        let waiting = try store.reading { try $0.waitingHosts(of: run, after: nil, limit: 10) }

        #expect(waiting.map(\.host) == ids.sorted { $0.rawValue < $1.rawValue })
        #expect(waiting.map(\.notBefore) == [0, 0, 0])
        let times = try store.reading { transaction in
            [
                try transaction.nextRetry(of: ids[0], run: run, after: .min),
                try transaction.nextRetry(of: ids[0], run: run, after: 5),
            ]
        }
        #expect(times == [0, nil])
        #expect(try store.reading { try $0.standing(of: "http://h1", in: run) }?.pendingPages == 21)
    }

    @Test func `a page whose range is gone is found and mended`() throws {
        let run = try temporary.beginImport()
        try add([pages((0..<40).map { "http://a/\($0)" })], to: run)
        try store.writing { try $0.finishImport(run) }

        try temporary.execute("DELETE FROM waiting_ranges")
        #expect(try store.check() == ["run \(run.rawValue): 40 pages wait where nobody looks for them"])

        try store.repair(ProcessTableStub(pid: 1), now: 0)
        #expect(try store.check() == [])
        #expect(try temporary.claim("http://a", of: run).count == 40)
    }

    @Test func `a key that is no page's, and a page that is known by none, are found and mended`() throws {
        let run = try temporary.begin(["http://a/1", "http://a/2", "http://a/3"])
        #expect(try store.check() == [])

        try temporary.execute(
            "DELETE FROM page_keys WHERE page_id = 1; UPDATE page_keys SET page_id = 99 WHERE page_id = 3")

        #expect(try store.check() == ["run \(run.rawValue): 3 pages and keys of pages do not match"])

        try store.repair(ProcessTableStub(pid: 1), now: 0)
        #expect(try store.check() == [])
        #expect(try temporary.value("SELECT count(*) FROM page_keys", as: Int.self) == 3)
    }
}
