internal import CrawlCore

/// A run in its database, as its driver sees it. One runner has it, and calls from one thread.
///
/// Every call is all or nothing. If it throws, nothing is recorded, and nothing is taken that the next runner could not take. The
/// value must not be used after that: the run has to be opened anew.
///
/// The tests of `TrawlStoreTests` check these promises; every database has to pass them.
package protocol RunStore: AnyObject {
    /// Records what has happened, and takes what is wanted.
    ///
    /// An outcome of a page that is settled already changes nothing, so that none counts twice. A page is taken once: the lease
    /// of its host is the claim, and nothing is written for it.
    ///
    /// - Throws: `StoreError`; of kind `alreadyRunning`, whatever is asked for, where the runner was taken for gone and its hosts
    ///   are others' now.
    func exchange(_ request: consuming TurnRequest) throws -> TurnReply

    /// The requests that were going out as the run's last runner ended.
    func interruptedRequests() throws -> [InterruptedRequest]

    /// Hands over the URLs that say what is in the run's scope: those of its own list, and those that they were redirected to;
    /// of a list without pages its sitemaps.
    func forEachSeed(_ body: (String) throws -> Void) throws

    /// Gives the runner's sign of life, without a turn. Other runners that cannot look up its process take it for gone some time
    /// after the last one: half a minute to a minute.
    ///
    /// - Throws: `StoreError`; of kind `alreadyRunning` as ``exchange(_:)`` does.
    func renew(now: Int64) throws

    /// What the runner may count on; nil where nothing but its process counts.
    var lease: RunnerLease? { get }

    /// How long ago the go at the run began that the runner takes part in. nil where the job's limits and rate are each runner's own; then
    /// nothing is asked of ``TurnRequest/budget``.
    var goAge: Duration? { get }

    /// Closes the run if no page of it waits, and notes in the same transaction who is to be told (`on_finish`). The runner has these
    /// deliveries.
    ///
    /// - Precondition: pages whose request was going out (``interruptedRequests()``) are settled.
    ///
    /// - Parameter pulse: called now and then while it takes long.
    /// - Returns: whether it is closed.
    func finish(now: Int64, pulse: () throws -> Void) throws -> Bool

    /// Makes what is recorded outlive a power cut while something is done.
    func durably<Value>(_ body: () throws -> Value) throws -> Value

    /// How the database's log of changes is doing, where it has one beside itself.
    ///
    /// - Parameter limit: bytes from which on it is looked at closely.
    func logState(beyond limit: Int64) -> LogState
}

extension RunStore {
    /// None.
    package var lease: RunnerLease? { nil }

    /// Limits are each runner's own.
    package var goAge: Duration? { nil }
}

/// How a database's log of changes is doing.
package enum LogState: Sendable, Equatable {
    /// It is small.
    case small
    /// It was large, and could be emptied.
    case emptied
    /// A reader keeps it from being emptied; it has so many bytes.
    case held(bytes: Int64)
}
