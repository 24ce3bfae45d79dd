import CrawlCore
import Foundation
import StoreModel
import Testing
import TrawlStore

@testable import CrawlEngine

/// Whole crawls in virtual time: each page once, no host beyond its limit, and no permit idle where there is work.
@Suite(.timeLimit(.minutes(5)))
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
}
