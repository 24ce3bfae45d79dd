internal import CrawlCore

/// What a loop has to report to its driver, and when it does.
///
/// Outcomes are collected, so that the driver commits many at once. They are due after a moment, when there are many of
/// them, or when the loop has nothing else to do. What became of a robots.txt is due sooner, because pages wait for it.
struct LoopOutbox {
    private var outcomes: [PageOutcome] = []
    private var robots: [CrawlLoop.RobotsReport] = []
    /// When the outcomes are reported, and with them how the hosts are doing.
    private var outcomesDue: MonotonicInstant?
    /// When the answers for robots.txt are reported; nil when there are none.
    private var robotsDue: MonotonicInstant?
    /// How many outcomes are reported at once, however short they have waited.
    private let batchSize: Int

    /// How long an outcome waits for others: short enough that a row is there while its reader still looks, long enough
    /// for hundreds of pages a commit under load.
    static let outcomesDelay: Duration = .milliseconds(25)
    /// How long the answer for a robots.txt waits for others while there is something else to do. It is not longer,
    /// because pages wait for the answer and its connection waits for them; but a commit for each one would cost more
    /// than its request.
    static let robotsDelay: Duration = .milliseconds(5)
    /// The fewest outcomes that are reported before they are due.
    static let smallestBatch = 500

    /// An empty outbox.
    ///
    /// - Parameter batchSize: that of the job; ``smallestBatch`` when it is smaller.
    init(batchSize: Int) {
        self.batchSize = max(batchSize, Self.smallestBatch)
    }

    /// How many answers for robots.txt wait to be reported.
    var robotsCount: Int { robots.count }

    /// When something is due next; nil when there is nothing.
    var nextDue: MonotonicInstant? {
        guard let robotsDue else { return outcomesDue }
        return min(outcomesDue ?? robotsDue, robotsDue)
    }

    /// Adds what became of a page.
    mutating func add(_ outcome: consuming PageOutcome, now: MonotonicInstant) {
        if outcomes.isEmpty { reportOutcomes(within: Self.outcomesDelay, now: now) }
        outcomes.append(outcome)
    }

    /// Adds what became of a host's robots.txt.
    ///
    /// - Parameter isBusy: whether the loop has other requests to start meanwhile.
    mutating func add(_ report: CrawlLoop.RobotsReport, now: MonotonicInstant, isBusy: Bool) {
        if robots.isEmpty { robotsDue = now + (isBusy ? Self.robotsDelay : .zero) }
        robots.append(report)
    }

    /// Reports outcomes and how hosts are doing within a time, or earlier when they are due earlier.
    mutating func reportOutcomes(within delay: Duration, now: MonotonicInstant) {
        let due = now + delay
        outcomesDue = min(outcomesDue ?? due, due)
    }

    /// Takes the answers for robots.txt; nil when they are not due.
    mutating func takeRobots(now: MonotonicInstant) -> [CrawlLoop.RobotsReport]? {
        guard let due = robotsDue, due <= now else { return nil }
        robotsDue = nil
        let taken = robots
        robots.removeAll(keepingCapacity: true)
        return taken
    }

    /// Takes the outcomes; nil when there is nothing to report or it is not due.
    ///
    /// - Parameters:
    ///   - isIdle: whether the loop has nothing to do. Waiting would then only delay what is there.
    ///   - hasConditions: whether there is something to report about hosts, even without an outcome.
    /// - Returns: no outcomes when only the hosts' conditions are due.
    mutating func takeOutcomes(now: MonotonicInstant, isIdle: Bool, hasConditions: Bool) -> [PageOutcome]? {
        guard !outcomes.isEmpty || hasConditions else {
            outcomesDue = nil
            return nil
        }
        guard isIdle || outcomes.count >= batchSize || outcomesDue.map({ $0 <= now }) ?? true else {
            return nil
        }
        return takeOutcomes()
    }

    /// Takes the outcomes, due or not.
    mutating func takeOutcomes() -> [PageOutcome] {
        outcomesDue = nil
        let taken = outcomes
        outcomes.removeAll(keepingCapacity: true)
        return taken
    }
}
