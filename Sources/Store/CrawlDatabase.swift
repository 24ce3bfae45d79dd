package import CrawlCore

/// The port between trawl and the database that its crawls are kept in.
///
/// Its hot part is ``RunStore``, one call a turn. Calls block; they are made from a thread that may, never from the cooperative pool's
/// hot path.
package protocol CrawlDatabase: Sendable {
    /// Runs reads that all see the same state.
    func read<Value>(_ body: (any StoreReader) throws -> Value) throws(StoreError) -> Value

    /// Runs one transaction that writes: all of it is committed, or none.
    func write<Value>(_ body: (any StoreWriter) throws -> Value) throws(StoreError) -> Value

    /// What puts the pages of a new run into the database.
    ///
    /// - Parameters:
    ///   - run: a run in state `importing`.
    ///   - limits: of its job.
    func intake(of run: RunID, limits: JobSpec.Limits) -> any RunIntake

    /// A run as its driver sees it.
    ///
    /// - Parameters:
    ///   - run: a run in state `active` that the runner has taken.
    ///   - spec: what it is to do.
    ///   - processes: tells which runners are still alive: hosts of those that are gone can be taken.
    func runStore(
        _ run: RunRecord, spec: JobSpec, runner: RunnerID, processes: any ProcessTable
    ) throws(StoreError) -> any RunStore

    /// Ends an unfinished run for good: pages that wait become skipped as `limit`, and a request that was going out and must not be sent
    /// twice fails as `cancelled`. Nobody is told of it. Where it is cut short, it can be done again.
    ///
    /// - Parameter run: a run in state `active` that the runner has taken.
    /// - Returns: how many pages were skipped.
    /// - Throws: `StoreError`.
    func abandon(_ run: RunID, runner: RunnerID, now: Int64) throws(StoreError) -> Int64

    /// Whether several runners may work on one run.
    var sharesRuns: Bool { get }

    /// What a runner of this process may count on; nil where runners elsewhere do not judge by its signs of life whether it is there.
    ///
    /// - Parameter start: before it was entered.
    func lease(of runner: RunnerID, since start: MonotonicInstant) -> RunnerLease?
    /// Gives a runner's sign of life where it has given none for long. Called once a second beside the runner's work, on a thread of its
    /// own, where ``lease(of:since:)`` gives one.
    func keepAlive(_ runner: RunnerID)
    /// Forgets the lease of a runner that leaves.
    func endLease(of runner: RunnerID)

    /// Says how long calls wait for a server that cannot be reached: 30 s where nobody says otherwise. Turns of a runner wait as long as
    /// it takes.
    func waitForServer(atMost patience: Duration)

    /// Tidies up after a runner that has left, if that makes nobody wait.
    func settle()

    /// What stands before a table's name in SQL that people are told to run: a schema with a full stop, or nothing.
    var tablePrefix: String { get }

    // MARK: Upkeep

    /// Refuses to go on with a database that nobody will find again, as its file was removed.
    func checkPlace() throws(StoreError)
    /// Looks for damage: what the database itself can check, and counters that do not match the rows they count.
    ///
    /// - Returns: a sentence for each thing that is wrong; none where all is well.
    func check() throws(StoreError) -> [String]
    /// Repairs what follows from other rows.
    func repair(_ processes: any ProcessTable, now: Int64) throws(StoreError)
    /// Deletes a job's finished runs but for the latest ones, in small steps between which others may write. Blocks.
    ///
    /// If a run that stays knows pages of an older run, their rows stay, and so do those that their links lead to. The next run needs
    /// them to ask whether anything changed.
    ///
    /// - Parameter count: how many finished runs stay; at least 1.
    func prune(_ job: JobID, keeping count: Int) throws(StoreError) -> PruneReport
    /// Deletes the bodies that no page has any more.
    func pruneBodies() throws(StoreError)
    /// Gives space that is free back to the file system, where the database does not do that by itself.
    func giveBackSpace() throws(StoreError)
}

/// A database that is a file.
package protocol FileDatabase: CrawlDatabase {
    /// Copies the database as it is at this moment into another file, while others go on writing. Blocks.
    ///
    /// - Parameter progressed: called with the bytes copied so far and in all.
    func backUp(to target: String, progressed: @escaping (Int64, Int64) -> Void) throws(StoreError)
    /// Rewrites the file without free space. Meanwhile nobody else can write.
    func vacuum() throws(StoreError)
    /// Copies what was written last into the file itself, if no reader prevents that.
    ///
    /// - Returns: whether all of it was.
    func checkpoint() throws(StoreError) -> Bool
}

extension CrawlDatabase {
    /// A run is one runner's.
    package var sharesRuns: Bool { false }

    /// Does nothing.
    package func waitForServer(atMost patience: Duration) {}

    /// Nothing.
    package var tablePrefix: String { "" }

    /// None.
    package func lease(of runner: RunnerID, since start: MonotonicInstant) -> RunnerLease? { nil }

    /// Does nothing.
    package func keepAlive(_ runner: RunnerID) {}

    /// Does nothing.
    package func endLease(of runner: RunnerID) {}
}

/// Puts the pages of a new run into the database, transaction after transaction. An import that is cut short begins anew.
package protocol RunIntake {
    /// How many pages the next call is to bring.
    var chunk: Int { get }

    /// Adds pages in the order given. A request that the run already has becomes a skipped page, at the latest when the intake is
    /// settled.
    ///
    /// - Parameter inputs: what is said of pages beside their requests, JSON objects by the pages' places in the list.
    /// - Returns: what was added, by state.
    mutating func add(_ pages: [ImportedPage], inputs: [Int: String]) throws(StoreError) -> RunProgress

    /// Settles which of the pages are duplicates of others, where that is not known yet.
    ///
    /// - Parameter progressed: called after each transaction; false ends it there.
    /// - Returns: by how much it changed what was added; nil where it was ended early.
    mutating func settle(progressed: () -> Bool) throws(StoreError) -> RunProgress?

    /// Adds sitemaps, once the pages are settled.
    mutating func add(sitemaps: [DiscoveredURL]) throws(StoreError) -> RunProgress
}
