internal import TrawlStore

/// Who has how many of a run's hosts, and how many of them a runner may wish for.
///
/// Every runner that is at work on the run has a claim to an even share, those among them that have nothing. A runner that has less
/// wishes for as many as it lacks, of those that have more than an even share; nobody's share is wished away below that. So hosts move
/// one way only, and once everybody has about an even share none moves any more.
struct HostShares {
    /// What another runner has.
    struct Share: Equatable {
        let runner: RunnerID
        /// Hosts that it has.
        let hosts: Int
        /// How many of those others wait for.
        let wished: Int
    }

    /// How many hosts the runner has.
    var own = 0
    /// For how many it waits.
    var awaited = 0
    /// The run's other runners.
    var others: [Share] = []

    private var total: Int { own + others.reduce(0) { $0 + $1.hosts } }

    /// How many hosts everybody is to have: a run with fewer hosts than runners leaves some without any.
    private var even: Int { max(1, total / (others.count + 1)) }

    /// Whether others have hosts.
    var hasOthers: Bool { others.contains { $0.hosts > 0 } }

    /// Whether the runner has so much less than an even share that it is worth moving hosts, which costs their connections.
    var isShort: Bool { own < even - even / 10 && others.contains { $0.hosts > even } }

    /// How many hosts to wish for, and of whom; of those that have the most left first. At most a twentieth of all at a time, as
    /// others may wish at this moment too.
    func wishes() -> [(runner: RunnerID, hosts: Int)] {
        guard isShort else { return [] }
        var missing = min(even - own - awaited, max(1, total / 20))
        var left = others.map { max(0, $0.hosts - $0.wished - even) }
        var wishes = others.map { (runner: $0.runner, hosts: 0) }
        while missing > 0, let most = left.indices.max(by: { left[$0] < left[$1] }), left[most] > 0 {
            left[most] -= 1
            wishes[most].hosts += 1
            missing -= 1
        }
        return wishes.filter { $0.hosts > 0 }
    }
}
