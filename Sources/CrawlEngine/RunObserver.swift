package import CrawlCore
package import TrawlStore

/// Is told how a run goes. It is called on the driver's thread, between commits, so an observer that takes long holds back the
/// commits and, in the end, the crawl.
package protocol RunObserver: Sendable {
    /// These outcomes are in the database now, in order of completion.
    func committed(_ outcomes: [PageOutcome])
    /// Where the run stands: twice a second or more often, but four times at most, and at the end of the crawl.
    func progressed(_ snapshot: RunSnapshot)
    /// All pages of these batches are in the database now; called where ``CrawlOptions/reportsBatches`` says so.
    func finished(_ batches: [BatchReport])
    /// A reader that does not end keeps the database's write-ahead log from being emptied, which has so many bytes. Called
    /// every ten minutes while that is so.
    func logIsHeld(bytes: Int64)
    /// The database cannot be reached, for the reason given, and is waited for; nil once it is there again. On any thread.
    func databaseIsAway(_ words: String?)
    /// Something that the user should know of, in a sentence without secrets: no token is to be had.
    func warned(_ words: String)
    /// Whether it is behind with what it was told. Nothing more is claimed then, until ``Crawl/goOn()`` says that it has caught up.
    /// It is still told of the pages that are claimed already: at most 2,048, or eight for each request at once if that is more.
    var isBehind: Bool { get }
}

extension RunObserver {
    /// Does nothing.
    package func finished(_ batches: [BatchReport]) {}

    /// Does nothing.
    package func logIsHeld(bytes: Int64) {}

    /// Does nothing.
    package func databaseIsAway(_ words: String?) {}

    /// Does nothing.
    package func warned(_ words: String) {}

    /// Never.
    package var isBehind: Bool { false }
}

/// Where a run stands.
package struct RunSnapshot: Sendable {
    /// The run's counters.
    package var progress = RunProgress()
    /// Requests under way.
    package var inFlight = 0
    /// Hosts that wait out their delay, or whatever else keeps them waiting; also some that have no more pages.
    package var waitingHosts = 0

    /// All zero.
    package init() {}
}

/// How a run ended.
package enum RunEnd: Sendable, Equatable {
    /// Every page is settled.
    case finished
    /// It was stopped, or its job was paused; it can go on.
    case interrupted
    /// It has used up what one go at it may; it can go on.
    case limited(RunBudget.Limit)
    /// Its hosts take no more requests for longer than the job waits; it can go on at an instant, in unix milliseconds. The host is one of
    /// those; nil where only some of its requests wait.
    case left(until: Int64, host: String?)
}
