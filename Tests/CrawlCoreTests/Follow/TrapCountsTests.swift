import CrawlCore
import Testing

@Suite struct TrapCountsTests {
    /// How many of the URLs are admitted.
    private func admitted(
        _ urls: some Sequence<String>, _ change: (inout JobSpec.TrapLimits) -> Void = { _ in }
    ) throws -> Int {
        var limits = JobSpec.TrapLimits()
        change(&limits)
        var counts = TrapCounts(limits)
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
        var counts = TrapCounts(JobSpec.TrapLimits())
        let maze = try (0..<60_000).count { number in
            counts.admit(try WebURL(parsing: "http://a/maze/\(number % 7)/\(number % 11)/b/c/\(number)/x/"))
        }
        #expect(maze == 50_000)
        #expect(counts.admit(try WebURL(parsing: "http://a/docs/1/2/3/4/5/x/")))
        #expect(counts.admit(try WebURL(parsing: "http://a/maze/1/2/")))
        #expect(counts.admit(try WebURL(parsing: "http://b/maze/1/2/3/4/5/x/")))
    }

    @Test func `what is counted most is not forgotten for what is counted once`() throws {
        var counts = TrapCounts(JobSpec.TrapLimits())
        for number in 0..<100 { #expect(counts.admit(try WebURL(parsing: "http://a/?sid=\(number)"))) }

        for number in 0..<3 * TrapCounts.capacity {
            _ = counts.admit(try WebURL(parsing: "http://a/page\(number)?sid=1"))
        }

        #expect(!counts.admit(try WebURL(parsing: "http://a/?sid=100")))
    }
}
