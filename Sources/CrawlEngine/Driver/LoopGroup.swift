internal import CrawlCore
internal import CrawlFetch
internal import Curl
internal import TrawlStore

/// The crawl loops of a run, each on its thread: starts them, tells them what to do, and ends them.
///
/// Belongs to the driver's thread. The loops know each other by ``LoopDirectory`` alone, which this group empties once they have
/// ended: until then directory and loops refer to each other.
final class LoopGroup {
    let permits: RequestPermits
    private let directory: LoopDirectory
    private let heartbeat: Heartbeat
    private var loops: [CrawlLoop] = []
    /// How many have not ended.
    private(set) var running = 0
    /// How many turns each loop had made when it was last checked, and when it was last seen to have made another.
    private var pulses: [(turns: Int, at: MonotonicInstant)] = []

    /// A group without loops yet.
    ///
    /// - Parameters:
    ///   - requests: how many requests all loops together may have under way.
    ///   - lease: what the runner may count on. The default is none: nothing but its process counts.
    ///   - sharesRate: whether the job's rate is shared with other runners. The default is no.
    init(
        _ spec: JobSpec, _ options: CrawlOptions, requests: Int, heartbeat: Heartbeat,
        lease: RunnerLease? = nil, sharesRate: Bool = false
    ) {
        let directory = LoopDirectory()
        self.directory = directory
        self.heartbeat = heartbeat
        permits = RequestPermits(
            total: requests, loops: options.loops(for: requests), interval: spec.rate.total,
            shared: options.permits, lease: lease, sharesRate: sharesRate, wake: { directory.wake(.max) })
    }

    /// Starts the loops.
    ///
    /// - Parameters:
    ///   - make: makes the loop of an index, given what wakes the loops whose bits are set.
    func start(_ count: Int, _ make: (Int, @escaping @Sendable (UInt64) -> Void) throws -> CrawlLoop) throws {
        let directory = directory
        for index in 0..<count { loops.append(try make(index) { directory.wake($0) }) }
        directory.fill(loops)
        for loop in loops {
            startThread(named: "trawl-loop-\(loop.index)") { loop.run() }
            running += 1
        }
    }

    /// Requests under way.
    var inFlight: Int { permits.inFlight }
    /// Hosts that wait out something.
    var waitingHosts: Int { loops.reduce(0) { $0 + $1.waitingHosts } }
    /// How much they have to do.
    var state: LoopState {
        LoopState(
            readyRequests: loops.reduce(0) { $0 + $1.readyRequests }, waitingHosts: waitingHosts)
    }

    /// Tells the loops something, by loop.
    func send(_ messages: [[CrawlLoop.Message]]) {
        for (loop, messages) in zip(loops, messages) { loop.send(contentsOf: messages) }
    }

    /// Has them start nothing more, and end once the requests under way are over, or when the time is up.
    func drain(within time: Duration) {
        for loop in loops { loop.send(.drain(within: time)) }
    }

    /// Has them end at once.
    func abort() {
        for loop in loops { loop.send(.abort) }
    }

    /// Notes that a loop has ended.
    func ended() {
        running -= 1
    }

    /// Lets go of the loops, once they have ended.
    func leave() {
        permits.leave()
        directory.fill([])
    }

    /// Notes which loops have turned since the last time, and has each turn once more.
    ///
    /// - Parameter isStopping: then a loop that has ended is no stuck one.
    func feelPulse(at clock: MonotonicInstant, isStopping: Bool) {
        if pulses.isEmpty { pulses = loops.map { _ in (-1, clock) } }
        for (index, loop) in loops.enumerated() {
            let turns = loop.turns
            if turns != pulses[index].turns { pulses[index] = (turns, clock) }
            loop.wake()
        }
        heartbeat.beat(at: isStopping ? clock : pulses.map(\.at).min() ?? clock)
    }
}

/// The loops by their bits, filled once they all exist.
private final class LoopDirectory: @unchecked Sendable {
    // @unchecked because it is filled before any loop's thread starts and emptied when they have ended, and only read in
    // between.
    private var loops: [CrawlLoop] = []

    func fill(_ loops: [CrawlLoop]) { self.loops = loops }

    func wake(_ bits: UInt64) {
        guard bits != 0 else { return }
        for loop in loops where bits & (1 << UInt64(loop.index)) != 0 { loop.wake() }
    }
}
