import CrawlCore
import Foundation
import StoreModel
import Testing
import TrawlStore

@testable import CrawlEngine

/// Whole crawls in virtual time: each page once, no host beyond its limit, and no permit idle where there is work.
@Suite(.timeLimit(.minutes(15)))
struct SimulatedCrawlTests {
    /// How many pages; `TRAWL_SIMULATED_PAGES` says otherwise.
    private static let pages =
        ProcessInfo.processInfo.environment["TRAWL_SIMULATED_PAGES"].flatMap(Int.init) ?? 10_000

    /// How a list's hosts come in it.
    enum Order: CaseIterable {
        /// In turn, each as often as the others.
        case inTurn
        /// All of one, then all of the next.
        case byHost
        /// A few have most of the pages.
        case uneven
    }

    private func list(_ count: Int, hosts: Int, _ order: Order) -> [ImportedPage] {
        (0..<count).map { index in
            let host =
                switch order {
                case .inTurn: index % hosts
                case .byHost: index * hosts / count
                case .uneven: (index % hosts) * (index % hosts) / hosts
                }
            return .page(
                url: "http://h\(host).test/\(index)", hostKey: "http://h\(host).test", name: nil, line: nil)
        }
    }

    @Test("A long list of many hosts, of a database that is near or far", arguments: Order.allCases, [1, 25])
    func longList(_ order: Order, roundTrip: Int64) throws {
        var spec = JobSpec(name: "job")
        spec.robots = .ignore
        spec.concurrency.total = 64
        var crawl = try SimulatedCrawl(
            pages: list(SimulatedCrawlTests.pages, hosts: 500, order), spec, loops: 2, roundTrip: roundTrip
        ) { 20 + $0.rawValue % 7 * 30 }
        try crawl.run()
        let result = crawl.result
        #expect(result.asked.count == SimulatedCrawlTests.pages)
        #expect(result.asked.values.allSatisfy { $0 == 1 })
        #expect(result.mostAtOnce == spec.concurrency.perHost)
        #expect(result.use > 0.95)
        print(
            "\(order), \(roundTrip) ms: \(result.use) of the permits in use, \(result.turns) turns, \(result.milliseconds) ms"
        )
    }

    @Test("Few hosts, each with a delay")
    func delays() throws {
        var spec = JobSpec(name: "job")
        spec.robots = .ignore
        spec.delay = .milliseconds(100)
        var crawl = try SimulatedCrawl(pages: list(400, hosts: 4, .inTurn), spec, loops: 1, roundTrip: 1) {
            _ in 30
        }
        try crawl.run()
        #expect(crawl.result.asked.values.allSatisfy { $0 == 1 })
        // A hundred pages of a host, a start each tenth of a second.
        #expect((9_900...10_500).contains(crawl.result.milliseconds))
    }

    @Test("A site of links and redirects", arguments: [JobSpec.RobotsPolicy.ignore, .obey], 1...4)
    func site(_ robots: JobSpec.RobotsPolicy, seed: UInt64) throws {
        let site = SimulatedSite(seed: seed, pages: 600, hosts: 20)
        var spec = JobSpec(name: "job")
        spec.robots = robots
        spec.follow = JobSpec.Follow()
        spec.concurrency.total = 16
        let seeds = (0..<5).map { site.urls[$0] }
        var crawl = try SimulatedCrawl(
            pages: seeds.map { .page(url: $0, hostKey: site.hostKey(of: $0), name: nil, line: nil) }, spec,
            loops: 2, roundTrip: 3, answer: { site.answers[$0] ?? .page([]) }
        ) { 10 + $0.rawValue % 5 * 10 }
        try crawl.run()
        // Whatever leads there, and however often: each URL once, and no host's robots.txt twice.
        var asked = crawl.result.asked
        let robotsAsked = asked.filter { $0.key.hasSuffix("/robots.txt") }
        for url in robotsAsked.keys { asked[url] = nil }
        let reached = site.reached(from: seeds)
        #expect(reached.count > 100)
        #expect(Set(asked.keys) == reached)
        #expect(asked.filter { $0.value != 1 }.isEmpty)
        #expect(robotsAsked.values.allSatisfy { $0 == 1 })
        #expect(robotsAsked.count == (robots == .obey ? Set(reached.map(site.hostKey)).count : 0))
        #expect(crawl.result.mostAtOnce <= spec.concurrency.perHost)
    }
}

/// A site made by chance: pages that lead to others, on any host, by links and redirects. No redirects lead in a circle.
private struct SimulatedSite {
    let urls: [String]
    private(set) var answers: [String: SimulatedAnswer] = [:]

    init(seed: UInt64, pages: Int, hosts: Int) {
        var state = seed
        func chance(_ bound: Int) -> Int {
            // SplitMix64.
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
        }
        urls = (0..<pages).map { "http://h\($0 % hosts).test/\($0)" }
        for index in 0..<pages {
            if chance(5) == 0, index + 1 < pages {
                answers[urls[index]] = .redirect(urls[index + 1 + chance(pages - index - 1)])
            } else {
                answers[urls[index]] = .page((0..<chance(6)).map { _ in urls[chance(pages)] })
            }
        }
    }

    func hostKey(of url: String) -> String { (try? WebURL(parsing: url).hostKey) ?? url }

    /// Every URL that links and redirects lead to.
    func reached(from seeds: [String]) -> Set<String> {
        var reached = Set(seeds)
        var left = seeds
        while let url = left.popLast() {
            let next =
                switch answers[url] {
                case .page(let links): links
                case .redirect(let target): [target]
                case nil: [String]()
                }
            for url in next where reached.insert(url).inserted { left.append(url) }
        }
        return reached
    }
}
