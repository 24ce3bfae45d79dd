import CrawlCore
import CrawlEngine
import Testing

@testable import trawl

struct ProgressDisplayTests {
    let start = MonotonicInstant.now

    func snapshot(_ settled: Int64, of pages: Int64, failed: Int64 = 0) -> RunSnapshot {
        var snapshot = RunSnapshot()
        snapshot.progress.done = settled - failed
        snapshot.progress.failed = failed
        snapshot.progress.pending = pages - settled
        snapshot.inFlight = 8
        snapshot.waitingHosts = 3
        return snapshot
    }

    var tally: CrawlTally {
        var tally = CrawlTally()
        tally.note(
            (1...5).flatMap { host -> [PageOutcome] in
                [
                    CrawlTallyTests.outcome(
                        .done, url: "http://host\(host).example/", host: Int64(host),
                        milliseconds: Int64(host) * 100),
                    CrawlTallyTests.outcome(
                        .failed(.dns), url: "http://host\(host).example/", host: Int64(host),
                        milliseconds: Int64(host) * 100),
                ]
            })
        return tally
    }

    /// What the screen of a terminal shows, without the sequences that move the cursor.
    func lines(_ text: String) -> [String] {
        text.replacing("\r\u{1b}[2K \u{1b}[J\r", with: "").replacing(/\u{1b}\[\??[0-9]*[A-Za-z]/, with: "")
            .replacing("\r\n", with: "\n").replacing(
                "\r", with: ""
            )
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// The lines after ten seconds at 100 pages a second.
    func drawn(_ columns: Int, rows: Int = 24, isForeseeable: Bool = true, job: String = "docs") -> [String] {
        var display = ProgressDisplay(job: job, isLive: true, now: start)
        display.isForeseeable = isForeseeable
        var text = ""
        for second in 0...10 {
            text =
                display.update(
                    snapshot(Int64(second) * 100, of: 5000, failed: 5), tally,
                    size: .init(columns: columns, rows: rows),
                    now: start + .seconds(second)) ?? ""
        }
        return lines(text)
    }

    @Test func `pages, rate, time to go, kinds of failures and the slowest hosts are shown`() {
        let lines = drawn(100)
        #expect(lines[0].hasPrefix("docs [####"))
        #expect(lines[0].hasSuffix("] 1,000/5,000 pages, 100/s, ETA 40 s"))
        #expect(lines[1] == "  8 in flight, 5 failed, 3 hosts waiting, 0 B received")
        #expect(lines[2] == "  failed: dns × 5")
        #expect(lines[3] == "  slow http://host5.example, mean 500 ms, 2 requests")
        #expect(lines.count == 6)
    }

    @Test(arguments: [40, 41, 60, 80, 120, 200])
    func `no line is as wide as the terminal, and the numbers are there`(_ columns: Int) {
        for job in ["docs", String(repeating: "a long name ", count: 20), "日本語の名前日本語の名前日本語の名前"] {
            let lines = drawn(columns, job: job)
            #expect(lines.allSatisfy { DisplayWidth.columns($0) < columns }, "\(lines)")
            #expect(lines[0].contains("1,000/5,000 pages"), "\(lines)")
            #expect(lines[3].contains("mean 500 ms"))
        }
    }

    @Test func `where there is little room, the name of a slow host is seen rather than its scheme`() {
        #expect(drawn(50)[3] == "  slow host5.example, mean 500 ms, 2 requests")
        #expect(drawn(40)[3] == "  slow host5.example, mean 500 ms")
    }

    @Test func `a window of few rows is never filled`() {
        #expect(drawn(80, rows: 5).count <= 4)
        #expect(drawn(80, rows: 1).count == 1)
    }

    @Test func `no end is foretold where pages lead to others, nor in the first seconds`() {
        #expect(!drawn(100, isForeseeable: false).joined().contains("ETA"))
        #expect(drawn(100, isForeseeable: false)[0] == "docs 1,000 of 5,000 pages found, 100/s")
        var display = ProgressDisplay(job: "docs", isLive: true, now: start)
        display.isForeseeable = true
        for second in 0...4 {
            let text = display.update(
                snapshot(Int64(second), of: 50), tally, size: .init(), now: start + .seconds(second))
            #expect(text?.contains("ETA") == false)
        }
    }

    @Test
    func
        `the cursor waits at the beginning, so that what is drawn next is over it whatever became of the lines`()
    {
        let text = LiveBlock.drawing(["one", "two", "three"])
        #expect(text == "\u{1b}[?7l\r\u{1b}[2K \u{1b}[J\rone\r\ntwo\r\nthree\u{1b}[2A\r\u{1b}[?7h")
    }

    @Test func `a log gets a line every ten seconds, without a sequence for a terminal`() throws {
        var display = ProgressDisplay(job: "docs", isLive: false, now: start)
        display.isForeseeable = true
        var written: [String] = []
        for quarter in 0...100 {
            let now = start + .milliseconds(quarter * 250)
            if let text = display.update(
                snapshot(Int64(quarter) * 25, of: 5000), tally, size: .init(), now: now)
            {
                written.append(text)
            }
        }
        #expect(written.count == 2)
        #expect(
            written[0]
                == "docs: 1,000/5,000 pages, 100/s, 8 in flight, 3 hosts waiting, 0 B received, ETA 40 s\n")
        #expect(!written.joined().contains("\u{1b}"))
    }
}
