import Testing
import TrawlStore

@testable import TrawlPostgres

/// How many hosts runners of a run wish for, and of whom.
struct HostSharesTests {
    /// Runners that wish for hosts one after the other, and get them before all do so again.
    private struct Rounds {
        var hosts: [Int]
        /// How many hosts have moved.
        var moved = 0

        mutating func next() {
            for runner in hosts.indices {
                for (other, count) in shares(of: runner).wishes() {
                    moved += count
                    hosts[Int(other.rawValue)] -= count
                    hosts[runner] += count
                }
            }
        }

        func shares(of runner: Int) -> HostShares {
            var shares = HostShares()
            shares.own = hosts[runner]
            shares.others = hosts.indices.filter { $0 != runner }
                .map { HostShares.Share(runner: RunnerID(rawValue: Int64($0)), hosts: hosts[$0], wished: 0) }
            return shares
        }

        /// Until nobody wishes for anything.
        mutating func settle() -> Int {
            for round in 0..<100 {
                let before = moved
                next()
                if moved == before { return round }
            }
            return 100
        }
    }

    @Test(
        "Fifty runners come to even shares in a few rounds, and then nothing moves",
        arguments: [60, 2_000, 20_000])
    func joins(_ hosts: Int) {
        var rounds = Rounds(hosts: [hosts] + Array(repeating: 0, count: 49))
        #expect(rounds.settle() <= 4)
        let even = hosts / 50
        #expect(rounds.hosts.allSatisfy { $0 >= even - even / 10 })
        #expect(rounds.hosts[0] <= hosts - 49 * even + 49 * (even / 10))
        // No host goes further than from the first to its next.
        #expect(rounds.moved <= hosts - even)
    }

    @Test("One more runner gets its share, however many there are", arguments: [1, 3, 20, 49])
    func joinsOne(_ others: Int) {
        var rounds = Rounds(hosts: Array(repeating: 20, count: others) + [0])
        #expect(rounds.settle() <= 21)
        let even = 20 * others / (others + 1)
        #expect(rounds.hosts.allSatisfy { $0 >= even - even / 10 })
    }

    @Test("Whoever has two hosts gives one to a runner that has none")
    func fewHosts() {
        var rounds = Rounds(hosts: [2, 2, 1, 0, 0, 0, 0])
        _ = rounds.settle()
        #expect(rounds.hosts.sorted() == [0, 0, 1, 1, 1, 1, 1])
        var giant = Rounds(hosts: [1, 0, 0])
        #expect(giant.settle() == 0)
    }

    @Test("Shares that are about even stay as they are")
    func isContent() {
        var rounds = Rounds(hosts: [100, 95, 91, 108])
        #expect(rounds.settle() == 0)
    }

    @Test("What others wish for is left to them, and what is awaited counts as had")
    func wished() {
        var shares = HostShares()
        shares.others = [
            HostShares.Share(runner: RunnerID(rawValue: 1), hosts: 12, wished: 8),
            HostShares.Share(runner: RunnerID(rawValue: 2), hosts: 6, wished: 0),
        ]
        #expect(shares.hasOthers)
        // Six for each of three; the first has six more than that, all of which are wished for.
        #expect(shares.isShort)
        #expect(shares.wishes().isEmpty)
        shares.others[0] = HostShares.Share(runner: RunnerID(rawValue: 1), hosts: 12, wished: 2)
        #expect(shares.wishes().map(\.hosts) == [1])
        shares.awaited = 6
        #expect(shares.wishes().isEmpty)
    }

    @Test("Hosts are taken of those that have the most")
    func fromTheMost() {
        var shares = HostShares()
        shares.others = [
            HostShares.Share(runner: RunnerID(rawValue: 1), hosts: 100, wished: 0),
            HostShares.Share(runner: RunnerID(rawValue: 2), hosts: 50, wished: 0),
            HostShares.Share(runner: RunnerID(rawValue: 3), hosts: 98, wished: 0),
        ]
        let wishes = shares.wishes()
        #expect(wishes.map(\.runner.rawValue) == [1, 3])
        #expect(wishes.map(\.hosts) == [7, 5])
    }
}
