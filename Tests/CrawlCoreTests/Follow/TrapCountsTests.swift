import CrawlCore
import Testing

/// Counters as a database keeps them, of which each URL is a transaction.
private struct StoredTraps {
    var counts: TrapCounts
    var rows: [Int64: Int] = [:]

    init(_ limits: JobSpec.TrapLimits) { counts = TrapCounts(limits) }

    mutating func admit(_ url: WebURL) -> Bool {
        let kinds = counts.kinds(of: url)
        var tally = TrapTally()
        for kind in kinds { tally.enter(kind.key, stored: rows[kind.key], counts) }
        let isAdmitted = tally.admit(kinds)
        for (key, added) in tally.takeChanges() { rows[key, default: 0] += added }
        #expect(tally.takeChanges().isEmpty)
        counts.keep(tally)
        return isAdmitted
    }
}

@Suite struct TrapCountsTests {
    /// How many of the URLs are admitted.
    private func admitted(
        _ urls: some Sequence<String>, _ change: (inout JobSpec.TrapLimits) -> Void = { _ in }
    ) throws -> Int {
        var limits = JobSpec.TrapLimits()
        change(&limits)
        var counts = StoredTraps(limits)
        return try urls.count { counts.admit(try WebURL(parsing: $0)) }
    }

    @Test(arguments: ["/api/name-%.html", "/p/%", "/list?page=%", "/2031/05/12/%", "/article%", "/a%/b%/c%"])
    func `any number of numbered pages is admitted`(pattern: String) throws {
        let urls = (0..<20_000).lazy.map { number in
            "http://a"
                + pattern.split(separator: "%", omittingEmptySubsequences: false).joined(
                    separator: "\(number)")
        }
        #expect(try admitted(urls) == 20_000)
    }

    @Test(arguments: [
        "/cal/Y/M/", "/cal?month=Y-M", "/cal.php?year=Y&month=M", "/v1.2/cal/Y/M/07", "/cal-YM",
    ])
    func `dates alone are admitted up to their limit`(pattern: String) throws {
        let urls = (0..<1_200).lazy.map { number in
            let month = number % 12 + 1
            return "http://a"
                + pattern.replacing("Y", with: "\(1950 + number / 12)")
                .replacing("M", with: month < 10 ? "0\(month)" : "\(month)")
        }
        #expect(try admitted(urls) { $0.dates = 240 } == 240)
        #expect(try admitted(urls) { $0.dates = 0 } == 1_200)
        #expect(try admitted(urls) == 1_200)
    }

    @Test(arguments: [
        "/trap/session?sid=%-1", "/a;jsessionid=%?x=1", "/a?x=1&PHPSESSID=%&y=2", "/?ASPSESSIONIDABCDEFGH=%",
    ])
    func `URLs that differ in a session id are admitted up to their limit`(pattern: String) throws {
        let urls = (0..<500).lazy.map { "http://a" + pattern.replacing("%", with: "x\($0 &* 7919)") }

        #expect(try admitted(urls) == 100)
        #expect(try admitted(urls) { $0.sessions = 0 } == 500)
    }

    @Test func `pages with a session id each are counted by themselves`() throws {
        #expect(try admitted((0..<500).lazy.map { "http://a/page\($0)?sid=\($0)" }) == 500)
        #expect(try admitted((0..<500).lazy.map { "http://a\($0).example/?sid=1" }) == 500)
    }

    @Test func `folders that branch without end are left behind, and only they`() throws {
        var counts = StoredTraps(JobSpec.TrapLimits())
        let maze = try (0..<60_000).count { number in
            counts.admit(try WebURL(parsing: "http://a/maze/\(number % 7)/\(number % 11)/b/c/\(number)/x/"))
        }
        #expect(maze == 50_000)
        #expect(counts.admit(try WebURL(parsing: "http://a/docs/1/2/3/4/5/x/")))
        #expect(counts.admit(try WebURL(parsing: "http://a/maze/1/2/")))
        #expect(counts.admit(try WebURL(parsing: "http://b/maze/1/2/3/4/5/x/")))
    }

    @Test func `what is counted most is not forgotten for what is counted once`() throws {
        var counts = StoredTraps(JobSpec.TrapLimits())
        for number in 0..<100 { #expect(counts.admit(try WebURL(parsing: "http://a/?sid=\(number)"))) }

        for number in 0..<3 * TrapCounts.capacity {
            _ = counts.admit(try WebURL(parsing: "http://a/page\(number)?sid=1"))
        }

        #expect(!counts.admit(try WebURL(parsing: "http://a/?sid=100")))
    }

    @Test func `a kind of which one URL is found has no row`() throws {
        var counts = StoredTraps(JobSpec.TrapLimits())
        for number in 0..<50 {
            #expect(counts.admit(try WebURL(parsing: "http://a/2031/05/12/\(number % 5)a\(number)")))
        }
        #expect(counts.rows.isEmpty)
        #expect(counts.admit(try WebURL(parsing: "http://a/?sid=1")))
        #expect(counts.rows.isEmpty)
        #expect(counts.admit(try WebURL(parsing: "http://a/?sid=2")))
        #expect(Array(counts.rows.values) == [2])
    }

    @Test func `runners that share counters admit about as many as one`() throws {
        var runners = (0..<5).map { _ in StoredTraps(JobSpec.TrapLimits()) }
        var rows: [Int64: Int] = [:]
        var admitted = 0
        for number in 0..<1_000 {
            let runner = number % 5
            runners[runner].rows = rows
            if runners[runner].admit(try WebURL(parsing: "http://a/?sid=\(number)")) { admitted += 1 }
            rows = runners[runner].rows
        }
        // One URL of each runner may be its secret.
        #expect((100...104).contains(admitted))
        // One that begins anew knows all that is stored.
        var next = StoredTraps(JobSpec.TrapLimits())
        next.rows = rows
        #expect(!next.admit(try WebURL(parsing: "http://a/?sid=x")))
    }

    @Test func `a URL that is refused for one of its kinds counts for none`() throws {
        var limits = JobSpec.TrapLimits()
        limits.sessions = 2
        var counts = StoredTraps(limits)
        for number in 0..<9 { _ = counts.admit(try WebURL(parsing: "http://a/1/2/3/4/5/6/?sid=\(number)")) }
        #expect(counts.rows.values.sorted() == [2, 2])
    }
}
