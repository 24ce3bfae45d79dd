package import CrawlCore

/// What is read of a database, in one state of it. Valid only within the closure that it is handed to.
package protocol StoreReader {
    // MARK: Jobs

    /// Every job, by name.
    func jobs() throws -> [JobRecord]
    /// The job of a name; nil where there is none.
    func job(named name: String) throws -> JobRecord?
    /// Every job, by name, with what decides whether it is to be run.
    func jobStandings() throws -> [JobStanding]
    /// A number that changes whenever another connection has committed something.
    func dataVersion() throws -> Int64

    // MARK: Runs

    /// A run by its id.
    func run(_ id: RunID) throws -> RunRecord?
    /// A job's run by its number.
    func run(_ number: Int, of job: JobID) throws -> RunRecord?
    /// All runs of a job, the latest first.
    func runs(of job: JobID) throws -> [RunRecord]
    /// A job's unfinished run, else nil.
    func unfinishedRun(of job: JobID) throws -> RunRecord?
    /// A job's latest run.
    func latestRun(of job: JobID) throws -> RunRecord?
    /// A job's last finished run whose number is less than one.
    func finishedRun(of job: JobID, before number: Int) throws -> RunRecord?
    /// All runs that are not finished, and those that are, the latest first of each, without their job files.
    ///
    /// - Parameter limit: how many of each at most.
    func listedRuns(limit: Int) throws -> [ListedRun]
    /// Jobs by name, without their job files, and how many there are in all.
    ///
    /// - Parameter limit: how many at most.
    func listedJobs(limit: Int) throws -> (jobs: [ListedJob], total: Int)
    /// The runners that are gone, with what they may hold.
    func goneRunners(_ processes: any ProcessTable, now: Int64) throws -> [RunnerID]

    /// Hands over the URLs that say what is in a run's scope, as ``RunStore/forEachSeed(_:)`` does.
    func forEachSeed(of run: RunID, _ body: (String) throws -> Void) throws

    /// What a runner is to tell of a run that it has finished.
    func deliveries(of run: RunID, by runner: RunnerID) throws -> [DeliveryRecord]
    /// Whether anybody is still to be told that a run has finished, and no runner is at it.
    func hasUntakenDeliveries() throws -> Bool

    // MARK: How a run is doing

    /// How a run is doing; nil where nobody is at work on it.
    func activity(of run: RunID) throws -> RunActivity?
    /// Hosts that a run under way waits for, the longest waits first.
    func hostWaits(of run: RunID, now: Int64, limit: Int) throws -> [HostWait]
    /// The keys of some of the hosts that a run's own list names.
    func namedHosts(by run: RunID, limit: Int) throws -> [String]
    /// Sums a run up. Reads every page of the run once.
    func report(_ run: RunID, slowestHosts limit: Int) throws -> RunReport
    /// Whether any page of a run succeeded; nil where it has no page. A sitemap is none, and neither is a page that was skipped as
    /// `not_newer`.
    func hasSuccess(_ run: RunID) throws -> Bool?
    /// How many pages of a run failed in each way, the most first.
    func failures(of run: RunID) throws -> [FailureCount]
    /// Hands over the hosts of a run's pages, those with the most pages first; none is kept.
    func forEachHost(of run: RunID, _ body: (RunHost) throws -> Void) throws
    /// Hands over the redirects on the way of a run's pages: those of one page one after the other, as they were followed.
    func forEachRedirect(of run: RunID, _ body: (RedirectRow) throws -> Void) throws
    /// How long the last attempts at a run's pages took, in milliseconds, the shortest first.
    func times(of run: RunID) throws -> [Int64]

    // MARK: Pages

    /// Hands over a run's pages one by one, in the order they were found; none is kept.
    ///
    /// - Parameters:
    ///   - page: only pages that were found after it; nil for all.
    ///   - limit: how many at most; nil for all.
    ///   - withBodies: whether they bring the bodies that are kept.
    /// - Throws: also `StoreError` of kind `condition`, where that of the filter cannot be evaluated.
    func forEachResult(
        of run: RunID, _ filter: ResultFilter, after page: PageID?, limit: Int?, withBodies: Bool,
        _ body: (ResultRow) throws -> Void) throws
    /// Refuses the condition of a ``ResultFilter`` that is no expression over the columns of the view `results`.
    ///
    /// - Throws: `StoreError` of kind `condition`.
    func check(condition: String) throws
    /// The URLs of the pages that led to these first. The job's own pages have none.
    func referrers(of pages: [PageID]) throws -> [PageID: String]
    /// What came of a run's requests, in the order of the job.
    func forEachReply(of run: RunID, _ body: (ReplyRow) throws -> Void) throws
    /// Hands over the items of a run, one by one, by request, page and place on the page; none is kept.
    func forEachItem(of run: RunID, _ body: (ItemRow) throws -> Void) throws
    /// The names of a run's requests whose lists have more pages than `paginate.pages` allows.
    func cappedNames(of run: RunID) throws -> Set<String>
    /// The names of a run's requests of which a page failed, or was left out.
    func incompleteNames(of run: RunID) throws -> Set<String>
    /// Hands over what changed from one run to another of the same job, page by page; none is kept.
    func forEachChange(from: RunID, to: RunID, _ body: (PageChange) throws -> Void) throws
    /// Hands over links of a job's latest run, one by one; none is kept.
    ///
    /// - Parameter body: says whether to go on.
    func forEachLink(_ query: LinkQuery, _ body: (LinkRow) throws -> Bool) throws
    /// How many links of a run lead to a URL, whatever their fragments, and how many pages have them.
    func linkCount(to url: String, in run: RunID) throws -> (links: Int, pages: Int)
    /// The pages on the way to a page: the job's own page that the way begins with, each page that was first found on the one before,
    /// and the page itself. It ends early where pages were found on one another.
    func way(to page: PageID) throws -> [String]
    /// Hands over the links of a run that are broken or unsure, those to one URL and fragment one after the other; none is kept.
    ///
    /// A page that no link leads to comes once: one of the job's own URLs with the element `job`, an entry of a sitemap with the element
    /// `sitemap`.
    ///
    /// - Parameter body: says whether to go on.
    func forEachLinkFault(of run: RunID, _ body: (LinkRow) throws -> Bool) throws
    /// How many pages of a run have which verdict, the most frequent first. Empty for a run that keeps no links.
    func verdictCounts(of run: RunID) throws -> [VerdictCount]
    /// How many things that a run's pages refer to are broken though no page of the run is: URLs with a fragment that names no place, and
    /// what is no URL; the most frequent reason first. Empty for a run that checks nothing.
    func brokenReferences(of run: RunID) throws -> [(reason: LinkReason, count: Int)]
    /// The body that is kept of a page; nil for none.
    func body(of page: PageID) throws -> PageBody?
    /// A page of a run by its URL, asked for by GET.
    func page(_ url: String, of run: RunID) throws -> PageRecord?
    /// How a host stands, and what of a run it has to do.
    ///
    /// - Parameter key: scheme, name and port.
    func standing(of key: String, in run: RunID?) throws -> HostStanding?
    /// The row of a host; nil where there is none.
    func knownHost(_ key: String) throws -> HostID?
    /// A host's robots.txt, where it is young enough to be used.
    func robots(of host: HostID, now: Int64) throws -> RobotsRecord?
    /// Whether a run's own list names a host.
    func isNamed(_ host: HostID, by run: RunID) throws -> Bool
}

extension StoreReader {
    /// A job's last finished run.
    package func finishedRun(of job: JobID) throws -> RunRecord? {
        try finishedRun(of: job, before: .max)
    }

    /// Hands over a run's pages one by one, in the order they were found; none is kept.
    package func forEachResult(
        of run: RunID, _ filter: ResultFilter, _ body: (ResultRow) throws -> Void
    ) throws {
        try forEachResult(of: run, filter, after: nil, limit: nil, withBodies: false, body)
    }

    /// Hands over a run's pages with the bodies that are kept.
    ///
    /// - Parameter limit: how many at most; nil for all.
    package func forEachResult(
        of run: RunID, _ filter: ResultFilter, limit: Int? = nil, withBodies: Bool,
        _ body: (ResultRow) throws -> Void
    ) throws {
        try forEachResult(of: run, filter, after: nil, limit: limit, withBodies: withBodies, body)
    }
}
