import CrawlCore
import CrawlFetch
import Testing
import TrawlStore

@testable import CrawlEngine

/// The hosts at hand, and how many pages of each are worth having.
struct HostTableTests {
    private func table(loops: Int = 1, grows: Bool = false) -> HostTable {
        HostTable(loops: loops, concurrency: JobSpec.Concurrency(), grows: grows)
    }

    private func host(_ id: Int64, loop: Int = 0) -> CrawledHost {
        CrawledHost(
            OpenedHost(id), loop: loop, mayBePrivate: false, credentials: nil,
            now: MonotonicInstant(sinceBoot: .zero))
    }

    @Test("Pages ahead are shared evenly, and are enough for every host")
    func share() {
        var table = table()
        #expect(table.pageBudget == 2048)
        let one = host(1)
        table.insert(one)
        #expect(table.room(of: one) == 2048)
        for id in 2...4 { table.insert(host(Int64(id))) }
        #expect(table.room(of: one) == 512)
        for id in 5...2000 { table.insert(host(Int64(id))) }
        #expect(table.room(of: one) == table.leastShare)
    }

    @Test("Where pages are found on the way, fewer are taken ahead")
    func grows() {
        #expect(table(grows: true).pageBudget == 256)
    }

    @Test("A host has room once half of its share is left")
    func room() {
        var table = table()
        let host = host(1)
        table.insert(host)
        table.claimed(pages(1...1025), of: host, to: nil, claimAt: 0)
        #expect(table.room(of: host) == 0)
        table.recorded(page(1), lastHost: host.id, retryAt: nil)
        #expect(table.room(of: host) == 1024)
    }

    @Test("Hosts go to the loop that serves the fewest")
    func loops() {
        var table = table(loops: 3)
        for id in 1...6 { table.insert(host(Int64(id), loop: table.idlestLoop)) }
        #expect(table.sorted.compactMap { table[$0]?.loop } == [0, 1, 2, 0, 1, 2])
        if let two = table[HostID(rawValue: 2)] { table.remove(two) }
        #expect(table.idlestLoop == 1)
        #expect(table[key: "http://h2.test"] == nil)
        #expect(table[key: "http://h3.test"]?.id.rawValue == 3)
    }

    @Test("A page that is recorded twice is counted once")
    func recordedTwice() {
        var table = table()
        let host = host(1)
        table.insert(host)
        table.claimed(pages(1...3), of: host, to: nil, claimAt: .max)
        table.recorded(page(1), lastHost: host.id, retryAt: nil)
        table.recorded(page(1), lastHost: host.id, retryAt: nil)
        #expect(table.claimed == 2)
        table.surrendered([PageID(rawValue: 1), PageID(rawValue: 2)], of: host.id)
        #expect(table.claimed == 1)
        table.claimed(page(3))
        #expect(table.claimed == 1)
        table.remove(host)
        #expect(table.claimed == 0)
    }

    @Test("What changed is said once, and what became due")
    func changes() {
        var table = table()
        let (one, two) = (host(1), host(2))
        table.insert(one)
        table.insert(two)
        #expect(table.takeChanged(now: 0).count == 2)
        table.claimed([], of: one, to: nil, claimAt: 50)
        table.claimed([], of: two, to: nil, claimAt: .max)
        #expect(table.hasChanged(now: 49) == false)
        #expect(table.takeChanged(now: 49).count == 0)
        #expect(table.hasChanged(now: 50) == true)
        #expect(table.takeChanged(now: 50) == [one.id])
        table.touchAll()
        #expect(table.takeChanged(now: 50).count == 2)
    }

    @Test("A guest keeps its host")
    func guests() {
        var table = table()
        let host = host(1)
        table.insert(host)
        table.guestCame(host.id)
        #expect(!host.isIdle)
        // A page of another host that was last here.
        table.recorded(page(1, of: 2), lastHost: host.id, retryAt: nil)
        #expect(host.isIdle)
    }

    @Test("No more hosts are taken in than there is room for")
    func capacity() {
        var table = table()
        for id in 1...Int64(HostTable.capacity) { table.insert(host(id)) }
        #expect(table.hasRoom == false)
        if let one = table[HostID(rawValue: 1)] { table.remove(one) }
        #expect(table.hasRoom == true)
    }

    @Test("Large robots.txt files leave room for fewer hosts")
    func robotsBytes() {
        var table = table()
        let rules = RobotsTxt(parsing: Array("User-agent: *".utf8).span, productToken: "trawl")
        for id in 1...32 {
            let host = host(Int64(id))
            table.insert(host)
            table.update(host) { $0.robots = (rules, RobotsAnswer.limit) }
        }
        #expect(table.hasRoom == true)
        let last = host(99)
        table.insert(last)
        table.update(last) { $0.robots = (rules, RobotsAnswer.limit) }
        #expect(table.hasRoom == false)
        table.remove(last)
        #expect(table.hasRoom == true)
    }
}

/// The search for hosts, slice by slice, and when it begins again.
struct HostSweepTests {
    @Test("It begins at once, and ends behind the last host")
    func first() {
        var sweep = HostSweep(now: 0)
        #expect(sweep.isUnderWay)
        sweep.advance(to: HostID(rawValue: 64), isLast: false)
        #expect(sweep.isUnderWay)
        #expect(sweep.cursor == HostID(rawValue: 64))
        sweep.advance(to: nil, isLast: true)
        #expect(!sweep.isUnderWay)
        #expect(sweep.nextAt == nil)
        sweep.start(now: 1_000_000)
        #expect(!sweep.isUnderWay)
    }

    @Test("It begins anew when something is expected, the earliest first")
    func again() {
        var sweep = HostSweep(now: 0)
        sweep.advance(to: HostID(rawValue: 9), isLast: true)
        sweep.expect(at: 500)
        sweep.expect(at: 300)
        sweep.expect(at: 400)
        #expect(sweep.startAt == 300)
        sweep.start(now: 299)
        #expect(!sweep.isUnderWay)
        sweep.start(now: 300)
        #expect(sweep.isUnderWay)
        #expect(sweep.cursor == nil)
        #expect(sweep.nextAt == nil)
    }

    @Test("Two searches begin no sooner after one another than their cost is worth")
    func interval() {
        var sweep = HostSweep(now: 1_000)
        sweep.advance(to: nil, isLast: true)
        sweep.expect(at: 1_010)
        sweep.start(now: 1_050)
        #expect(!sweep.isUnderWay)
        #expect(sweep.startAt == 1_100)
        sweep.start(now: 1_100)
        #expect(sweep.isUnderWay)
    }

    @Test("What comes up during a search has the next one wait for it")
    func during() {
        var sweep = HostSweep(now: 0)
        sweep.expect(at: 100)
        sweep.start(now: 200)
        #expect(sweep.nextAt == 100)
        sweep.advance(to: nil, isLast: true)
        sweep.start(now: 200)
        #expect(sweep.isUnderWay)
    }
}
